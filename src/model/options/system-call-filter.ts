import { z } from "zod";
import { flagLine } from "../line";
import { plain } from "../text";
import type { Option } from "./option";

export interface SystemCallFilterProps {
  /**
   * System calls, or groups of them, that the container may make beside systemd-nspawn's own list (`@clock`, `bpf`), or that it
   * may not (`~@clock`): systemd-nspawn(1), --system-call-filter=.
   * @default systemd-nspawn's own list
   */
  readonly systemCallFilter?: readonly string[];
}

export interface SystemCallFilter {
  readonly systemCallFilter: readonly string[];
}

export const systemCallFilter: Option<SystemCallFilterProps, SystemCallFilter> = {
  shape: { systemCallFilter: z.array(z.string()).optional() },

  parse({ systemCallFilter: given = [] }, { refuse }) {
    for (const word of given) {
      if (!/^~?@?[a-z0-9_][a-z0-9_-]*$/.test(word)) {
        refuse(
          `systemCallFilter ${JSON.stringify(word)} names no system call`,
          'write a name or group each, like "bpf" or "@clock", with ~ before it to forbid it',
        );
      }
    }
    for (const word of new Set(given)) {
      if (!given.includes(`~${word}`)) continue;
      refuse(`systemCallFilter both allows and forbids ${JSON.stringify(word)}`, "keep one of the two");
    }
    return { systemCallFilter: [...new Set(given)].sort() };
  },

  lines: (wanted) => wanted.systemCallFilter.map((word) => flagLine("--system-call-filter", word)),

  properties: [
    {
      name: "systemCallFilter",
      owns: ({ place, key }) => place === "flag" && key === "--system-call-filter",
      words: (lines) => plain(lines.map(({ value }) => value).join(", ")),
      effect: "restart",
    },
  ],
};
