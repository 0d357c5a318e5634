import type { Token } from "./lexer";

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "${": "}", "[": "]", "(": ")" };

export function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === "symbol" && token.text === text;
}

export function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === "word" && token.text === text;
}

/**
 * Where an expression ends: the index of the first `;`, `,` or closing bracket that is not its own, else the number of tokens.
 * The semicolons of `with`, `assert` and `let … in` are its own.
 */
export function expressionEnd(tokens: readonly Token[], from: number): number {
  const open: string[] = [];
  for (let index = from; index < tokens.length; index++) {
    const { kind, text } = tokens[index];
    const innermost = open.at(-1);
    if (kind === "word") {
      if (text === "with" || text === "assert") open.push(text);
      else if (text === "let" && !isSymbol(tokens[index + 1], "{")) open.push(text);
      else if (text === "in" && innermost === "let") open.pop();
    } else if (kind !== "symbol") continue;
    else if (text in CLOSING) open.push(CLOSING[text]);
    else if (text === "}" || text === "]" || text === ")") {
      if (innermost !== text) return index;
      open.pop();
    } else if (text === ";" || text === ",") {
      if (innermost === undefined) return index;
      if (text === ";" && (innermost === "with" || innermost === "assert")) open.pop();
    }
  }
  return open.length === 0 ? tokens.length : -1;
}

/** Whether the tokens are one expression that nothing put behind them can become a part of, such as a stray `;`. */
export function isOneExpression(tokens: readonly Token[]): boolean {
  return tokens.length > 0 && expressionEnd(tokens, 0) === tokens.length;
}

/** The index of the bracket that closes the one at `from`, or -1. */
export function closingBracket(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index++) {
    const { kind, text } = tokens[index];
    if (kind !== "symbol") continue;
    if (text in CLOSING) depth++;
    else if ((text === "}" || text === "]" || text === ")") && --depth === 0) return index;
  }
  return -1;
}

/** An expression without the parentheses around the whole of it. */
export function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens;
  while (isSymbol(inner[0], "(") && closingBracket(inner, 0) === inner.length - 1) inner = inner.slice(1, -1);
  return inner;
}
