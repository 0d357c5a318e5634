import { lex, type Token } from "./lexer";
import { quotedText } from "./nix-string";
import { closingBracket, expressionEnd, isSymbol, isWord, withoutParentheses } from "./structure";

/** A value given in a module: `a.b = 1;` and `a = { b = 1; };` both give the path a, b. */
export interface Binding {
  /** Attribute names from the top of the module; undefined where a name is computed. */
  readonly path: readonly (string | undefined)[];
  /** The value's tokens, without parentheses around the whole. */
  readonly value: readonly Token[];
  readonly line: number;
}

/**
 * The values that a module plainly gives. What a function such as mkIf makes of them is not followed: a module made by
 * more than lambdas, `let` and `with` around one attribute set gives none.
 */
export function moduleBindings(tokens: readonly Token[]): readonly Binding[] {
  const body = attributeSet(withoutHead(tokens));
  return body === undefined ? [] : bindings(body, []);
}

/** Whether a text is what goes between a module's braces, as `nixos-container --config` takes it. */
export function isBareBody(tokens: readonly Token[]): boolean {
  const name = attributePath(tokens, 0);
  return name !== undefined && name.path.length > 0 && isSymbol(tokens[name.end], "=");
}

/** An expression without the lambdas, `let`, `with` and `assert` before it, and without parentheses. */
function withoutHead(tokens: readonly Token[]): readonly Token[] {
  const expression = withoutParentheses(tokens);
  const start = headEnd(expression);
  return start === 0 ? expression : withoutHead(expression.slice(start));
}

/** How many tokens the first lambda head, `let … in`, `with …;` or `assert …;` takes. */
function headEnd(tokens: readonly Token[]): number {
  const [first, second] = tokens;
  if (isWord(first, "with") || isWord(first, "assert")) return expressionEnd(tokens, 1) + 1;
  if (isWord(first, "let")) return letEnd(tokens);
  if (first?.kind === "word" && isSymbol(second, ":")) return 2;
  const pattern = first?.kind === "word" && isSymbol(second, "@") ? 2 : 0;
  if (!isSymbol(tokens[pattern], "{")) return 0;
  const close = closingBracket(tokens, pattern);
  if (close < 0) return 0;
  const after = isSymbol(tokens[close + 1], "@") ? close + 3 : close + 1;
  return isSymbol(tokens[after], ":") ? after + 1 : 0;
}

/** The index behind the `in` of the `let` at the beginning. */
function letEnd(tokens: readonly Token[]): number {
  let index = 1;
  while (index < tokens.length && !isWord(tokens[index], "in")) {
    const end = expressionEnd(tokens, index);
    if (end < 0 || !isSymbol(tokens[end], ";")) return 0;
    index = end + 1;
  }
  return index < tokens.length ? index + 1 : 0;
}

/** The tokens between the braces, if the expression is one attribute set and nothing more. */
function attributeSet(expression: readonly Token[]): readonly Token[] | undefined {
  const start = isWord(expression[0], "rec") ? 1 : 0;
  if (!isSymbol(expression[start], "{")) return undefined;
  if (closingBracket(expression, start) !== expression.length - 1) return undefined;
  return expression.slice(start + 1, -1);
}

function bindings(body: readonly Token[], prefix: Binding["path"]): readonly Binding[] {
  const found: Binding[] = [];
  let index = 0;
  while (index < body.length) {
    const name = attributePath(body, index);
    const end = expressionEnd(body, index);
    if (end < 0 || !isSymbol(body[end], ";")) return found; // not well-formed: nix will say so
    if (name !== undefined && isSymbol(body[name.end], "=")) {
      const value = withoutParentheses(body.slice(name.end + 1, end));
      const path = [...prefix, ...name.path];
      const nested = attributeSet(value);
      if (nested === undefined) found.push({ path, value, line: body[index].line });
      else found.push(...bindings(nested, path));
    }
    index = end + 1;
  }
  return found;
}

/** The names of an attribute path such as `a."b.c"`; undefined for any other text, and where a name is computed. */
export function pathOf(text: string): readonly string[] | undefined {
  const { tokens } = lex(text);
  const found = attributePath(tokens, 0);
  if (found?.end !== tokens.length) return undefined;
  const names = found.path.filter((name) => name !== undefined).map(quotedText);
  return names.length === found.path.length ? names : undefined;
}

/** The attribute path at an index, and the index behind it. */
function attributePath(tokens: readonly Token[], from: number): { path: Binding["path"]; end: number } | undefined {
  const path: (string | undefined)[] = [];
  for (let index = from; ; index++) {
    const token = tokens[index];
    if (token === undefined) return undefined;
    if (isSymbol(token, "${")) {
      const close = closingBracket(tokens, index);
      if (close < 0) return undefined;
      path.push(undefined);
      index = close;
    } else if (token.kind === "word") path.push(token.text);
    else if (token.kind === "string") path.push(token.interpolated ? undefined : token.text);
    else return undefined;
    if (!isSymbol(tokens[index + 1], ".")) return { path, end: index + 1 };
    index++;
  }
}
