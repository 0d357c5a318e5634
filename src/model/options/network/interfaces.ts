import { z } from "zod";
import type { Refuse } from "../../error";
import { hostInterface, nameRemedy, tryParseInterface } from "../../interface-name";
import { confLine } from "../../line";
import { plain } from "../../text";
import type { DesiredContainer } from "../../container";
import { type Clash, containerWords, type Resource } from "../option";
import { isGiven } from "../values";
import { bareAddress } from "../../address";
import { isWired, type WiredProps } from "./addresses";
import type { ExtraVethsProps } from "./extra-veths";
import type { MacAddressProps } from "./mac-address";
import { confProperty, interfaceHeld, type NetworkOption } from "./network-option";

export interface InterfacesProps {
  /**
   * Interfaces moved from the host into the container (`containers.<name>.interfaces`): `HOST`, or `HOST:INSIDE` with the name
   * it gets there.
   * @default none
   */
  readonly interfaces?: readonly string[];
  /**
   * Interfaces of the host that get a macvlan in the container (`containers.<name>.macvlans`): `HOST`, or `HOST:INSIDE`.
   * @default none; without INSIDE it is mv-HOST there
   */
  readonly macvlans?: readonly string[];
}

export interface Interfaces {
  readonly interfaces: readonly string[];
  readonly macvlans: readonly string[];
}

export const interfaces: NetworkOption<InterfacesProps & WiredProps & MacAddressProps & ExtraVethsProps, Interfaces> = {
  shape: { interfaces: z.array(z.string()).optional(), macvlans: z.array(z.string()).optional() },

  parse(given, { refuse }) {
    const taken = isWired(given) ? ["host0", "eth0"] : isGiven(given.localMacAddress) ? ["host0"] : [];
    const { interfaces: moved = [], macvlans = [] } = given;
    const pairs = Object.keys(given.extraVeths ?? {});
    checkInterfaces({ interfaces: moved, macvlans, taken, pairs }, refuse);
    return { interfaces: moved, macvlans };
  },

  lines: ({ network }) => [
    ...confLine("INTERFACES", network.interfaces.join(" ")),
    ...confLine("MACVLANS", network.macvlans.join(" ")),
  ],

  properties: [
    confProperty("interfaces", "INTERFACES", (value) => plain(value.split(/\s+/).join(", "))),
    confProperty("macvlans", "MACVLANS", (value) => plain(value.split(/\s+/).join(", "))),
  ],

  claims: ({ network }) =>
    network.interfaces.map(hostInterface).map((name) => ({
      key: `interface ${name}`,
      text: `network.interfaces moves ${name}, which is also moved into`,
      remedy: "move it into one container, or use network.macvlans, which can be shared",
    })),

  clashes: (neighbours) => [...absentParents(neighbours), ...madeInterfaces(neighbours)],

  holds: (conf) => [
    ...wordsOf(conf.get("INTERFACES")).map((value) => interfaceHeld(value)),
    ...wordsOf(conf.get("MACVLANS")).map((value): Resource => ({ ...interfaceHeld(value), kind: "parent" })),
  ],

  needs({ network }, { host, interfaces: present, addresses }, refuse, observed) {
    // One that runs without its conf may hold its interfaces already.
    const mayHold = observed?.unit === "up" && !observed.conf && observed.journal !== undefined;
    for (const field of ["interfaces", "macvlans"] as const) {
      for (const name of network[field].map(hostInterface)) {
        if (mayHold || present.has(name)) continue;
        refuse(
          `network.${field} names ${JSON.stringify(name)}, which does not exist on the host`,
          "compare with `ip link` on the host",
        );
      }
    }
    for (const name of [...network.interfaces, ...network.macvlans].map(hostInterface)) {
      if (name === "lo") refuse('network names the interface "lo", which every network has for itself', "take it out");
    }
    const { sshServer: server } = host;
    const way = addresses.get(bareAddress(server?.address) ?? "");
    if (server && way !== undefined && network.interfaces.map(hostInterface).includes(way)) {
      refuse(
        `network.interfaces takes ${JSON.stringify(way)}, through which the host itself is reached over SSH (${plain(server.address, 60)})`,
        "move another interface into the container, or give it a macvlan of this one (network.macvlans)",
      );
    }
  },
};

