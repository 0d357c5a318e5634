import { z } from "zod";
import { plain } from "../text";
import type { Option } from "./option";

export interface RunningProps {
  /**
   * Whether the container shall run.
   * @default true
   */
  readonly running?: boolean;
}

export interface Running {
  readonly running: boolean;
}

export const running: Option<RunningProps, Running> = {
  shape: { running: z.boolean().optional() },

  parse: (given) => ({ running: given.running ?? true }),

  changes({ desired, observed }) {
    const up = observed.unit === "up";
    // A start under way, or one that systemd tries again, would bring up what shall be down.
    const coming = /^activating\b/.test(observed.active);
    if (up === desired.running && !(coming && !desired.running)) return [];
    const before = up ? "true" : downWords(observed.active);
    return [{ property: "running", before, after: String(desired.running), effect: "none" }];
  },

  given: (wanted) => [["running", wanted.running ? undefined : "false"]],
};

/** `false`, with systemd's words when it did not just stop. */
function downWords(active: string): string {
  const words = [...new Set(active.split(" "))].join(" "); // `failed failed` says no more than `failed`
  return active === "" || /^inactive\b/.test(active) ? "false" : plain(`false (systemd says: ${words})`, 80);
}
