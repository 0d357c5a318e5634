import type { Problem, Where } from "./error";
import { pathFault, tidyPath } from "./path";

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

/** Checks bind mounts; returns them sorted by mount point, so that their order in the code is irrelevant. */
export function parseMounts(mounts: BindMounts, where: Where, problems: Problem[]): ParsedMount[] {
  const refuse = (what: string, remedy: string): void => void problems.push({ code: "input", what, where, remedy });
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
