import { z } from "zod";
import { confLine, flagLine, type Line } from "../line";
import { listing, plain } from "../text";
import { hasOwnNetwork } from "./network/own-network";
import type { Option, Wanted } from "./option";

export interface PrivateUsersProps {
  /**
   * Whether the container has users of its own (`containers.<name>.privateUsers`): "no"; "identity", the host's numbers in a
   * namespace of their own; "pick", 65536 numbers that systemd-nspawn chooses by the container's name; or the first of them.
   * Its files keep their owners on disk: they are mapped when it starts, and going back changes nothing.
   * @default "no"
   */
  readonly privateUsers?: "no" | "identity" | "pick" | number;
}

export interface PrivateUsers {
  readonly privateUsers: "no" | "identity" | "pick" | number;
}

const last = 2 ** 32 - 65536 - 1;

export const privateUsers: Option<PrivateUsersProps, PrivateUsers> = {
  shape: { privateUsers: z.union([z.number(), z.string()]).optional() },

  parse({ privateUsers: given = "no" }, { refuse }) {
    if (typeof given === "number") {
      if (given === 0) refuse("privateUsers is 0, the host's own numbers", 'write "identity"');
      else if (!Number.isInteger(given) || given < 0 || given > last) {
        refuse(`privateUsers ${String(given)} is out of range`, `give "pick", or a whole number up to ${last}`);
      } else if (given < 65536) {
        refuse(
          `privateUsers ${given} would give the container numbers that users of the host have`,
          'give "pick", or a number from 65536 on',
        );
      }
    } else if (!["no", "identity", "pick"].includes(given)) {
      refuse(
        `privateUsers ${JSON.stringify(given)} is not known`,
        /^\d+$/.test(given) ? `write privateUsers: ${given}` : 'use "no", "identity", "pick" or a number',
      );
    }
    return { privateUsers: given };
  },

  lines: (wanted) => [
    ...confLine("PRIVATE_USERS", wanted.privateUsers === "no" ? undefined : String(wanted.privateUsers)),
    // Never its own choice: where the file system cannot map, it would change the owner of every file for good.
    ...(isMapped(wanted) ? [flagLine("--private-users-ownership", "map")] : []),
    // systemd-nspawn makes the node for tunnels in a private network, and may not as another user.
    ...(isMapped(wanted) && hasOwnNetwork(wanted)
      ? [{ place: "Service", key: "DeviceAllow", value: "/dev/net/tun m" } as const]
      : []),
  ],

  properties: [
    {
      name: "privateUsers",
      owns: ({ place, key, value }) =>
        (place === "conf" && key === "PRIVATE_USERS") ||
        (place === "flag" && key === "--private-users-ownership") ||
        (place === "Service" && key === "DeviceAllow" && value === "/dev/net/tun m"),
      words: (lines) => plain(lines.find(({ key }) => key === "PRIVATE_USERS")?.value ?? "half set"),
      absent: "no",
      // What it reads and writes in a mount that is not mapped belongs to nobody from then on.
      effect: (_was, is, wanted) => (is.some(isMapping) && wanted.some(isForeignMount) ? "danger" : "restart"),
    },
  ],

  newKeys: (wanted) => [
    ...(wanted.privateUsers === "no" ? [] : ["PRIVATE_USERS"]),
    ...(isMapped(wanted) ? [enterAll] : []),
  ],

  needs(wanted, { host }, refuse, observed) {
    if (wanted.privateUsers !== "no" && host.keys?.get("PRIVATE_USERS") === false) {
      refuse(
        "privateUsers needs a host whose container units know PRIVATE_USERS, and this one's do not",
        "update the host's nixpkgs (25.05 and later have it), or leave privateUsers out",
      );
    }
    if (isMapped(wanted) && host.keys?.get(enterAll) === false) {
      refuse(
        `privateUsers ${JSON.stringify(wanted.privateUsers)} needs a nixos-container that enters a container's own users (nsenter --all), and this host's does not: an update would leave files that belong to nobody`,
        'update the host\'s nixpkgs, or use "identity" or "no"',
      );
    }
    if (observed?.rootOwner !== undefined) {
      refuse(
        `the root directory of the container belongs to user ${observed.rootOwner} of the host, as systemd-nspawn's own --private-users-ownership=chown or -U leaves it; nothing in it could be used`,
        `give it back while the container is stopped: chown every file below ${host.stateDir}/${wanted.name} down by ${observed.rootOwner}, or start it once with PRIVATE_USERS=0 and --private-users-ownership=chown`,
      );
    }
  },

  check(wanted, { refuse }) {
    if (wanted.privateUsers === "no") return;
    if (wanted.network.networkNamespace !== undefined) {
      refuse(
        "privateUsers and network.networkNamespace exclude each other: a container with users of its own may not join a namespace of the host",
        "leave one of them out",
      );
    }
  },

  advice(wanted) {
    if (!isMapped(wanted)) return [];
    const foreign = wanted.bindMounts.filter(
      ({ options, hostPath }) => options === undefined && !/^\/dev\//.test(hostPath),
    );
    const shared = !hasOwnNetwork(wanted);
    return [
      "its files keep their owners on disk, and are mapped when it starts: going back needs nothing",
      ...(foreign.length > 0
        ? [
            `everything in ${listing(foreign.map(({ mountPoint }) => mountPoint))} belongs to nobody inside, and cannot be written: set idmap: true on those bindMounts to give files the same numbers inside and outside`,
          ]
        : []),
      ...(wanted.allowedDevices.length > 0
        ? [
            "its devices belong to nobody inside: only what everybody may open there can be opened (their mode on the host)",
          ]
        : []),
      ...(shared ? ["on the host's own network it cannot listen on ports below 1024"] : []),
    ];
  },
};

/** How nixos-container must enter a container with users of its own. */
const enterAll = "nsenter --all";

function isMapping({ key, value }: Line): boolean {
  return key === "PRIVATE_USERS" && value !== "identity";
}

/** Whether a line is a bind mount whose owners mean nothing inside; devices are opened whoever they belong to. */
function isForeignMount({ place, key, value }: Line): boolean {
  const [source = "", , options] = value.split(":");
  return place === "flag" && /^--bind(-ro)?$/.test(key) && options === undefined && !source.startsWith("/dev/");
}

/** Whether its numbers are others inside than outside. */
export function isMapped({ privateUsers: users }: Pick<Wanted, "privateUsers">): boolean {
  return users === "pick" || typeof users === "number";
}
