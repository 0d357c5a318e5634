import { z } from "zod";
import { wordFault } from "../flag-fault";
import { flagLine } from "../line";
import { tidyPath } from "../path";
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

export const tmpfs: Option<TmpfsProps, Tmpfs> = {
  shape: { tmpfs: z.array(z.string()).optional() },

  parse({ tmpfs: given = [] }, { refuse }) {
    const points = new Set<string>();
    const parsed = given.map((word) => {
      const [path = "", ...options] = word.split(":");
      const point = tidyPath(path);
      const fault = path.startsWith("/") ? wordFault(word) : "does not begin with an absolute path";
      const said = `tmpfs ${JSON.stringify(word)}`;
      if (fault !== undefined) refuse(`${said} ${fault}`, 'write it like "/var", or "/var:size=10M,mode=755"');
      else if (options.length > 1) refuse(`${said} has two colons`, "separate mount options by commas");
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
