import { z } from "zod";
import { flagLine, type Line } from "../line";
import type { Option } from "./option";

export interface EphemeralProps {
  /**
   * Whether the container starts with an empty root directory in memory each time (`containers.<name>.ephemeral`). What is to
   * outlive a restart goes into bindMounts. It counts against /run of the host, and against `unit.memoryMax`.
   * @default false
   */
  readonly ephemeral?: boolean;
}

export interface Ephemeral {
  readonly ephemeral: boolean;
}

const root = "/run/nixos-containers/%i";
const directory = "nixos-containers/%i";

/** As a declarative container has it: an empty directory in /run, and not nspawn's --ephemeral, which copies the root at each start. */
export const ephemeral: Option<EphemeralProps, Ephemeral> = {
  shape: { ephemeral: z.boolean().optional() },

  parse: (given) => ({ ephemeral: given.ephemeral ?? false }),

  lines: (wanted) =>
    wanted.ephemeral
      ? [
          // Else each start would leave the link to a journal that is gone.
          flagLine("--link-journal", "no"),
          { place: "Service", key: "Environment", value: `root=${root}` },
          { place: "Service", key: "RuntimeDirectory", value: directory },
        ]
      : [],

  properties: [
    {
      name: "ephemeral",
      owns: ({ place, key, value }, all) =>
        (place === "Service" && ((key === "Environment" && value.startsWith("root=")) || key === "RuntimeDirectory")) ||
        (place === "flag" && key === "--link-journal" && all.some((line) => line.key === "RuntimeDirectory")),
      words: (lines) => (isSet(lines) ? "true" : "half set"),
      absent: "false",
      // What is in its root directory now is not deleted, and is not seen any more.
      effect: (was, is) => (!isSet(was) && isSet(is) ? "danger" : "restart"),
    },
  ],

  advice: (wanted, host, { observed }) =>
    wanted.ephemeral && observed?.root !== undefined && !observed.dropIn.includes(`Environment=root=${root}`)
      ? [
          `it starts with an empty root directory from now on; what ${host.stateDir}/${wanted.name} holds stays there, unseen, and is the root again without ephemeral`,
        ]
      : [],
};

function isSet(lines: readonly Line[]): boolean {
  return lines.some(({ value }) => value === `root=${root}`);
}
