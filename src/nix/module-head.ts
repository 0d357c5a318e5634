import { lex, type Token } from "./lexer";
import { flatten } from "./path-literals";
import type { ModuleSource } from "./reserved";
import { closingBracket, isSymbol, isWord, withoutParentheses } from "./structure";

/** What NixOS hands to the modules of a container that nixos-container builds. */
const PROVIDED = new Set(
  (
    "config lib pkgs options modulesPath utils specialArgs extendModules baseModules extraModules modules noUserModules " +
    "_class _prefix"
  ).split(" "),
);

/** Notes of module arguments that nobody provides: the build fails on the host where one is used, and not before. */
export function argumentNotes(modules: readonly ModuleSource[]): readonly string[] {
  const all = modules.map(({ text, origin }) => ({ origin, tokens: lex(text).tokens }));
  if (all.some(({ tokens }) => flatten(tokens).some((token) => isWord(token, "_module")))) return []; // they may be set there
  return all.flatMap(({ tokens, origin }) => {
    const words = flatten(tokens);
    const unknown = headNames(tokens).filter(
      (name) => !PROVIDED.has(name) && words.filter((token) => isWord(token, name)).length > 1,
    );
    if (unknown.length === 0) return [];
    return `${origin.name} uses the module argument${unknown.length > 1 ? "s" : ""} ${unknown.join(", ")}, which nothing provides here: the build fails where NixOS needs it; give the value itself, or set _module.args`;
  });
}

/** The names in the head of a function of attributes: `{ a, b ? 1, ... }:`. */
function headNames(tokens: readonly Token[]): readonly string[] {
  const expression = withoutParentheses(tokens);
  const start = expression[0]?.kind === "word" && isSymbol(expression[1], "@") ? 2 : 0;
  if (!isSymbol(expression[start], "{")) return [];
  const close = closingBracket(expression, start);
  const after = isSymbol(expression[close + 1], "@") ? close + 3 : close + 1;
  if (close < 0 || !isSymbol(expression[after], ":")) return [];
  const names: string[] = [];
  let depth = 0;
  for (let index = start; index < close; index++) {
    const token = expression[index];
    if (token.kind === "symbol" && ["{", "(", "[", "${"].includes(token.text)) depth++;
    else if (token.kind === "symbol" && ["}", ")", "]"].includes(token.text)) depth--;
    const next = expression[index + 1];
    const begins = index === start || (depth === 1 && isSymbol(token, ","));
    if (begins && next?.kind === "word") names.push(next.text);
  }
  return names;
}
