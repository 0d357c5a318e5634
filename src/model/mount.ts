import type { Problem, Where } from "./error";
import { pathFault } from "./path";

/** One bind mount, as in `containers.<name>.bindMounts`. */
export interface BindMount {
  /** Path in the container. In the record form it is the key. */
  readonly mountPoint?: string;
  /**
   * Path on the host; it must exist when the container starts.
   * @default the mountPoint
   */
  readonly hostPath?: string;
  /**
   * Whether the container may only read it.
   * @default true
   */
  readonly isReadOnly?: boolean;
}

/** Bind mounts as a list, or as NixOS writes them: a record from mount point to mount. */
export type BindMounts = readonly BindMount[] | Readonly<Record<string, BindMount>>;

/** Checks bind mounts; returns them sorted by mount point, so that their order in the code is irrelevant. */
export function parseMounts(mounts: BindMounts, where: Where, problems: Problem[]): Required<BindMount>[] {
  const refuse = (what: string, remedy: string): void => void problems.push({ code: "input", what, where, remedy });
  const listed: readonly BindMount[] = Array.isArray(mounts)
    ? mounts
    : Object.entries(mounts as Readonly<Record<string, BindMount>>).map(([key, mount]) => ({
        mountPoint: key,
        ...mount,
      }));
  const parsed = listed.map(({ mountPoint, hostPath = mountPoint, isReadOnly = true }, index) => {
    if (mountPoint === undefined)
      refuse(`bindMounts[${index}] has no mountPoint`, "say where in the container it appears");
    for (const [field, path] of [
      ["mountPoint", mountPoint],
      ["hostPath", hostPath === mountPoint ? undefined : hostPath],
    ] as const) {
      const fault = path === undefined ? undefined : pathFault(path);
      if (fault) {
        refuse(
          `bindMounts ${field} ${JSON.stringify(path)} ${fault}`,
          'use an absolute path without white space, quotes, colons and wildcards, like "/srv/data"; systemd-nspawn could not tell where it ends',
        );
      }
    }
    if (mountPoint !== undefined && /^\/(nix(\/(store|var)(\/.*)?)?)?\/*$/.test(mountPoint)) {
      refuse(
        `bindMounts mountPoint ${JSON.stringify(mountPoint)} would hide the container's own system`,
        "mount it elsewhere",
      );
    }
    return { mountPoint: withoutSlash(mountPoint ?? ""), hostPath: withoutSlash(hostPath ?? ""), isReadOnly };
  });
  parsed.sort((a, b) => (a.mountPoint < b.mountPoint ? -1 : a.mountPoint > b.mountPoint ? 1 : 0));
  parsed.forEach(({ mountPoint }, index) => {
    if (mountPoint !== "" && parsed[index + 1]?.mountPoint === mountPoint) {
      refuse(`bindMounts mounts ${JSON.stringify(mountPoint)} twice`, "keep one of the two");
    }
  });
  return parsed;
}

/** `/data/` and `/data` are one place. */
function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
