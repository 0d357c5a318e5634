import { z } from "zod";
import type { Problem, Refuse, Where } from "../error";
import { closedDevices } from "./device-access";
import { flagLine, flagWord, type Line } from "../line";
import { pathFault, tidyPath } from "../path";
import { plain } from "../text";
import type { Option } from "./option";

/** One bind mount, as in `containers.<name>.bindMounts`. */
export interface BindMount {
  /**
   * Path in the container.
   * @default the key, in a record of mounts; in a list it must be given
   */
  readonly mountPoint?: string | null;
  /**
   * Path on the host; it must exist when the container starts.
   * @default the mountPoint
   */
  readonly hostPath?: string | null;
  /**
   * Whether the container may only read it.
   * @default true
   */
  readonly isReadOnly?: boolean | null;
}

/** Bind mounts as a list, or as NixOS writes them: a record from mount point to mount. */
export type BindMounts = readonly BindMount[] | Readonly<Record<string, BindMount>>;

export interface BindMountsProps {
  /**
   * Paths of the host that appear in the container (`containers.<name>.bindMounts`).
   * @default none
   */
  readonly bindMounts?: BindMounts;
}

export interface ParsedMounts {
  readonly bindMounts: readonly ParsedMount[];
}

const below = "mount what it needs below it, or elsewhere";

/** A bind mount with its defaults. */
export interface ParsedMount {
  readonly mountPoint: string;
  readonly hostPath: string;
  readonly isReadOnly: boolean;
}

/** Mount points at which a mount takes away what the container runs on; on the last ones a read-only mount fails every reload. */
const vital = [
  { points: /^\/$/, why: "is all below it", remedy: "mount it elsewhere" },
  {
    points: /^\/nix(\/store(\/.*)?|\/var(\/nix(\/(db|daemon-socket|profiles|gcroots)(\/.*)?)?)?)?$/,
    why: "its unit mounts there",
    remedy: "mount it elsewhere",
  },
  { points: /^\/(proc|sys|dev|run)$/, why: "systemd-nspawn sets up there", remedy: below },
  { points: /^\/(etc|bin|usr|usr\/bin)$/, why: "NixOS writes there when it starts and reloads", remedy: below },
] as const;

const shape = z.strictObject({
  mountPoint: z.string().optional(),
  hostPath: z.string().optional(),
  isReadOnly: z.boolean().optional(),
});

export const bindMounts: Option<BindMountsProps, ParsedMounts> = {
  shape: { bindMounts: z.union([z.array(shape), z.record(z.string(), shape)]).optional() },

  parse: (given, { where, problems }) => ({ bindMounts: parseMounts(given.bindMounts ?? [], where, problems) }),

  lines: ({ bindMounts: mounts }) =>
    mounts.map((mount) => flagLine(`--bind${mount.isReadOnly ? "-ro" : ""}`, `${mount.hostPath}:${mount.mountPoint}`)),

  properties: [
    {
      name: "bindMounts",
      owns: ({ place }) => place === "flag",
      words: (lines) => plain(lines.map(mountWords).join(", ")),
      effect: "restart",
    },
  ],

  sources: ({ bindMounts: mounts }) => mounts.map(({ hostPath }) => hostPath),

  needs(container, facts, refuse) {
    for (const { hostPath } of container.bindMounts) {
      if (facts.host.sources.get(hostPath) !== "missing") continue;
      refuse(`bindMounts hostPath ${JSON.stringify(hostPath)} does not exist on the host`, sourceRemedy(hostPath));
    }
    closedDevices(container, facts.host, refuse);
  },
};

/** How what is mounted comes to be there: devices are the kernel's, and nobody makes them by hand. */
function sourceRemedy(hostPath: string): string {
  if (/^\/(?:dev|proc|sys)\//.test(hostPath)) {
    return "look on the host whether it has another name there, or its driver is not loaded: boot.kernelModules = [ … ];";
  }
  return `create it there, as the directory or file it is to be: systemd.tmpfiles.rules = [ "d ${hostPath} 0755 root root -" ]; makes a directory, "f" in place of "d" an empty file`;
}

/** `--bind-ro=/a:/b` as `/a on /b (read-only)`; other flags as they stand. */
function mountWords(line: Line): string {
  const match = /^--bind(-ro)?=([^:]+):([^:]+)$/.exec(flagWord(line));
  if (!match) return flagWord(line);
  const [, readOnly, hostPath = "", mountPoint = ""] = match;
  const path = hostPath === mountPoint ? hostPath : `${hostPath} on ${mountPoint}`;
  return readOnly ? `${path} (read-only)` : path;
}

/** Checks bind mounts; returns them sorted by mount point, so that their order in the code is irrelevant. */
export function parseMounts(mounts: BindMounts, where: Where, problems: Problem[]): ParsedMount[] {
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "input", what, where, remedy });
  const listed: readonly BindMount[] = Array.isArray(mounts)
    ? mounts
    : Object.entries(mounts as Readonly<Record<string, BindMount>>).map(([key, mount]) => ({
        ...mount,
        mountPoint: mount.mountPoint ?? key,
      }));
  const parsed = listed.map((mount, index) => {
    const mountPoint = mount.mountPoint ?? undefined;
    const hostPath = mount.hostPath ?? mountPoint;
    const isReadOnly = mount.isReadOnly ?? true;
    if (mountPoint === undefined)
      refuse(`bindMounts[${index}] has no mountPoint`, "say where in the container it appears");
    for (const [field, path] of [
      ["mountPoint", mountPoint],
      ["hostPath", hostPath === mountPoint ? undefined : hostPath],
    ] as const) {
      const fault = path === undefined ? undefined : pathFault(path);
      if (path === undefined || fault === undefined) continue;
      const isKey = field === "mountPoint" && !Array.isArray(mounts) && Object.hasOwn(mounts, path);
      refuse(
        `bindMounts ${field} ${JSON.stringify(path)} ${fault}`,
        path.startsWith("/")
          ? 'use an absolute path without white space, quotes, colons and wildcards, like "/srv/data"; systemd-nspawn could not tell where it ends'
          : `begin it with /, like "/srv/data"${isKey ? ", or set a mountPoint below this key" : ""}`,
      );
    }
    const hidden = mountPoint === undefined ? undefined : vital.find(({ points }) => points.test(tidyPath(mountPoint)));
    if (hidden) {
      refuse(
        `bindMounts mountPoint ${JSON.stringify(mountPoint)} would hide the container's own system, which ${hidden.why}`,
        hidden.remedy,
      );
    }
    return { mountPoint: tidyPath(mountPoint ?? ""), hostPath: tidyPath(hostPath ?? ""), isReadOnly };
  });
  parsed.sort((a, b) => (a.mountPoint < b.mountPoint ? -1 : a.mountPoint > b.mountPoint ? 1 : 0));
  parsed.forEach(({ mountPoint }, index) => {
    if (mountPoint !== "" && parsed[index + 1]?.mountPoint === mountPoint) {
      refuse(`bindMounts mounts ${JSON.stringify(mountPoint)} twice`, "keep one of the two");
    }
  });
  return parsed;
}
