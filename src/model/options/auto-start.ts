import { z } from "zod";
import type { Option } from "./option";

export interface AutoStartProps {
  /**
   * Whether the container starts when its host boots (`containers.<name>.autoStart`).
   * @default false
   */
  readonly autoStart?: boolean;
}

export interface AutoStart {
  readonly autoStart: boolean;
}

/** A link in machines.target.wants below system.control, which goes with `running`. */
export const autoStart: Option<AutoStartProps, AutoStart> = {
  shape: { autoStart: z.boolean().optional() },

  parse: (given) => ({ autoStart: given.autoStart ?? false }),

  changes({ desired, observed }) {
    const linked = desired.autoStart && desired.running;
    if (observed.boot === linked) return [];
    // Where `running` is what changes, the link is no change of its own.
    const up = observed.unit === "up";
    if (desired.autoStart && up !== desired.running && observed.boot === up) return [];
    const after = desired.autoStart && !desired.running ? "false while it shall not run" : String(linked);
    return [{ property: "autoStart", before: String(observed.boot), after, effect: "none" }];
  },

  given: (wanted) => [
    ["autoStart", wanted.autoStart ? (wanted.running ? "true" : "true, once it shall run") : undefined],
  ],
};
