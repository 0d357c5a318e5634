import { z } from "zod";
import { bareAddress } from "../../address";
import type { DesiredContainer } from "../../container";
import { confLine, flagLine, flagsKey, type Line, parseFlags } from "../../line";
import { hostInterface, isInterfaceName, nameRemedy } from "../../interface-name";
import { plain } from "../../text";
import { type Clash, containerWords, type Resource } from "../option";
import { type Ends, parsePairs } from "./address-pair";
import { isGiven } from "../values";
import type { WiredProps } from "./addresses";
import { bridgeLines } from "./bridge";
import { endsOf } from "./end";
import { interfaceHeld, type NetworkOption } from "./network-option";

/** A further pair of interfaces between host and container, as in `containers.<name>.extraVeths`. */
export interface ExtraVeth {
  /**
   * IPv4 address of the host's end, without a prefix.
   * @default none
   */
  readonly hostAddress?: string | null;
  /**
   * IPv4 address of the container's end; with `hostBridge` it carries its prefix length.
   * @default none
   */
  readonly localAddress?: string | null;
  /**
   * IPv6 address of the host's end.
   * @default none
   */
  readonly hostAddress6?: string | null;
  /**
   * IPv6 address of the container's end; with `hostBridge` it carries its prefix length.
   * @default none
   */
  readonly localAddress6?: string | null;
  /**
   * Bridge on the host that the host's end is plugged into. It must exist.
   * @default none
   */
  readonly hostBridge?: string | null;
}

export interface ExtraVethsProps {
  /**
   * Further pairs of interfaces (`containers.<name>.extraVeths`), by the name that both ends have. The container's end gets its
   * addresses by its configuration.
   * @default none
   */
  readonly extraVeths?: Readonly<Record<string, ExtraVeth>> | null;
}

/** One that has been checked. */
export interface ParsedVeth extends Ends {
  readonly name: string;
  readonly hostBridge?: string;
}

export interface ExtraVeths {
  readonly extraVeths: readonly ParsedVeth[];
}

const text = z.string().optional();

const shape = z.strictObject({
  hostAddress: text,
  localAddress: text,
  hostAddress6: text,
  localAddress6: text,
  hostBridge: text,
});

