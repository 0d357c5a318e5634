import { z } from "zod";
import { bareAddress } from "../../address";
import { confLine } from "../../line";
import { natLines, natWords } from "./nat";
import { isPaired } from "./end";
import { plain } from "../../text";
import type { Resource } from "../option";
import { addressClashes } from "./address-clash";
import { isGiven } from "../values";
import { type AddressField, type Ends, pairs, parsePairs } from "./address-pair";
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

export type Addresses = Ends & {
  /** Those that are still to be chosen. */
  readonly auto?: readonly AutoField[];
};

/** What gives a container's private network an interface that is up. */
export type WiredProps = AddressesProps & BridgeProps;

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
    const sound = parsePairs(withoutAuto(given, bridged, refuse), { at: "network", bridged, whole }, refuse);
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

  clashes: addressClashes,

  hostConfig: ({ network }, host) => natLines(network, host),

  advice({ network }, host, { connects }) {
    if (!connects || host.ipForward || !isPaired(network)) return [];
    const ports = network.forwardPorts.length > 0 ? ", and its forwarded ports answer on the host alone" : "";
    return [
      `net.ipv4.ip_forward is off on the host: the container reaches the host and nothing beyond it${ports}. For the internet, in the host's configuration: ${natWords(host)}`,
    ];
  },

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
