import { z } from "zod";
import {
  type Address,
  addressFault,
  addressText,
  bareAddress,
  longestPrefix,
  prefixFault,
  tryParseAnyPrefix,
} from "../../address";
import type { DesiredContainer } from "../../container";
import type { Refuse } from "../../error";
import { confLine } from "../../line";
import { plain } from "../../text";
import { type Clash, containerWords, type Resource } from "../option";
import { isGiven } from "../values";
import { auto, type AutoField, withoutAuto } from "./auto-address";
import type { BridgeProps } from "./bridge";
import { confProperty, type NetworkOption } from "./network-option";

export interface AddressesProps {
  /**
   * IPv4 address of the host's side, without a prefix (`containers.<name>.hostAddress`).
   * With `hostBridge` it is the container's gateway.
   * @default none
   */
  readonly hostAddress?: string | null;
  /**
   * IPv4 address of the container; with `hostBridge` it carries its prefix length (`containers.<name>.localAddress`).
   * With "auto" it is chosen when the host is looked at, and then kept: the lowest pair that is free in the host's pool, for both
   * ends; on a bridge, the lowest free address of the bridge's network.
   * @default "auto" beside `privateNetwork: true` alone, with no address, bridge, interface or namespace; null for none; else none
   */
  readonly localAddress?: string | null;
  /**
   * IPv6 address of the host's side (`containers.<name>.hostAddress6`).
   * @default none
   */
  readonly hostAddress6?: string | null;
  /**
   * IPv6 address of the container; with `hostBridge` it carries its prefix length (`containers.<name>.localAddress6`).
   * "auto" as for localAddress.
   * @default none
   */
  readonly localAddress6?: string | null;
}

export type Addresses = Readonly<Partial<Record<AddressField, string>>> & {
  /** Those that are still to be chosen. */
  readonly auto?: readonly AutoField[];
};

/** What gives a container's private network an interface that is up. */
export type WiredProps = AddressesProps & BridgeProps;

/** The fields of the two ends of a container's network: the host's, then the container's. */
export const pairs = [
  ["hostAddress", "localAddress"],
  ["hostAddress6", "localAddress6"],
] as const;

export type AddressField = (typeof pairs)[number][number];

export const keys: Readonly<Record<AddressField, string>> = {
  hostAddress: "HOST_ADDRESS",
  localAddress: "LOCAL_ADDRESS",
  hostAddress6: "HOST_ADDRESS6",
  localAddress6: "LOCAL_ADDRESS6",
};

const fields = pairs.flat();

/** Whether a network has an address or a bridge. */
export function isWired(given: WiredProps): boolean {
  return fields.some((field) => isGiven(given[field])) || isGiven(given.hostBridge);
}

export const addresses: NetworkOption<WiredProps, Addresses> = {
  isPrivate: true,
  shape: Object.fromEntries(fields.map((field) => [field, z.string().optional()])),

  parse(given, { whole, refuse, auto: chosen }) {
    const bridged = isGiven(given.hostBridge);
    const sound = parsePairs(withoutAuto(given, bridged, refuse), bridged, whole, refuse);
    return { ...sound, ...(chosen.length > 0 && { auto: chosen }) };
  },

  notes(given) {
    if (isGiven(given.hostBridge)) return [];
    return pairs.flatMap(([host, local]) => {
      if (isGiven(given[host]) && !isGiven(given[local])) {
        return [`network.${host} stands without network.${local}: the container has no such address but by its config`];
      }
      return isGiven(given[local]) && given[local] !== auto && !isGiven(given[host])
        ? [`network.${local} stands without network.${host}: the container has no route to other machines`]
        : [];
    });
  },

  lines: ({ network }) => fields.flatMap((field) => confLine(keys[field], network[field])),

  properties: fields.map((field) => ({ ...confProperty(field, keys[field]), isTrait: field.startsWith("local") })),

  claims: ({ network }) =>
    pairs.flatMap(([, field]) => {
      const address = bareAddress(network[field]);
      return address === undefined
        ? []
        : [
            {
              key: `address ${address}`,
              text: `network.${field} ${address} is also that of`,
              remedy: "give each container an address of its own",
            },
          ];
    }),

  clashes: gatewayClashes,

  holds: (conf) =>
    [pairs.map(([, local]) => local), pairs.map(([host]) => host)].flat().flatMap((field): Resource[] => {
      const value = bareAddress(conf.get(keys[field]));
      const kind = field.startsWith("local") ? "local" : "host";
      return value === undefined ? [] : [{ kind, value, text: `the address ${plain(value, 60)}` }];
    }),

  needs({ network }, facts, refuse) {
    for (const [, field] of pairs) {
      const address = bareAddress(network[field]);
      const name = address === undefined ? undefined : facts.addresses.get(address);
      if (address === undefined || name === undefined) continue;
      refuse(
        `network.${field} ${address} is already an address of the host itself, on ${plain(name, 40)}`,
        "give the container another address",
      );
    }
  },
};

/** A container's own address that is another's gateway; gateways themselves may be shared. */
function gatewayClashes(neighbours: readonly DesiredContainer[]): Clash[] {
  const gateways = new Map<string, DesiredContainer[]>();
  for (const container of neighbours) {
    for (const [field] of pairs) {
      const address = bareAddress(container.network[field]);
      if (address === undefined) continue;
      const owners = gateways.get(address) ?? [];
      if (owners.length < 2) gateways.set(address, [...owners, container]); // two: one may be the container itself
    }
  }
  return neighbours.flatMap((container) =>
    pairs.flatMap(([gateway, field]): Clash[] => {
      const address = bareAddress(container.network[field]);
      const other = address === undefined ? undefined : gateways.get(address)?.find((owner) => owner !== container);
      if (address === undefined || !other) return [];
      const what = `network.${field} ${address} is the ${gateway} of ${containerWords(other)} on the same host`;
      return [{ container, what, remedy: "give the container an address that is nobody's side of the host" }];
    }),
  );
}

const families = {
  ipv4: { name: "IPv4", example: "192.168.100.11", prefix: 24 },
  ipv6: { name: "IPv6", example: "fd00::11", prefix: 64 },
} as const;

/**
 * Checks both ends of a network, and returns those that are sound, in canonical form.
 * @param whole whether these are all the fields that were given: else none is said to have a prefix in vain
 */
function parsePairs(
  given: AddressesProps,
  bridged: boolean,
  whole: boolean,
  refuse: Refuse,
): Partial<Record<AddressField, string>> {
  const sound: Partial<Record<AddressField, string>> = {};
  for (const [host, local] of pairs) {
    for (const field of [host, local]) {
      const value = given[field];
      if (value === undefined || value === null) continue;
      const parsed = ownPrefix(tryParseAnyPrefix(value), field === local && !bridged);
      const flaw = flawOf(field, value, parsed, field === local && bridged, whole);
      if (flaw) refuse(`network.${field} ${JSON.stringify(value)} ${flaw[0]}`, flaw[1]);
      else if (parsed) sound[field] = addressText(parsed);
    }
    if (sound[host] !== undefined && sound[host] === sound[local]?.split("/")[0]) {
      refuse(`network.${host} and network.${local} are both ${sound[host]}`, "give the two sides different addresses");
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
  field: AddressField,
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
    return [`is an ${family} address`, `give an ${name} address, or use network.${sibling}`];
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