export const extraVeths: NetworkOption<ExtraVethsProps & WiredProps, ExtraVeths> = {
  shape: { extraVeths: z.record(z.string(), shape).optional() },

  parse(given, { refuse, whole }) {
    const known = new Set([given.localAddress, given.localAddress6].filter(isGiven).map(bareAddress));
    const parsed = Object.entries(given.extraVeths ?? {}).map(([name, veth]): ParsedVeth => {
      const at = `network.extraVeths.${name}`;
      if (!isInterfaceName(name)) {
        refuse(`network.extraVeths ${JSON.stringify(name)} is not the name of an interface`, nameRemedy);
      } else if (/^(lo|eth0|host0)$/.test(name)) {
        refuse(
          `network.extraVeths ${JSON.stringify(name)} is the name of another interface of containers`,
          'give it a name of its own, like "lan0"',
        );
      }
      const hostBridge = veth.hostBridge ?? undefined;
      if (hostBridge !== undefined && !isInterfaceName(hostBridge)) {
        refuse(`${at}.hostBridge ${JSON.stringify(hostBridge)} is not the name of an interface`, nameRemedy);
      }
      const ends = parsePairs(veth, { at, bridged: hostBridge !== undefined, whole }, refuse);
      for (const field of ["localAddress", "localAddress6"] as const) {
        const address = bareAddress(ends[field]);
        if (address === undefined) continue;
        if (known.has(address)) {
          refuse(
            `${at}.${field} ${address} is an address of the container already`,
            "give each of its interfaces one of its own",
          );
        }
        known.add(address);
      }
      return { name, ...ends, ...(hostBridge !== undefined && { hostBridge }) };
    });
    return { extraVeths: parsed.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  },

  lines: ({ network }) => [
    // The unit's script does not read it: it is there because what the conf says takes a restart, as other addresses do.
    ...confLine(specKey, network.extraVeths.map(specOf).join(" ")),
    ...network.extraVeths.map(({ name }) => flagLine("--network-veth-extra", name)),
    ...network.extraVeths.flatMap(hostSide),
    ...network.extraVeths.flatMap(inside),
  ],

  properties: [
    {
      name: "network.extraVeths",
      owns: (line, all) =>
        (line.place === "conf" && line.key === specKey) ||
        isPair(line) ||
        (line.key === "ExecStartPost" &&
          all.some((other) => isPair(other) && hostName(other.value) === hostSideOf(line.value))) ||
        (line.place === "module" && line.key.startsWith("networking.interfaces.")),
      words: (lines) =>
        plain(
          lines
            .filter(isPair)
            .map(({ value }) => vethWords(value, lines))
            .join(", ") || "half set",
        ),
      effect: "restart",
    },
  ],

  claims: ({ network }) =>
    network.extraVeths.flatMap(({ name, localAddress, localAddress6 }) => [
      {
        key: `pair ${name}`,
        text: `network.extraVeths makes the interface ${name}, which is also one of`,
        remedy: "give each pair a name of its own on its host",
      },
      ...[localAddress, localAddress6].flatMap((address) =>
        address === undefined
          ? []
          : [
              {
                key: `address ${bareAddress(address) ?? ""}`,
                text: `network.extraVeths ${name} ${bareAddress(address) ?? ""} is also an address of`,
                remedy: "give each container an address of its own",
              },
            ],
      ),
    ]),

  holds: (conf) => [
    ...namesIn(conf).map((name) => interfaceHeld(name)),
    ...(conf.get(specKey) ?? "").split(" ").flatMap((spec): Resource[] => {
      const [, , ...ends] = spec.split(",");
      return ends.flatMap((end, index): Resource[] => {
        const value = bareAddress(end) ?? "";
        const kind = index % 2 === 0 ? "host" : "local";
        return value === "" ? [] : [{ kind, value, text: `the address ${plain(value, 60)}` }];
      });
    }),
  ],

  hostConfig: ({ network }, host) => network.extraVeths.flatMap(({ hostBridge }) => bridgeLines(hostBridge, host)),

  // The pair of a private network is ve-NAME on the host, vb-NAME on a bridge; NAT for `ve-+` has people name theirs so too.
  clashes: (neighbours) => {
    const own = new Map<string, DesiredContainer>(
      neighbours.flatMap((one) => ["ve", "vb"].map((kind) => [`${kind}-${one.name}`, one] as const)),
    );
    return neighbours.flatMap((container) =>
      container.network.extraVeths.flatMap(({ name }): Clash[] => {
        const other = own.get(name);
        if (!other) return [];
        const whose = other === container ? "this very container" : containerWords(other);
        const what = `network.extraVeths ${JSON.stringify(name)} is the interface that the private network of ${whose} has`;
        return [{ container, what, remedy: 'give it another name, like "lan0"' }];
      }),
    );
  },

  needs({ network }, facts, refuse, observed) {
    for (const { setting, side, address } of endsOf(network)) {
      const on = facts.addresses.get(address);
      if (on === undefined || side === "host" || !setting.startsWith("extraVeths") || facts.held.has(on)) continue;
      refuse(
        `network.${setting} ${address} is already an address of the host itself, on ${plain(on, 40)}`,
        "give the container another address",
      );
    }
    for (const { name, hostBridge } of network.extraVeths) {
      if (hostBridge !== undefined && !facts.bridges.has(hostBridge)) {
        refuse(
          `network.extraVeths.${name}.hostBridge ${JSON.stringify(hostBridge)} is no bridge of the host`,
          `declare it in the host's configuration: networking.bridges.${hostBridge}.interfaces = [ … ];`,
        );
      }
      // What a running container has is told as that: it may give it up in this very deploy.
      if (observed?.unit !== "up" && facts.interfaces.has(name) && !facts.held.has(name)) {
        refuse(
          `network.extraVeths ${JSON.stringify(name)} is an interface that the host has already`,
          "give the pair another name",
        );
      }
    }
  },
};

/** The pairs of a conf, by the flags that make them. */
function namesIn(conf: ReadonlyMap<string, string>): string[] {
  return parseFlags(conf.get(flagsKey) ?? "").flatMap(({ key, value }) =>
    key === "--network-veth-extra" && value !== "" ? [hostInterface(value)] : [],
  );
}

const specKey = "CDKTF_NIXOS_EXTRA_VETHS";

const ip = "/usr/bin/env ip ";

/** All that is said of one, as one word. */
function specOf({ name, hostBridge, ...ends }: ParsedVeth): string {
  const addresses = [ends.hostAddress, ends.localAddress, ends.hostAddress6, ends.localAddress6];
  return [name, hostBridge ?? "", ...addresses.map((address) => address ?? "")].join(",");
}

function isPair({ place, key }: Line): boolean {
  return place === "flag" && key === "--network-veth-extra";
}

/** The host's end of `HOST`, or `HOST:INSIDE`. */
function hostName(value: string): string {
  return value.split(":")[0] ?? value;
}

/** The pair that a command sets up, if it is one of those that are written for one. */
export function hostSideOf(command: string): string | undefined {
  const [, linked, addressed] =
    /^\/usr\/bin\/env ip (?:link set dev (\S+) (?:up|master \S+)|(?:-6 )?(?:addr|route) add [0-9a-fA-F.:]+ dev (\S+))$/.exec(
      command,
    ) ?? [];
  return linked ?? addressed;
}

/** What sets up the host's end, after the container has started; as a declarative container's unit does. */
function hostSide({ name, hostBridge, ...ends }: ParsedVeth): Line[] {
  const post = (words: string): Line => ({ place: "Service", key: "ExecStartPost", value: ip + words });
  if (hostBridge !== undefined) {
    return [post(`link set dev ${name} master ${hostBridge}`), post(`link set dev ${name} up`)];
  }
  const pairs = [
    ["", ends.hostAddress, ends.localAddress],
    ["-6 ", ends.hostAddress6, ends.localAddress6],
  ] as const;
  return [
    post(`link set dev ${name} up`),
    ...pairs.flatMap(([family, host, local]) => [
      ...(host === undefined ? [] : [post(`${family}addr add ${host} dev ${name}`)]),
      ...(local === undefined ? [] : [post(`${family}route add ${local} dev ${name}`)]),
    ]),
  ];
}

/** What sets up the end inside: its configuration, so that it is there before services start. */
function inside({ name, ...ends }: ParsedVeth): Line[] {
  const pairs = [
    ["ipv4", ends.hostAddress, ends.localAddress, 32],
    ["ipv6", ends.hostAddress6, ends.localAddress6, 128],
  ] as const;
  return pairs.flatMap(([family, host, local, longest]): Line[] => {
    if (local === undefined) return [];
    const entry = (address: string, prefix: string | number): string =>
      `[ { address = "${address}"; prefixLength = ${prefix}; } ]`;
    const [address = "", prefix = longest] = local.split("/");
    const at = `networking.interfaces."${name}".${family}`;
    return [
      { place: "module", key: `${at}.addresses`, value: entry(address, prefix) },
      ...(host === undefined ? [] : [{ place: "module", key: `${at}.routes`, value: entry(host, longest) } as const]),
    ];
  });
}

function vethWords(name: string, lines: readonly Line[]): string {
  const posts = lines.filter(({ key, value }) => key === "ExecStartPost" && hostSideOf(value) === hostName(name));
  const found = (pattern: RegExp): string[] =>
    posts.flatMap(({ value }) => {
      const word = pattern.exec(value)?.[1];
      return word === undefined ? [] : [word];
    });
  const bridge = found(/ master (\S+)/);
  const [host, local] = [found(/addr add (\S+)/), found(/route add (\S+)/)];
  if (bridge.length > 0) return `${name} on ${bridge.join()}`;
  return host.length + local.length === 0 ? name : `${name} (${[...host, ...local].join(", ")})`;
}
