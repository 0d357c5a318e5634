import { type Address, addressFault, addressText, longestPrefix, prefixFault, tryParseAnyPrefix } from "../../address";
import type { Refuse } from "../../error";

/** The fields of the two ends of a container's network: the host's, then the container's. */
export const pairs = [
  ["hostAddress", "localAddress"],
  ["hostAddress6", "localAddress6"],
] as const;

export type AddressField = (typeof pairs)[number][number];

type Given = Readonly<Partial<Record<AddressField, string | null>>>;

export type Ends = Readonly<Partial<Record<AddressField, string>>>;

const families = {
  ipv4: { name: "IPv4", example: "192.168.100.11", prefix: 24 },
  ipv6: { name: "IPv6", example: "fd00::11", prefix: 64 },
} as const;

/**
 * Checks both ends of a network, which stand at `at` in the props, and returns those that are sound, in canonical form.
 * @param whole whether these are all the fields that were given: else none is said to have a prefix in vain
 */
export function parsePairs(
  given: Given,
  { at, bridged, whole }: { readonly at: string; readonly bridged: boolean; readonly whole: boolean },
  refuse: Refuse,
): Ends {
  const sound: Partial<Record<AddressField, string>> = {};
  for (const [host, local] of pairs) {
    for (const field of [host, local]) {
      const value = given[field];
      if (value === undefined || value === null) continue;
      const parsed = ownPrefix(tryParseAnyPrefix(value), field === local && !bridged);
      const flaw = flawOf(`${at}.${field}`, value, parsed, field === local && bridged, whole);
      if (flaw) refuse(`${at}.${field} ${JSON.stringify(value)} ${flaw[0]}`, flaw[1]);
      else if (parsed) sound[field] = addressText(parsed);
    }
    if (sound[host] !== undefined && sound[host] === sound[local]?.split("/")[0]) {
      refuse(`${at}.${host} and ${at}.${local} are both ${sound[host]}`, "give the two sides different addresses");
    }
  }
  return sound;
}

/** Off a bridge, a prefix that spans the one address says no more than the address. */
function ownPrefix(address: Address | undefined, isLone: boolean): Address | undefined {
  if (!isLone || address?.prefix !== longestPrefix[address?.family ?? "ipv4"]) return address;
  return { family: address.family, text: address.text };
}

/** What is wrong with one address, and the remedy. */
function flawOf(
  field: string,
  value: string,
  address: Address | undefined,
  prefixed: boolean,
  whole: boolean,
): readonly [flaw: string, remedy: string] | undefined {
  const { name, example, prefix } = families[field.endsWith("6") ? "ipv6" : "ipv4"];
  const sample = prefixed ? `${example}/${prefix}` : example;
  if (!address) return [`is not an ${name} address`, `write it like "${sample}"`];
  const family = families[address.family].name;
  if (family !== name) {
    const sibling = field.endsWith("6") ? field.slice(0, -1) : `${field}6`;
    return [`is an ${family} address`, `give an ${name} address, or use ${sibling}`];
  }
  const fault = addressFault(address);
  if (fault !== undefined) return [fault, `give an address that one machine alone can have, like "${sample}"`];
  const onBridge = `write "${address.text}/${prefix}", with the bridge's own prefix length`;
  if (prefixed && address.prefix === undefined) {
    return ["has no prefix length, which a container on a bridge needs", onBridge];
  }
  if (whole && !prefixed && address.prefix !== undefined) {
    return ["has a prefix length, which only a local address on a bridge may have", `write "${address.text}"`];
  }
  const longest = longestPrefix[address.family];
  if ((address.prefix ?? 0) > longest) {
    return [`has the prefix length ${value.split("/")[1]}, and ${name} has none above ${longest}`, onBridge];
  }
  const misplaced = prefixFault(address);
  if (misplaced === undefined) return undefined;
  if (address.prefix === 0) return [misplaced, onBridge];
  return [`${misplaced}, which no machine in it can have`, "give the container another address of that network"];
}
