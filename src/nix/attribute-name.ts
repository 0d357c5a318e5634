import { renderQuoted } from "./nix-string";

export const KEYWORDS: ReadonlySet<string> = new Set([
  "assert",
  "else",
  "if",
  "in",
  "inherit",
  "let",
  "or",
  "rec",
  "then",
  "with",
]);

/** Whether a name can stand bare in Nix. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_'-]*$/.test(name) && !KEYWORDS.has(name);
}

/** An attribute name as Nix code: quoted unless it is an identifier. */
export function renderName(name: string): string {
  return isIdentifier(name) ? name : renderQuoted(name);
}

/** The place of a member, as messages write it: `services."a b".port`. */
export function memberPlace(parent: string, name: string): string {
  const member = isIdentifier(name) ? name : JSON.stringify(name);
  return parent === "" ? member : `${parent}.${member}`;
}
