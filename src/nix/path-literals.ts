import { posix } from "node:path";
import type { Token } from "./lexer";

/** A relative path in Nix code, such as ./common.nix or a/b. */
export interface PathLiteral {
  /** As written, up to the first `${`. */
  readonly text: string;
  readonly line: number;
  /** Whether a `${…}` completes it. */
  readonly interpolated: boolean;
}

/** The relative paths of Nix code, those inside the `${…}` of strings included; absolute ones and <…> refer to the host. */
export function pathLiterals(tokens: readonly Token[]): readonly PathLiteral[] {
  return flatten(tokens)
    .filter((token) => token.kind === "path" && !token.text.startsWith("/"))
    .map(({ text, line, interpolated }) => ({ text, line, interpolated }));
}

/** Whether code asks for the existence of files: `pathExists`, `pathIsRegularFile`, `tryEval`, or a helper such as `tryImport`. */
export function asksForExistence(tokens: readonly Token[]): boolean {
  return flatten(tokens).some(({ kind, text }) => kind === "word" && /exist|^pathIs|^try|^readFileType$/i.test(text));
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

/** All tokens, those inside the `${…}` of strings and paths included. */
export function flatten(tokens: readonly Token[]): readonly Token[] {
  if (tokens.every(({ inner }) => inner.length === 0)) return tokens;
  return tokens.flatMap((token) => [token, ...flatten(token.inner)]);
}
