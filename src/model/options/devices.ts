import { z } from "zod";
import { pathFault, tidyPath } from "../path";
import { hostItem, nixString } from "../host-line";
import { flagLine, type Line } from "../line";
import { plain } from "../text";
import { hasOwnNetwork } from "./network/own-network";
import type { Option, Wanted } from "./option";
import { sourceRemedy } from "./source-remedy";
import { isGiven } from "./values";

/** A device that the container may open, as in `containers.<name>.allowedDevices`. */
export interface AllowedDevice {
  /** Path of a device node on the host, such as `/dev/dri/renderD128`, or a group of /proc/devices: `char-NAME`, `block-NAME`. */
  readonly node: string;
  /**
   * What it may do: of r (read), w (write) and m (make its node).
   * @default "rw"
   */
  readonly modifier?: string | null;
}

export interface DevicesProps {
  /**
   * Whether the container may make tunnels (`containers.<name>.enableTun`): it has /dev/net/tun and the capability for it.
   * @default false
   */
  readonly enableTun?: boolean;
  /**
   * Devices of the host that the container may open (`containers.<name>.allowedDevices`). A node appears in it at its own path,
   * unless a bind mount brings it already.
   * @default none beside those that systemd gives every container
   */
  readonly allowedDevices?: readonly AllowedDevice[];
}

export interface Devices {
  readonly enableTun: boolean;
  readonly allowedDevices: readonly { readonly node: string; readonly modifier: string }[];
}

const tun = "/dev/net/tun";

const shape = z.strictObject({ node: z.string(), modifier: z.string().optional() });

export const devices: Option<DevicesProps, Devices> = {
  shape: { enableTun: z.boolean().optional(), allowedDevices: z.array(shape).optional() },

  parse(given, { refuse }) {
    const seen = new Set<string>();
    const allowedDevices = (given.allowedDevices ?? []).flatMap(({ node: said, modifier }, index) => {
      if (!isGiven(said)) return []; // told as missing
      const node = tidyPath(said);
      const at = `allowedDevices[${index}]`;
      const isGroup = /^(char|block)-[A-Za-z0-9*?_.-]+$/.test(node);
      const fault = isGroup ? undefined : node.startsWith("/dev/") ? pathFault(node) : "is no path below /dev";
      if (fault !== undefined) {
        refuse(
          `${at}.node ${JSON.stringify(said)} ${fault}`,
          'write it like "/dev/dri/renderD128", a node each, or name a group of /proc/devices: "char-drm"',
        );
      }
      const rights = modifier ?? "rw";
      if (!/^(?!.*(.).*\1)[rwm]{1,3}$/.test(rights)) {
        refuse(`${at}.modifier ${JSON.stringify(rights)} is not made of r, w and m`, 'write "r", "rw" or "rwm"');
      }
      if (seen.has(node)) refuse(`${at} names ${JSON.stringify(said)} again`, "name each device once");
      seen.add(node);
      return [{ node, modifier: ["r", "w", "m"].filter((right) => rights.includes(right)).join("") }];
    });
    allowedDevices.sort((a, b) => (a.node < b.node ? -1 : 1));
    return { enableTun: given.enableTun ?? false, allowedDevices };
  },

  check({ enableTun, allowedDevices }, { refuse }) {
    const named = allowedDevices.find(({ node, modifier }) => node === tun && (modifier === "rwm" || modifier === "m"));
    if (enableTun || named === undefined) return;
    refuse(
      `allowedDevices names ${JSON.stringify(tun)} with ${JSON.stringify(named.modifier)}, the line of another option`,
      "write enableTun: true in its place",
    );
  },

  lines(wanted) {
    const bound = wanted.allowedDevices.filter(({ node }) => node.startsWith("/") && !isThere(node, wanted));
    const allow = (value: string) =>
      ({ place: "Service", key: "DeviceAllow", value: value.replaceAll("%", "%%") }) as const;
    const shared = wanted.enableTun && !hasOwnNetwork(wanted);
    return [
      ...(shared ? [flagLine("--capability", netAdmin), flagLine("--bind", tun)] : []),
      ...bound.map(({ node }) => flagLine("--bind", node)),
      ...(wanted.enableTun ? [allow(`${tun} rwm`)] : []),
      ...wanted.allowedDevices
        .filter(({ node }) => !(wanted.enableTun && node === tun))
        .map(({ node, modifier }) => allow(`${node} ${modifier}`)),
    ];
  },

  properties: [
    {
      name: "enableTun",
      owns: (line, all) => (line.key === "DeviceAllow" && line.value === `${tun} rwm`) || isOfTunPair(line, all),
      words: () => "true",
      absent: "false",
      effect: effectOf,
    },
    {
      name: "allowedDevices",
      owns: ({ place, key, value }) =>
        (place === "Service" && key === "DeviceAllow") || (place === "flag" && key === "--bind" && isNode(value)),
      words: (lines) =>
        plain(
          lines
            .map(deviceWords)
            .filter((words) => words !== "")
            .join(", ") || "bound only",
        ),
      effect: effectOf,
    },
  ],

  sources: (wanted) => nodesOf(wanted),

  // What makes /dev/net/tun comes with boot.enableContainers.
  hostConfig: (wanted, host) =>
    nodesOf(wanted).flatMap((node) => {
      const module = drivers[node];
      const isThere = host ? host.sources.get(node) !== "missing" : node === tun;
      return module === undefined || isThere
        ? []
        : [hostItem("boot.kernelModules", nixString(module), `makes ${node}`)];
    }),

  needs({ allowedDevices, enableTun }, { host }, refuse) {
    if (enableTun && host.sources.get(tun) === "missing") {
      refuse(
        `enableTun needs ${tun}, which does not exist on the host`,
        'load its driver: boot.kernelModules = [ "tun" ];',
      );
    }
    for (const { node } of allowedDevices) {
      if (enableTun && node === tun) continue;
      const kind = host.sources.get(node);
      if (kind === "missing") {
        refuse(`allowedDevices names ${JSON.stringify(node)}, which does not exist on the host`, sourceRemedy(node));
      } else if (kind === "dir") {
        refuse(
          `allowedDevices names ${JSON.stringify(node)}, which is a directory: systemd takes a node each`,
          `name its nodes, or their group in /proc/devices, like "char-drm", and bind-mount the directory`,
        );
      }
    }
  },
};

