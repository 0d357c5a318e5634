import ipaddr from "ipaddr.js";

/** An address as users write it, parsed: its family, canonical text, and prefix length if one was given. */
export interface Address {
  readonly family: "ipv4" | "ipv6";
  /** Canonical text without the prefix: `fd00::2`, never `FD00:0::2`. */
  readonly text: string;
  readonly prefix?: number;
}

/** Parses `10.0.0.1`, `10.0.0.1/24`, `fd00::1` or `fd00::1/64`; undefined for anything else, shorthand and zones included. */
export function tryParseAddress(value: string): Address | undefined {
  const match = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(value);
  const [, host, prefixText] = match ?? [];
  if (host === undefined) return undefined;
  const prefix = prefixText === undefined ? undefined : Number(prefixText);
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) {
    if (/(^|\.)0\d/.test(host) || (prefix !== undefined && prefix > 32)) return undefined;
    return { family: "ipv4", text: host, ...(prefix !== undefined && { prefix }) };
  }
  if (!host.includes(":") || !ipaddr.IPv6.isValid(host)) return undefined;
  if (prefix !== undefined && prefix > 128) return undefined;
  return { family: "ipv6", text: ipaddr.IPv6.parse(host).toRFC5952String(), ...(prefix !== undefined && { prefix }) };
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

/** Whether the kernel would take this as the name of an interface. */
export function isInterfaceName(value: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$/.test(value);
}
