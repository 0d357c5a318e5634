import { z } from "zod";
import type { Option } from "./option";

/** How long the steps of a change may take, in seconds. */
export interface Timeouts {
  /**
   * Seconds a container may take to start or reload (systemd's TimeoutStartSec of its unit), 1 to 86400.
   * @default the unit's own: 60
   */
  readonly start?: number;
  /**
   * Seconds a build may take, 1 to 86400.
   * @default 3600
   */
  readonly build?: number;
}

export interface TimeoutsProps {
  /**
   * How long the steps of a change may take, in seconds.
   * @default 60 to start, 3600 to build
   */
  readonly timeouts?: Timeouts;
}

export interface ParsedTimeouts {
  readonly startTimeout?: number;
  readonly buildTimeout: number;
}

export const timeouts: Option<TimeoutsProps, ParsedTimeouts> = {
  shape: { timeouts: z.strictObject({ start: z.number().optional(), build: z.number().optional() }).optional() },

  parse({ timeouts: given }, { refuse }) {
    for (const field of ["start", "build"] as const) {
      const seconds = given?.[field];
      if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 1 && seconds <= 86400)) {
        refuse(`timeouts.${field} ${String(seconds)} is out of range`, "give whole seconds from 1 to 86400");
      }
    }
    return { ...(given?.start !== undefined && { startTimeout: given.start }), buildTimeout: given?.build ?? 3600 };
  },

  lines: ({ startTimeout }) =>
    startTimeout === undefined ? [] : [{ place: "Service", key: "TimeoutStartSec", value: String(startTimeout) }],

  properties: [
    {
      name: "timeouts.start",
      owns: ({ place, key }) => place === "Service" && key === "TimeoutStartSec",
      words: (lines) => `${lines.at(-1)?.value ?? ""} s`,
      effect: "none",
    },
  ],
};
