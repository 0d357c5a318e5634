import { moduleBindings } from "./bindings";
import type { Token } from "./lexer";
import { closingBracket, isSymbol, isWord, withoutParentheses } from "./structure";

/**
 * The paths that are modules of a list such as `[ ./a.nix (import ./b.nix) ] ++ lib.optional x ./c.nix`. A file that a function
 * takes, or that is called itself, as in `(import ./x.nix { … })`, is none: what becomes of it cannot be told.
 */
export function listedPaths(list: readonly Token[]): readonly Token[] {
  const whole = withoutParentheses(list);
  if (isWord(whole[0], "if")) return branches(whole).flatMap(listedPaths);
  const operands = split(whole, (token) => isSymbol(token, "++"));
  return operands.flatMap((operand) => {
    if (operands.length > 1 && isSymbol(operand[0], "(")) return listedPaths(operand);
    if (isSymbol(operand[0], "[") && closingBracket(operand, 0) === operand.length - 1)
      return elements(operand.slice(1, -1)).flatMap(modulePaths);
    const optional = /^(?:[a-z]+ \. )*(optionals?) /.exec(operand.map(({ text }) => text).join(" "))?.[1];
    if (optional === undefined) return [];
    const last = elements(operand).at(-1) ?? [];
    return optional === "optionals" ? listedPaths(last) : modulePaths(last);
  });
}

/** The paths of one module: its own, or those of its imports where it is written in the list. */
function modulePaths(element: readonly Token[]): readonly Token[] {
  const module = withoutParentheses(element);
  const [first] = module;
  if (isWord(first, "if")) return branches(module).flatMap(modulePaths);
  const file = isWord(first, "import") ? withoutParentheses(module.slice(1)) : module;
  if (file.length === 1) return file[0].kind === "path" ? file : [];
  const imports = moduleBindings(module).filter(({ path }) => path.join(".") === "imports");
  return imports.flatMap(({ value }) => listedPaths(value));
}

/** What an `if` may give, its conditions left out. */
function branches(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const isBranch = (token: Token): boolean => isWord(token, "then") || isWord(token, "else");
  const isCondition = (part: readonly Token[]): boolean => isWord(part[0], "if");
  return split(tokens, isBranch).filter((part) => part.length > 0 && !isCondition(part));
}

/** The elements of a list: operands side by side, with what is selected from them. */
function elements(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: (readonly Token[])[] = [];
  let start = 0;
  while (start < tokens.length) {
    let end = operandEnd(tokens, start);
    while (isSymbol(tokens[end], ".") || isWord(tokens[end], "or")) end = operandEnd(tokens, end + 1);
    found.push(tokens.slice(start, end));
    start = end;
  }
  return found;
}

/** The index behind a token, or behind the bracket that closes it; `rec` belongs to its set. */
function operandEnd(tokens: readonly Token[], from: number): number {
  return closing(tokens, isWord(tokens[from], "rec") ? from + 1 : from) + 1;
}

/** The parts between the separators that stand in no bracket. */
function split(tokens: readonly Token[], isSeparator: (token: Token) => boolean): readonly (readonly Token[])[] {
  const parts: (readonly Token[])[] = [];
  let start = 0;
  for (let index = 0; index < tokens.length; index = closing(tokens, index) + 1) {
    if (!isSeparator(tokens[index])) continue;
    parts.push(tokens.slice(start, index));
    start = index + 1;
  }
  return [...parts, tokens.slice(start)];
}

/** The index of the bracket that closes the one at an index; of any other token its own. */
function closing(tokens: readonly Token[], index: number): number {
  const opens = ["(", "[", "{", "${"].some((text) => isSymbol(tokens[index], text));
  return opens ? Math.max(index, closingBracket(tokens, index)) : index;
}
