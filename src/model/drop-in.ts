import type { DesiredContainer } from "./container";

/** The lines of the drop-in that a container's unit is given (docs/host.md); none when it needs none. */
export function dropInLines({ startTimeout }: Pick<DesiredContainer, "startTimeout">): readonly string[] {
  return startTimeout === undefined ? [] : ["[Service]", `TimeoutStartSec=${startTimeout}`];
}
