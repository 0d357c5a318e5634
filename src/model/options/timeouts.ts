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
  /**
   * `timeouts.start` as NixOS writes it (`containers.<name>.timeoutStartSec`): a time span of systemd.time, such as "5min".
   * @default timeouts.start
   */
  readonly timeoutStartSec?: string | number;
}

export interface ParsedTimeouts {
  readonly startTimeout?: number;
  readonly buildTimeout: number;
}

export const timeouts: Option<TimeoutsProps, ParsedTimeouts> = {
  shape: {
    timeouts: z.strictObject({ start: z.number().optional(), build: z.number().optional() }).optional(),
    timeoutStartSec: z.union([z.number(), z.string()]).optional(),
  },

  parse({ timeouts: given, timeoutStartSec: span }, { refuse }) {
    const spelled = span === undefined ? undefined : secondsOf(String(span));
    if (span !== undefined && (spelled === undefined || spelled < 1 || spelled > 86400)) {
      refuse(
        `timeoutStartSec ${JSON.stringify(span)} is not a time span of whole seconds from 1 s to a day`,
        'write it like "5min", "1h 30min" or "90s"; "24h" is the most',
      );
    }
    if (span !== undefined && given?.start !== undefined) {
      refuse("timeoutStartSec and timeouts.start are both given", "keep one of the two");
    }
    for (const field of ["start", "build"] as const) {
      const seconds = given?.[field];
      if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 1 && seconds <= 86400)) {
        refuse(`timeouts.${field} ${String(seconds)} is out of range`, "give whole seconds from 1 to 86400");
      }
    }
    const start = given?.start ?? spelled;
    return { ...(start !== undefined && { startTimeout: start }), buildTimeout: given?.build ?? 3600 };
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

const units: Readonly<Record<string, number>> = {
  ...{ s: 1, sec: 1, second: 1, seconds: 1 },
  ...{ m: 60, min: 60, minute: 60, minutes: 60 },
  ...{ h: 3600, hr: 3600, hour: 3600, hours: 3600, d: 86400, day: 86400, days: 86400 },
};

/** The whole seconds of a time span as systemd.time writes it; undefined for anything else. */
function secondsOf(span: string): number | undefined {
  const parts = [...span.trim().matchAll(/(\d+)\s*([a-z]*)\s*/gy)];
  if (parts.map(([whole]) => whole).join("") !== span.trim() || parts.length === 0) return undefined;
  const each = parts.map(([, number = "", unit = ""]) => Number(number) * (units[unit === "" ? "s" : unit] ?? NaN));
  const sum = each.reduce((all, one) => all + one, 0);
  return Number.isInteger(sum) ? sum : undefined;
}
