import ipaddr from "ipaddr.js";
import { type Address, longestPrefix, tryParseAddress } from "./address";

/** A network: every address that shares the first bits of one. */
export interface Subnet {
  readonly family: Address["family"];
  /** Its first address, as a number. */
  readonly first: bigint;
  readonly prefix: number;
}

/** An address as a number. */
export function addressNumber(text: string): bigint {
  return ipaddr
    .parse(text)
    .toByteArray()
    .reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

/** The canonical text of a number. */
export function numberAddress(family: Address["family"], number: bigint): string {
  const length = longestPrefix[family] / 8;
  const bytes = Array.from({ length }, (_, index) => Number((number >> BigInt(8 * (length - 1 - index))) & 255n));
  const address = ipaddr.fromByteArray(bytes);
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/** How many addresses a network has. */
export function sizeOf({ family, prefix }: Omit<Subnet, "first">): bigint {
  return 1n << BigInt(longestPrefix[family] - prefix);
}

/** The network of an address with a prefix length, be it its first address or another; undefined for anything else. */
export function tryParseSubnet(value: string): Subnet | undefined {
  const address = tryParseAddress(value);
  if (address?.prefix === undefined) return undefined;
  const { family, prefix } = address;
  const number = addressNumber(address.text);
  return { family, prefix, first: number - (number % sizeOf({ family, prefix })) };
}

/** As people write it: `10.233.0.0/16`. */
export function subnetText({ family, first, prefix }: Subnet): string {
  return `${numberAddress(family, first)}/${prefix}`;
}

export function holdsAddress(subnet: Subnet, text: string): boolean {
  if (tryParseAddress(text)?.family !== subnet.family) return false;
  const number = addressNumber(text);
  return number >= subnet.first && number < subnet.first + sizeOf(subnet);
}

/** Whether two networks have an address in common: one holds the other then. */
export function overlap(one: Subnet, other: Subnet): boolean {
  const [wide, narrow] = one.prefix <= other.prefix ? [one, other] : [other, one];
  return wide.family === narrow.family && narrow.first >= wide.first && narrow.first < wide.first + sizeOf(wide);
}
