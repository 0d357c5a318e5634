import type { AddressField } from "./options/network/address-pair";

/** What CDKTF calls our tokens for addresses that are still to be chosen; a number follows. */
export const addressHint = "nixos-address";

/** How CDKTF writes such a token into a string. */
const tokens = /\$\{TfToken\[nixos-address\.(\d+)\]\}/g;

/** What stands for it in a NixOS configuration until it is chosen: nothing that Nix reads otherwise inside of a string. */
const marks = /@TfToken\[nixos-address-(\d+)\]@/g;

/** An address of a container of the same app, that a configuration holds. */
export interface AddressUse {
  /** Path of the container's construct. */
  readonly construct: string;
  readonly field: AddressField;
}

/** The number of the token that a string is; undefined where it is anything else. */
export function tokenNumber(text: string): string | undefined {
  const [match] = text.matchAll(tokens);
  return match?.[0] === text ? match[1] : undefined;
}

/** Whether a text holds such a token. */
export function holdsAddressToken(text: string): boolean {
  return text.search(tokens) >= 0;
}

/** A text with marks in place of such tokens. */
export function markAddresses(text: string): string {
  return text.replace(tokens, "@TfToken[nixos-address-$1]@");
}

/** The numbers of the marks in a text. */
export function markedNumbers(text: string): string[] {
  return [...text.matchAll(marks)].flatMap(([, number]) => (number === undefined ? [] : [number]));
}

/** A text with addresses in place of its marks. */
export function fillMarks(text: string, addressOf: (number: string) => string): string {
  return text.replace(marks, (_mark, number: string) => addressOf(number));
}