/** What needs an interface on the host that a container takes away from there: a macvlan on it, or a bridge that it is. */
function absentParents(neighbours: readonly DesiredContainer[]): Clash[] {
  const moved = new Map<string, DesiredContainer>();
  for (const container of neighbours) {
    for (const name of container.network.interfaces.map(hostInterface)) {
      if (!moved.has(name)) moved.set(name, container);
    }
  }
  return neighbours.flatMap((container) =>
    usedOnHost(container).flatMap(({ setting, name, remedy }): Clash[] => {
      const other = moved.get(name);
      if (!other) return [];
      const whose = other === container ? "this very container" : containerWords(other);
      const what = `network.${setting} names ${name}, which network.interfaces moves into ${whose}`;
      return [{ container, what, remedy: `${remedy}: an interface that was moved is no longer on the host` }];
    }),
  );
}

/** An interface taken from the host that is another container's further pair: it is there while that one runs, and part of it. */
function madeInterfaces(neighbours: readonly DesiredContainer[]): Clash[] {
  const makers = new Map(
    neighbours.flatMap((container) => container.network.extraVeths.map(({ name }) => [name, container] as const)),
  );
  if (makers.size === 0) return [];
  return neighbours.flatMap((container) =>
    container.network.interfaces.map(hostInterface).flatMap((name): Clash[] => {
      const other = makers.get(name);
      if (other === undefined || other === container) return [];
      const what = `network.interfaces moves ${name}, which network.extraVeths makes for ${containerWords(other)} on the same host`;
      return [{ container, what, remedy: "move another interface, or call the pair otherwise" }];
    }),
  );
}

/** The interfaces that must stay on the host for a container, each with its setting. */
function usedOnHost({ network: { macvlans, hostBridge, extraVeths } }: DesiredContainer) {
  const bridges = [
    { setting: "hostBridge", name: hostBridge },
    ...extraVeths.map((veth) => ({ setting: `extraVeths.${veth.name}.hostBridge`, name: veth.hostBridge })),
  ];
  return [
    ...macvlans.map((word) => ({ setting: "macvlans", name: hostInterface(word), remedy: "use macvlans in both" })),
    ...bridges.flatMap(({ setting, name }) =>
      name === undefined ? [] : [{ setting, name, remedy: "leave the bridge on the host, and plug both into it" }],
    ),
  ];
}

/** The interfaces of the host that a value of the conf names. */
function wordsOf(value = ""): string[] {
  return value
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(hostInterface);
}

interface Given {
  readonly interfaces?: readonly string[];
  readonly macvlans?: readonly string[];
  /** Names inside that the private network takes itself. */
  readonly taken: readonly string[];
  /** Names of further pairs, at both ends. */
  readonly pairs: readonly string[];
}

/** Checks the interfaces of a container: their names, and that no two of them have one name inside. */
function checkInterfaces({ interfaces = [], macvlans = [], taken, pairs }: Given, refuse: Refuse): void {
  const inner = new Map<string, string>([["lo", "which every network has for itself"]]);
  for (const name of taken) inner.set(name, "which is its end of the private network");
  for (const name of pairs) inner.set(name, "which is one of network.extraVeths");
  const free = (): string => {
    for (let number = 0; ; number++) if (!inner.has(`lan${number}`)) return `lan${number}`;
  };
  for (const [field, words] of [
    ["interfaces", interfaces],
    ["macvlans", macvlans],
  ] as const) {
    const hosts = new Set<string>();
    for (const word of words) {
      const parsed = tryParseInterface(word);
      if (parsed === undefined) {
        refuse(
          `network.${field} ${JSON.stringify(word)} is not the name of an interface`,
          `${nameRemedy}, or HOST:INSIDE with two such names`,
        );
        continue;
      }
      const { host, inside = field === "macvlans" ? `mv-${host}` : host } = parsed;
      const holder = inner.get(inside);
      if (hosts.has(host) && (field === "interfaces" || holder !== undefined)) {
        refuse(`network.${field} names ${JSON.stringify(host)} twice`, "name it once");
      } else if (holder !== undefined && host !== "lo") {
        refuse(
          `network.${field} ${JSON.stringify(word)} would be ${JSON.stringify(inside)} in the container, ${holder}`,
          `give it another name there: ${JSON.stringify(`${host}:${free()}`)}`,
        );
      }
      hosts.add(host);
      inner.set(inside, `as is ${JSON.stringify(word)} of network.${field}`);
    }
  }
}
