import { z } from "zod";
import { longestPrefix, tryParseAddress } from "./address";
import type { Refuse } from "./error";
import { type Subnet, sizeOf, subnetText, tryParseSubnet } from "./subnet";

/** Where the addresses come from that are chosen for containers of a host. */
export interface ContainerNetwork {
  /**
   * IPv4 network that pairs of addresses are chosen from. One of /16 or wider is divided as `nixos-container` does, into
   * 10.233.1.1 and 10.233.1.2, 10.233.2.1 and 10.233.2.2, …; a narrower one into pairs four addresses apart.
   * @default "10.233.0.0/16"
   */
  readonly pool?: string;
  /**
   * The same for IPv6, one of your own such as fd12:3456:789a::/48: the pairs are ::1 and ::2 of its /64 networks; in one narrower
   * than /56, they are four addresses apart.
   * @default a /48 of fd00::/8 (RFC 4193) that the host's machine-id tells, so that no two hosts have the same
   */
  readonly pool6?: string;
}

export const containerNetworkShape = z.strictObject({ pool: z.string().optional(), pool6: z.string().optional() });

/** The pool that nixos-container itself takes from. */
export const defaultPool = "10.233.0.0/16";

/** A network that pairs are chosen from: the ends of a pair are the second and third address of each step. */
export interface Pool extends Subnet {
  /** How many addresses apart the pairs are. */
  readonly step: bigint;
  /** The first and the last step that a pair is chosen from. */
  readonly from: bigint;
  readonly to: bigint;
}

const kinds = {
  pool: { family: "ipv4", name: "IPv4", sample: defaultPool, narrowest: 30, wide: 16, unit: 24 },
  pool6: { family: "ipv6", name: "IPv6", sample: "fd12:3456:789a::/48", narrowest: 126, wide: 56, unit: 64 },
} as const;

/** The pairs of a network that is sound. */
export function poolOf(network: string): Pool {
  const subnet = tryParseSubnet(network);
  if (!subnet) throw new Error(`a pool that was checked is no network: ${network}`);
  const { wide, unit } = subnet.family === "ipv4" ? kinds.pool : kinds.pool6;
  if (subnet.prefix > wide) return { ...subnet, step: 4n, from: 0n, to: sizeOf(subnet) / 4n - 1n };
  const step = 1n << BigInt(longestPrefix[subnet.family] - unit);
  // As the tool: N from 1 to 254 of 10.233.N.1.
  return { ...subnet, step, from: 1n, to: sizeOf(subnet) / step - 2n };
}

/** Everything wrong with what a host says of its containers' addresses. */
export function checkContainerNetwork(given: ContainerNetwork, refuse: Refuse): void {
  for (const field of ["pool", "pool6"] as const) {
    const value = given[field];
    if (value === undefined) continue;
    const flaw = poolFlaw(field, value);
    if (flaw) refuse(`containerNetwork.${field} ${JSON.stringify(value)} ${flaw[0]}`, flaw[1]);
  }
}

function poolFlaw(field: keyof typeof kinds, value: string): readonly [flaw: string, remedy: string] | undefined {
  const { family, name, sample, narrowest } = kinds[field];
  const subnet = tryParseSubnet(value);
  if (!subnet) return [`is not an ${name} network`, `write it like "${sample}"`];
  if (subnet.family !== family) {
    const other = field === "pool" ? "pool6" : "pool";
    return [`is an ${kinds[other].name} network`, `give an ${name} network, or use containerNetwork.${other}`];
  }
  if (subnet.prefix > narrowest) return ["has no room for a pair of addresses", `give one of /${narrowest} or wider`];
  if (subnetText(subnet) !== `${tryParseAddress(value)?.text ?? ""}/${subnet.prefix}`) {
    return [`does not begin where a network of /${subnet.prefix} begins`, `write "${subnetText(subnet)}"`];
  }
  const reserved = reservedNetworks.find((network) => {
    const other = tryParseSubnet(network);
    return other?.family === family && contains(other, subnet);
  });
  if (reserved !== undefined || subnet.prefix < 8) {
    const sound = family === "ipv4" ? "10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16" : "fd00::/8";
    const what = reserved === undefined ? "is wider than any network of one's own" : `is of ${reserved}`;
    return [`${what}, and containers cannot have its addresses`, `give one of your own, out of ${sound}`];
  }
  return undefined;
}

/** Networks whose addresses no machine has, or every machine for itself. */
const reservedNetworks = [
  ...["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"],
  ...["::/16", "fe80::/10", "ff00::/8"],
];

function contains(wide: Subnet, narrow: Subnet): boolean {
  return wide.prefix <= narrow.prefix && narrow.first >= wide.first && narrow.first < wide.first + sizeOf(wide);
}
