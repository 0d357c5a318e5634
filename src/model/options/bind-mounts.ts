import { z } from "zod";
import type { Problem, Refuse, Where } from "../error";
import { closedDevices } from "./device-access";
import { isNode } from "./devices";
import { ofTheKernel, sourceRemedy } from "./source-remedy";
import { hostItem, type HostLine, nixString } from "../host-line";
import { flagLine, flagWord, type Line } from "../line";
import { pathFault, tidyPath } from "../path";
import { plain } from "../text";
import { isMapped } from "./private-users";
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
  /**
   * Which of its files' owners mean something in a container with `privateUsers`: true for all, each number the same inside and
   * outside; "root": the owner of the directory is root inside; "owner": it is the owner of the mount point. As nixpkgs has no
   * option for it, `:idmap` behind the mountPoint is taken too, as people write it there.
   * @default false: with privateUsers they all belong to nobody
   */
  readonly idmap?: boolean | "root" | "owner" | null;
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
  /** systemd-nspawn's options of the mount: `idmap`, or `norbind,idmap`. */
  readonly options?: string;
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
  idmap: z.union([z.boolean(), z.string()]).optional(),
});

export const bindMounts: Option<BindMountsProps, ParsedMounts> = {
  shape: { bindMounts: z.union([z.array(shape), z.record(z.string(), shape)]).optional() },

  parse: (given, { where, problems }) => ({ bindMounts: parseMounts(given.bindMounts ?? [], where, problems) }),

  lines: ({ bindMounts: mounts }) =>
    mounts.map(({ isReadOnly, hostPath, mountPoint, options }) =>
      flagLine(`--bind${isReadOnly ? "-ro" : ""}`, [hostPath, mountPoint, ...(options ? [options] : [])].join(":")),
    ),

  properties: [
    {
      name: "bindMounts",
      owns: ({ place, key, value }) =>
        place === "flag" && ((key === "--bind" && !isNode(value)) || key === "--bind-ro"),
      words: (lines) => plain(lines.map(mountWords).join(", ")),
      effect: "restart",
    },
  ],

  check({ bindMounts: mounts, tmpfs, privateUsers: users }, { refuse }) {
    for (const { mountPoint, options } of mounts) {
      if (tmpfs.some((word) => word.split(":")[0] === mountPoint)) {
        refuse(`bindMounts and tmpfs both mount ${JSON.stringify(mountPoint)}`, "keep one of the two");
      }
      if (
        options !== undefined &&
        /idmap/.test(options) &&
        !/noidmap/.test(options) &&
        !isMapped({ privateUsers: users })
      ) {
        refuse(
          `bindMounts ${JSON.stringify(mountPoint)} is id-mapped, and the container has no users of its own to map to`,
          'set privateUsers: "pick", or leave idmap out',
        );
      }
    }
  },

  sources: ({ bindMounts: mounts }) => mounts.map(({ hostPath }) => hostPath),

  hostConfig: ({ bindMounts: mounts }, host) =>
    mounts.flatMap(({ hostPath }): HostLine[] => {
      const isMade = host ? host.sources.get(hostPath) !== "missing" : /^\/(etc|home|nix|run)(\/|$)/.test(hostPath);
      if (isMade || ofTheKernel.test(hostPath)) return [];
      const remark = '"f" in place of "d" for an empty file';
      return [hostItem("systemd.tmpfiles.rules", nixString(`d ${hostPath} 0755 root root -`), remark)];
    }),

  needs(container, facts, refuse) {
    for (const { hostPath } of container.bindMounts) {
      if (facts.host.sources.get(hostPath) !== "missing") continue;
      refuse(`bindMounts hostPath ${JSON.stringify(hostPath)} does not exist on the host`, sourceRemedy(hostPath));
    }
    closedDevices(container, facts.host, refuse);
  },
};

/** `--bind-ro=/a:/b` as `/a on /b (read-only)`; other flags as they stand. */
function mountWords(line: Line): string {
  const match = /^--bind(-ro)?=([^:]+):([^:]+)(?::([^:]+))?$/.exec(flagWord(line));
  if (!match) return flagWord(line);
  const [, readOnly, hostPath = "", mountPoint = "", options] = match;
  const path = hostPath === mountPoint ? hostPath : `${hostPath} on ${mountPoint}`;
  const how = [...(readOnly ? ["read-only"] : []), ...(options === undefined ? [] : [options])];
  return how.length > 0 ? `${path} (${how.join(", ")})` : path;
}

/** Why a mount at a path would take away what the container runs on; undefined where it would not. */
export function hiddenBy(path: string): { readonly why: string; readonly remedy: string } | undefined {
  return vital.find(({ points }) => points.test(path));
}

const mappings = { root: "rootidmap", owner: "owneridmap" } as const;

/** The mount point without the options that people write behind it, and the options. */
function pointOf(
  { mountPoint, idmap }: BindMount,
  refuse: Refuse,
): Pick<Partial<ParsedMount>, "mountPoint" | "options"> {
  const [, path = mountPoint ?? undefined, written] =
    /^([^:]*):((?:(?:idmap|rootidmap|owneridmap|noidmap|rbind|norbind)(?:,(?!$)|$))+)$/.exec(mountPoint ?? "") ?? [];
  const at = path === undefined ? {} : { mountPoint: path };
  const words = written?.split(",") ?? [];
  if (
    words.filter((word) => word.endsWith("idmap")).length > 1 ||
    words.filter((word) => word.endsWith("rbind")).length > 1
  ) {
    refuse(
      `bindMounts mountPoint ${JSON.stringify(mountPoint)} has options that exclude each other`,
      "keep one of them",
    );
  }
  if (idmap === undefined || idmap === null) return { ...at, ...(written && { options: written }) };
  if (written !== undefined) {
    refuse(
      `bindMounts mountPoint ${JSON.stringify(mountPoint)} has options, and idmap beside them`,
      "keep one of the two",
    );
  }
  if (idmap === false) return at;
  if (idmap !== true && !Object.hasOwn(mappings, idmap)) {
    refuse(`bindMounts idmap ${JSON.stringify(idmap)} is not known`, 'use true, "root" or "owner"');
    return at;
  }
  return { ...at, options: idmap === true ? "idmap" : mappings[idmap] };
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
    const { mountPoint, options } = pointOf(mount, refuse);
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
    const hidden = mountPoint === undefined ? undefined : hiddenBy(tidyPath(mountPoint));
    if (hidden) {
      refuse(
        `bindMounts mountPoint ${JSON.stringify(mountPoint)} would hide the container's own system, which ${hidden.why}`,
        hidden.remedy,
      );
    }
    return {
      mountPoint: tidyPath(mountPoint ?? ""),
      hostPath: tidyPath(hostPath ?? ""),
      isReadOnly,
      ...(options !== undefined && { options }),
    };
  });
  parsed.sort((a, b) => (a.mountPoint < b.mountPoint ? -1 : a.mountPoint > b.mountPoint ? 1 : 0));
  parsed.forEach(({ mountPoint }, index) => {
    if (mountPoint !== "" && parsed[index + 1]?.mountPoint === mountPoint) {
      refuse(`bindMounts mounts ${JSON.stringify(mountPoint)} twice`, "keep one of the two");
    }
  });
  return parsed;
}
