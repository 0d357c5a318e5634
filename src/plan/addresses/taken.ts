import { bareAddress, longestPrefix, tryParseAddress } from "../../model/address";
import type { ObservedHost } from "../../model/observed";
import { type Subnet, tryParseSubnet } from "../../model/subnet";
import type { PlannedContainer } from "../input";

/** A network that the host itself is in. */
export interface HostNetwork {
  readonly interface: string;
  readonly address: string;
  readonly subnet: Subnet;
}

/** The networks of a host's own interfaces: not those that nspawn makes for containers, nor single addresses. */
export function networksOf({ addresses }: ObservedHost): HostNetwork[] {
  return addresses.flatMap((line): HostNetwork[] => {
    const [name = "", value = ""] = line.split(" ");
    const subnet = tryParseSubnet(value);
    const lone = subnet?.prefix === longestPrefix[subnet?.family ?? "ipv4"];
    if (!subnet || lone || /^(ve|vb)-/.test(name) || isLinkLocal(value)) return [];
    return [{ interface: name, address: bareAddress(value) ?? "", subnet }];
  });
}

/** The networks that a host's routes lead to, but for those to its containers. */
export function routesOf({ routes = [] }: ObservedHost): Omit<HostNetwork, "address">[] {
  return routes.flatMap((line) => {
    const [name = "", value = ""] = line.split(" ");
    const subnet = tryParseSubnet(value);
    return subnet && !/^(ve|vb)-/.test(name) ? [{ interface: name, subnet }] : [];
  });
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}

/** Every address that is somebody's: of the host's interfaces, of the containers on it, whoever made them, and of the code's. */
export function takenOn(host: ObservedHost, declared: readonly PlannedContainer[]): Set<string> {
  const taken = declaredAddresses(declared);
  for (const line of host.addresses) add(taken, line.split(" ")[1]);
  for (const line of host.routes ?? [])
    if (!line.includes("/") && !/^v[be]-/.test(line)) add(taken, line.split(" ")[1]);
  for (const { conf = [], dropIn } of host.containers.values()) {
    // Whatever looks like an address: more options than one carry some.
    for (const line of [...conf, ...dropIn]) for (const word of line.split(/[^0-9A-Fa-f:./]+/)) add(taken, word);
  }
  return taken;
}

/** What the journals of containers remember: one that lost its conf gets its own again. */
export function notedOn(host: ObservedHost): Set<string> {
  const noted = new Set<string>();
  for (const { journal } of host.containers.values()) {
    for (const word of (journal?.network ?? "").split(/[ =]/)) add(noted, word);
  }
  return noted;
}

/** The addresses that stand in the code, in whatever setting of a network. */
export function declaredAddresses(declared: readonly PlannedContainer[]): Set<string> {
  const taken = new Set<string>();
  for (const { network } of declared) for (const text of strings(network)) add(taken, text);
  return taken;
}

function add(taken: Set<string>, value: string | undefined): void {
  const address = value === undefined ? undefined : tryParseAddress(value);
  if (address) taken.add(address.text);
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}
