import type { Refuse } from "./error";
import { holdsAddressToken } from "./address-mark";
import { fieldName, type FieldPath } from "./shape";

/** Whether an object is CDKTF's stand-in for a value: anything with a `resolve` method. */
export function isResolvable(value: object): boolean {
  return "resolve" in value && typeof value.resolve === "function";
}

/** How deep settings go: `network.forwardPorts[0].hostPort`; what is deeper is none, and may hold itself. */
const DEPTH = 4;

/** The fields that hold one of CDKTF's tokens, those with a key that is one included. */
export function tokenFields(value: unknown, path: FieldPath = []): FieldPath[] {
  if (typeof value === "string") return isToken(value) ? [path] : [];
  if (typeof value === "number") return value < -1e200 && Number.isFinite(value) ? [path] : [];
  if (typeof value !== "object" || value === null || path.length > DEPTH) return [];
  if (isResolvable(value) || Object.keys(value).some(isMapToken)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return isToken(key) ? [at] : tokenFields(inner, at);
  });
}

/** What messages call such a field; a token in a message would mean nothing to the user. */
export function tokenName(field: FieldPath): string {
  const [key, holder] = [field.at(-1), fieldName(field.slice(0, -1))];
  return isToken(String(key)) ? `a key of ${holder}` : fieldName(field);
}

/** Refuses the settings at these paths, whose values are not known yet. */
export function refuseTokens(settings: object, fields: readonly FieldPath[], remedy: string, refuse: Refuse): void {
  for (const field of fields) {
    const flaw = chosenAddressFlaw(settings, field);
    refuse(...(flaw ?? [`${tokenName(field)} is a value that Terraform only knows after apply`, remedy]));
  }
}

/** What is wrong with a setting that holds an address of a container which is still to be chosen; undefined where it does not. */
export function chosenAddressFlaw(
  settings: object,
  field: FieldPath,
): readonly [what: string, remedy: string] | undefined {
  const value = field.reduce<unknown>((holder, key) => (holder as Record<PropertyKey, unknown>)[key], settings);
  if (typeof value !== "string" || !holdsAddressToken(value)) return undefined;
  return [
    `${fieldName(field)} holds an address of a container that is chosen only when the hosts are looked at, and settings are needed before`,
    "give that container its addresses (network: { hostAddress: …, localAddress: … }), and write them here",
  ];
}

function isToken(text: string): boolean {
  return /[$#]\{TfToken\[/.test(text);
}

/** The one key of an object that stands for a whole map. */
function isMapToken(key: string): boolean {
  return key.startsWith("&{TfToken[");
}
