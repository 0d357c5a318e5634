import { posix } from "node:path";
import type { Token } from "./lexer";
import { isWord } from "./structure";

/** A relative path in Nix code, such as ./common.nix or a/b. */
export interface PathLiteral {
  /** As written, up to the first `${`. */
  readonly text: string;
  readonly line: number;
  /** Whether a `${…}` completes it. */
  readonly interpolated: boolean;
  /** Whether the file asks `pathExists` for it, so that it may be missing. */
  readonly optional: boolean;
}

/** The relative paths of Nix code, those inside the `${…}` of strings included; absolute ones and <…> refer to the host. */
export function pathLiterals(tokens: readonly Token[]): readonly PathLiteral[] {
  const all = flatten(tokens);
  const optional = new Set(all.filter((_token, index) => isAskedFor(all, index)).map(({ text }) => text));
  return all
    .filter((token) => token.kind === "path" && !token.text.startsWith("/"))
    .map(({ text, line, interpolated }) => ({ text, line, interpolated, optional: optional.has(text) }));
}

/** A path beside a file, as a path below the same folder; it begins with `..` when it leaves that. */
export function besideFile(file: string, literal: string): string {
  const path = posix.normalize(posix.join(posix.dirname(file), literal));
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

export function leavesFolder(path: string): boolean {
  return path === ".." || path.startsWith("../");
}

/** The `..` that a path begins with. */
export function upwards(path: string): string {
  return /^(?:\.\.(?:\/|$))+/.exec(path)?.[0] ?? ".";
}

function flatten(tokens: readonly Token[]): readonly Token[] {
  if (tokens.every(({ inner }) => inner.length === 0)) return tokens;
  return tokens.flatMap((token) => [token, ...flatten(token.inner)]);
}

function isAskedFor(tokens: readonly Token[], index: number): boolean {
  return tokens[index].kind === "path" && isWord(tokens[index - 1], "pathExists");
}