/** Drivers of the kernel by a node that they make, where nothing else loads them. */
const drivers: Readonly<Record<string, string>> = {
  [tun]: "tun",
  "/dev/fuse": "fuse",
  "/dev/loop-control": "loop",
  "/dev/ppp": "ppp_generic",
};

/** The nodes that it is to open, each once. */
function nodesOf({ allowedDevices, enableTun }: Wanted): string[] {
  const nodes = allowedDevices.map(({ node }) => node).filter((node) => node.startsWith("/"));
  return [...new Set([...(enableTun ? [tun] : []), ...nodes])];
}

const netAdmin = "CAP_NET_ADMIN";

/** Whether a flag is one of the two that enableTun leaves, which stand side by side and are no other option's in that order. */
function isOfTunPair(line: Line, all: readonly Line[]): boolean {
  if (line.place !== "flag") return false;
  const at = all.indexOf(line) - (line.key === "--bind" ? 1 : 0);
  const [first, second] = [all[at], all[at + 1]];
  return first?.key === "--capability" && first.value === netAdmin && second?.key === "--bind" && second.value === tun;
}

/** Whether a bind is that of a device at its own path, as an allowed one is bound: a bind mount has two paths. */
export function isNode(bind: string): boolean {
  return /^\/dev\/[^:]*$/.test(bind);
}

/** Whether a node is in the container without a bind of its own. */
function isThere(node: string, wanted: Wanted): boolean {
  if (node === tun && (wanted.enableTun || hasOwnNetwork(wanted))) return true;
  return wanted.bindMounts.some(({ hostPath, mountPoint }) => {
    const isAbove = (path: string): boolean => node === path || node.startsWith(`${path}/`);
    return isAbove(hostPath) || isAbove(mountPoint);
  });
}

/** What a unit may open reaches a container that runs; what it sees is seen from its next start on. */
function effectOf(was: readonly Line[], is: readonly Line[]): "live" | "restart" {
  const flags = (lines: readonly Line[]): string =>
    lines
      .filter(({ place }) => place === "flag")
      .map(({ value }) => value)
      .join(" ");
  return flags(was) === flags(is) ? "live" : "restart";
}

function deviceWords({ place, value }: Line): string {
  if (place === "flag") return "";
  const said = value.replaceAll("%%", "%");
  const at = said.lastIndexOf(" ");
  return at < 0 ? said : `${said.slice(0, at)} (${said.slice(at + 1)})`;
}
