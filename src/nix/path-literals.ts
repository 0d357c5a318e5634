import { posix } from "node:path";
import { listedPaths } from "./import-list";
import type { Token } from "./lexer";
import { expressionEnd, isSymbol, isWord } from "./structure";

/** A relative path in Nix code, such as ./common.nix or a/b. */
export interface PathLiteral {
  /** As written, up to the first `${`. */
  readonly text: string;
  readonly line: number;
  /** Whether a `${…}` completes it. */
  readonly interpolated: boolean;
  /** What is added to it as a constant string: `/a.nix` of `./. + "/a.nix"`. */
  readonly rest?: string;
  /** Whether Nix reads it as code for certain: `import` or `callPackage` takes it, or it stands in a list of `imports`. */
  readonly imported?: true;
}

/** The relative paths of Nix code, those inside the `${…}` of strings included; absolute ones and <…> refer to the host. */
export function pathLiterals(tokens: readonly Token[]): readonly PathLiteral[] {
  const all = flatten(tokens);
  const imported = importedPaths(all);
  return all.flatMap(({ kind, text, line, interpolated }, index) => {
    if (kind !== "path" || text.startsWith("/")) return [];
    const rest = interpolated ? "" : constantRest(all.slice(Math.max(0, index - 1), index + 4), index > 0);
    const isWhole = rest !== "" || !isSymbol(all[index + 1], "+");
    const isImported = isWhole && imported.has(all[index]);
    return [{ text, line, interpolated, ...(rest !== "" && { rest }), ...(isImported && { imported: true as const }) }];
  });
}

/** The paths that `import` and `callPackage` take, and those of `imports = …`. */
function importedPaths(tokens: readonly Token[]): ReadonlySet<Token> {
  const found = new Set<Token>();
  tokens.forEach((token, index) => {
    if (isWord(token, "import") || isWord(token, "callPackage")) {
      const argument = tokens.slice(index + 1).find((next) => !isSymbol(next, "("));
      if (argument?.kind === "path") found.add(argument);
    } else if (isWord(token, "imports") && isSymbol(tokens[index + 1], "=")) {
      const end = expressionEnd(tokens, index + 2);
      for (const path of listedPaths(tokens.slice(index + 2, Math.max(0, end)))) found.add(path);
    }
  });
  return found;
}

/** The string of `./. + "/a/b.nix"`, where nothing but that sum is made of the path: no function takes it, nothing is added. */
function constantRest(tokens: readonly Token[], hasBefore: boolean): string {
  const [path, plus, string, next] = tokens.slice(hasBefore ? 1 : 0);
  const before = hasBefore ? tokens[0] : undefined;
  const isAlone = before === undefined || OPENING.has(before.text);
  const isWhole = next === undefined || !/^(?:\+|-|\.|\?)$/.test(next.text);
  const isSum = plus?.text === "+" && plus.start >= path.end && string?.kind === "string";
  if (!isAlone || !isSum || !isWhole || string.interpolated || !/^(?:\/[\w.+-]+)+$/.test(string.text)) return "";
  return string.text;
}

/** What may stand before an expression that is no function's argument. */
const OPENING: ReadonlySet<string> = new Set(["(", "=", ":", ";", "in", "then", "else", "++", "==", "!="]);

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
