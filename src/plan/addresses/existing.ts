import { addressFault, longestPrefix, prefixFault, tryParseAddress } from "../../model/address";
import { parseConf } from "../../model/conf";
import type { DesiredContainer } from "../../model/container";
import type { ObservedHost } from "../../model/observed";
import { keys } from "../../model/options/network/addresses";
import type { AutoField } from "../../model/options/network/auto-address";
import { addressNumber, holdsAddress, numberAddress, tryParseSubnet } from "../../model/subnet";

/** The two ends of a container's network, in canonical form; with a prefix length, the local one is on a bridge. */
export interface Ends {
  readonly host?: string;
  readonly local: string;
  /** Of an end that nothing says: it lies beside the other. */
  readonly guessed?: string;
}

/** The conf's keys of a pair. */
function keysOf(field: AutoField): { readonly host: string; readonly local: string } {
  return field === "localAddress6"
    ? { host: keys.hostAddress6, local: keys.localAddress6 }
    : { host: keys.hostAddress, local: keys.localAddress };
}

/** What tells the addresses that a container has: what is there, or what was there when it was deployed. */
export type Witness = "host" | "journal";

/** What a container has already of what is to be chosen for it, if that is sound: then it keeps it. */
export function existingEnds(
  { name, network }: DesiredContainer,
  field: AutoField,
  host: ObservedHost,
  witness: Witness,
): Ends | undefined {
  const observed = host.containers.get(name);
  if (!observed) return undefined;
  const family = field === "localAddress6" ? "ipv6" : "ipv4";
  const journal = parseConf((observed.journal?.network ?? "").split(" "));
  const conf = witness === "host" && observed.conf ? parseConf(observed.conf) : journal;
  if (witness === "host" && !observed.conf && addressOf(host, `ve-${name}`, family) === undefined) return undefined;
  const named = keysOf(field);
  if (network.hostBridge !== undefined) {
    const local = tryParseAddress(conf.get(named.local) ?? "");
    if (conf.get("HOST_BRIDGE") !== network.hostBridge || local?.family !== family) return undefined;
    if (local.prefix === undefined || addressFault(local) !== undefined || prefixFault(local) !== undefined) {
      return undefined;
    }
    const gateway = lone(conf.get(named.host), family);
    const subnet = tryParseSubnet(`${local.text}/${local.prefix}`);
    const reaches = gateway !== undefined && gateway !== local.text && subnet && holdsAddress(subnet, gateway);
    return { ...(reaches && { host: gateway }), local: `${local.text}/${local.prefix}` };
  }
  // Without its conf, the host's end of one that runs is what tells, before the journal.
  const runs = observed.conf || witness === "journal" ? undefined : lone(addressOf(host, `ve-${name}`, family), family);
  const noted = lone(conf.get(named.host), family);
  const near = runs ?? noted;
  const far = runs === undefined || runs === noted ? lone(conf.get(named.local), family) : undefined;
  if (near === far) return undefined;
  if (near !== undefined && far !== undefined) return { host: near, local: far };
  const guessed = near === undefined ? beside(far ?? "", -1n, family) : beside(near, 1n, family);
  return { host: near ?? guessed, local: far ?? guessed, guessed };
}

type Family = "ipv4" | "ipv6";

/** An address of one machine, without a prefix that says more than itself. */
function lone(value: string | undefined, family: Family): string | undefined {
  const address = tryParseAddress(value ?? "");
  if (address?.family !== family || (address.prefix ?? longestPrefix[family]) !== longestPrefix[family])
    return undefined;
  return addressFault(address) === undefined ? address.text : undefined;
}

function beside(text: string, distance: bigint, family: Family): string {
  return numberAddress(family, addressNumber(text) + distance);
}

/** The address of an interface on the host, but for the one that every interface gives itself. */
function addressOf(host: ObservedHost, name: string, family: Family): string | undefined {
  const values = host.addresses.map((line) => line.split(" ")).filter(([interfaceName]) => interfaceName === name);
  const parsed = values.map(([, value = ""]) => tryParseAddress(value));
  return parsed.find((address) => address?.family === family && !/^fe[89ab]/.test(address.text))?.text;
}
