import ipaddr from "ipaddr.js";

/** An address as users write it, parsed: its family, canonical text, and prefix length if one was given. */
export interface Address {
  readonly family: "ipv4" | "ipv6";
  /** Canonical text without the prefix: `fd00::2`, never `FD00:0::2`. */
  readonly text: string;
  readonly prefix?: number;
}

/** Longest prefix of each family. */
export const longestPrefix = { ipv4: 32, ipv6: 128 } as const;

/** Parses `10.0.0.1`, `10.0.0.1/24`, `fd00::1` or `fd00::1/64`; undefined for anything else, shorthand and zones included. */
export function tryParseAddress(value: string): Address | undefined {
  const address = tryParseAnyPrefix(value);
  return address && (address.prefix ?? 0) <= longestPrefix[address.family] ? address : undefined;
}

/** Like {@link tryParseAddress}, but takes a prefix length that its family does not have, lest it be called no address. */
export function tryParseAnyPrefix(value: string): Address | undefined {
  const match = /^([0-9a-fA-F:.]+)(?:\/(\d+))?$/.exec(value);
  const [, host, prefixText] = match ?? [];
  if (host === undefined) return undefined;
  const prefix = prefixText === undefined ? undefined : Number(prefixText);
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) {
    if (/(^|\.)0\d/.test(host)) return undefined;
    return { family: "ipv4", text: host, ...(prefix !== undefined && { prefix }) };
  }
  if (!host.includes(":") || !ipaddr.IPv6.isValid(host)) return undefined;
  return { family: "ipv6", text: ipaddr.IPv6.parse(host).toRFC5952String(), ...(prefix !== undefined && { prefix }) };
}

/** Why an address cannot be that of one side of a container's network, or undefined when it can. */
export function addressFault({ text }: Address): string | undefined {
  if (text === "0.0.0.0" || text === "::") return "stands for no address at all";
  switch (ipaddr.parse(text).range()) {
    case "loopback":
      return "is a loopback address, which never leaves its own machine";
    case "multicast":
      return "is a multicast address, which stands for a group";
    case "broadcast":
      return "is the broadcast address, which stands for every machine of a network";
    case "ipv4Mapped":
      return "is an IPv4 address written as an IPv6 one, which no interface can have";
    default:
      return undefined;
  }
}

/** Why an address cannot be a container's in the network that its prefix length spans, or undefined when it can. */
export function prefixFault({ family, text, prefix }: Address): string | undefined {
  if (prefix === 0) return "has the prefix length 0, by which every address would be its neighbour";
  if (family === "ipv6" || prefix === undefined || prefix > 30) return undefined; // a network of one or two has no such addresses
  const network = ipaddr.IPv4.networkAddressFromCIDR(`${text}/${prefix}`).toString();
  if (text === network) return `is the network address of ${network}/${prefix}`;
  const broadcast = ipaddr.IPv4.broadcastAddressFromCIDR(`${text}/${prefix}`).toString();
  return text === broadcast ? `is the broadcast address of ${network}/${prefix}` : undefined;
}

/** The address as the conf carries it, with its prefix if it has one. */
export function addressText(address: Address): string {
  return address.prefix === undefined ? address.text : `${address.text}/${address.prefix}`;
}

/** Parses a unicast MAC address such as `02:00:00:00:00:01` to lower case; undefined for anything else. */
export function tryParseMac(value: string): string | undefined {
  if (!/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(value)) return undefined;
  const multicast = (parseInt(value.slice(0, 2), 16) & 1) === 1;
  return multicast || /^00(:00){5}$/.test(value) ? undefined : value.toLowerCase();
}

/** An address without its prefix, in canonical form. */
export function bareAddress(value: string | undefined): string | undefined {
  return value === undefined ? undefined : (tryParseAddress(value)?.text ?? value.split("/")[0]);
}
