import { z } from "zod";
import { wordFault } from "../flag-fault";
import { flagLine } from "../line";
import { pathFault, tidyPath } from "../path";
import { plain } from "../text";
import { hiddenBy } from "./bind-mounts";
import type { Option } from "./option";

export interface TmpfsProps {
  /**
   * Paths in the container that are empty file systems in memory (`containers.<name>.tmpfs`): `/var`, or with mount options
   * `/var:size=10M,mode=755`.
   * @default none
   */
  readonly tmpfs?: readonly string[];
}

export interface Tmpfs {
  readonly tmpfs: readonly string[];
}

const form = 'write it like "/var", or "/var:size=10M,mode=755"';

/** tmpfs(5), and what every mount may be told. */
const known =
  /^((size|nr_blocks|nr_inodes)=\d+[kKmMgG]?|size=\d+%|mode=[0-7]{3,4}|[ug]id=\d+|(huge|mpol)=[a-z0-9_:,=-]+|ro|rw|(no)?(suid|dev|exec|atime|diratime|relatime|swap)|relatime|strictatime|lazytime|sync|dirsync|inode(32|64))$/;

export const tmpfs: Option<TmpfsProps, Tmpfs> = {
  shape: { tmpfs: z.array(z.string()).optional() },

  parse({ tmpfs: given = [] }, { refuse }) {
    const points = new Set<string>();
    const parsed = given.map((word) => {
      const [path = "", ...options] = word.replace(/:$/, "").split(":");
      const point = tidyPath(path);
      const fault = path.startsWith("/")
        ? (pathFault(path) ?? wordFault(word))
        : "does not begin with an absolute path";
      const unknown = options[0]?.split(",").find((option) => !known.test(option));
      const said = `tmpfs ${JSON.stringify(word)}`;
      if (fault !== undefined) refuse(`${said} ${fault}`, form);
      else if (options.length > 1) refuse(`${said} has two colons`, "separate mount options by commas");
      else if (unknown !== undefined) {
        refuse(`${said} has the mount option ${JSON.stringify(unknown)}, which tmpfs does not know`, form);
      }
      const hidden = fault === undefined ? hiddenBy(point) : undefined;
      if (hidden) refuse(`${said} would hide the container's own system, which ${hidden.why}`, hidden.remedy);
      if (points.has(point)) refuse(`tmpfs names ${JSON.stringify(point)} twice`, "keep one of the two");
      points.add(point);
      return [point, ...options].join(":");
    });
    return { tmpfs: parsed.sort() };
  },

  lines: (wanted) => wanted.tmpfs.map((word) => flagLine("--tmpfs", word)),

  properties: [
    {
      name: "tmpfs",
      owns: ({ place, key }) => place === "flag" && key === "--tmpfs",
      words: (lines) => plain(lines.map(({ value }) => value).join(", ")),
      effect: "restart",
    },
  ],
};
