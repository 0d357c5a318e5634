import { z } from "zod";
import type { Option } from "./option";

export interface RestartProps {
  /**
   * Whether a change that needs a restart of the running container makes one (`containers.<name>.restartIfChanged`). With false
   * it takes effect when the container starts next.
   * @default true
   */
  readonly restartIfChanged?: boolean;
}

export interface RestartIfChanged {
  readonly restartIfChanged: boolean;
}

export const restartIfChanged: Option<RestartProps, RestartIfChanged> = {
  shape: { restartIfChanged: z.boolean().optional() },
  parse: (given) => ({ restartIfChanged: given.restartIfChanged ?? true }),
};
