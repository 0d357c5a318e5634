/** What a token is; `path` is a literal such as ./x, a/b or /x, `search-path` is <nixpkgs>, `home-path` is ~/x. */
export type TokenKind =
  "word" | "number" | "string" | "path" | "home-path" | "search-path" | "uri" | "symbol" | "unknown";

export interface Token {
  readonly kind: TokenKind;
  /** Its source; of a string what stands between the quotes, of an interpolated path what comes before `${`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Counted from 1. */
  readonly line: number;
  /** Tokens of the `${…}` inside a string or path. */
  readonly inner: readonly Token[];
  readonly interpolated: boolean;
}

export interface Lexed {
  readonly tokens: readonly Token[];
  /** False when a string, comment or interpolation never ends, or a character is none of Nix's. */
  readonly complete: boolean;
  /** Whether text put behind it would fall into a `#` comment. */
  readonly endsInComment: boolean;
}

/** The token rules of Nix's own lexer.l; the longest match wins, then the first. */
const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ["word", /[a-zA-Z_][a-zA-Z0-9_'-]*/y],
  ["number", /(?:[1-9][0-9]*\.[0-9]*|0?\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[0-9]+/y],
  ["path", /[a-zA-Z0-9._+-]*(?:\/[a-zA-Z0-9._+-]+)+\/?|[a-zA-Z0-9._+-]*\/(?=\$\{)/y],
  ["home-path", /~(?:\/[a-zA-Z0-9._+-]+)+\/?|~\/(?=\$\{)/y],
  ["search-path", /<[a-zA-Z0-9._+-]+(?:\/[a-zA-Z0-9._+-]+)*>/y],
  ["uri", /[a-zA-Z][a-zA-Z0-9+.-]*:[a-zA-Z0-9%/?:@&=+$,_.!~*'-]+/y],
  ["symbol", /\.\.\.|==|!=|<=|>=|&&|\|\||->|\/\/|\+\+|\|>|<\||\$\{|[{}[\]():;,.@?=<>!+*/-]/y],
];
/** Symbols that begin no longer token of any kind. */
const LONE: ReadonlySet<string> = new Set("{}[]();,:@?");
const BLANK = /[ \t\r\n]+|#[^\r\n]*|\/\*[^]*?\*\//y;
const PATH_REST = /[a-zA-Z0-9._+/-]+/y;

/** The text that was split last: every check of a config asks for the same one. */
let last: { readonly text: string; readonly lexed: Lexed } | undefined;

/** Splits Nix code into tokens as Nix does, strings and comments told from code; never throws. */
export function lex(text: string): Lexed {
  if (last?.text !== text) {
    const lexer = new Lexer(text);
    const tokens = lexer.code(false);
    last = { text, lexed: { tokens, complete: lexer.complete, endsInComment: lexer.endsInComment } };
  }
  return last.lexed;
}

class Lexer {
  complete = true;
  endsInComment = false;
  private position = 0;
  private line = 1;
  private counted = 0;

  constructor(private readonly text: string) {}

  /** Tokens up to the end, or up to the `}` that closes an interpolation. */
  code(interpolation: boolean): Token[] {
    const tokens: Token[] = [];
    let braces = 0;
    for (;;) {
      this.skipBlank();
      if (this.position >= this.text.length) {
        if (interpolation) this.complete = false;
        return tokens;
      }
      const token = this.next();
      if (token.text === "}" && token.kind === "symbol") {
        if (interpolation && braces === 0) return tokens;
        braces--;
      } else if (token.kind === "symbol" && (token.text === "{" || token.text === "${")) braces++;
      tokens.push(token);
    }
  }

  private next(): Token {
    const start = this.position;
    const line = this.lineAt(start);
    const token = (kind: TokenKind, text: string, inner: readonly Token[] = [], interpolated = false): Token => {
      return { kind, text, start, end: this.position, line, inner, interpolated };
    };
    if (this.take('"')) return token("string", ...this.string('"'));
    if (this.take("''")) return token("string", ...this.string("''"));
    const [kind, text] = this.longest();
    this.position += text.length;
    if (kind === "unknown") this.complete = false;
    if (kind !== "path" && kind !== "home-path") return token(kind, text);
    const inner: Token[] = [];
    let interpolated = false;
    for (;;) {
      if (this.take("${")) {
        interpolated = true;
        inner.push(...this.code(true));
      } else if (!interpolated || !this.takeMatch(PATH_REST)) return token(kind, text, inner, interpolated);
    }
  }

  private longest(): readonly [TokenKind, string] {
    const first = this.text.charAt(this.position);
    if (LONE.has(first)) return ["symbol", first];
    let best: readonly [TokenKind, string] = ["unknown", ""];
    for (const [kind, rule] of RULES) {
      rule.lastIndex = this.position;
      const match = rule.exec(this.text)?.[0] ?? "";
      if (match.length > best[1].length) best = [kind, match];
    }
    return best[1] === "" ? ["unknown", this.text.charAt(this.position)] : best;
  }

  /** The rest of a string whose opening quote is behind us. */
  private string(quote: '"' | "''"): [text: string, inner: Token[], interpolated: boolean] {
    const start = this.position;
    const inner: Token[] = [];
    let interpolated = false;
    while (this.position < this.text.length) {
      if (quote === '"' ? this.take("\\", 1) : this.take("''\\", 1) || this.take("'''") || this.take("''$")) continue;
      const end = this.position;
      if (this.take(quote)) return [this.text.slice(start, end), inner, interpolated];
      if (this.take("${")) {
        interpolated = true;
        inner.push(...this.code(true));
      } else if (!this.take("$$")) this.position++; // $$ is two dollars, so $${ interpolates nothing
    }
    this.complete = false;
    return [this.text.slice(start), inner, interpolated];
  }

  private skipBlank(): void {
    for (;;) {
      const start = this.position;
      if (this.takeMatch(BLANK)) this.endsInComment = this.text.charAt(start) === "#";
      else if (this.take("/*")) {
        this.complete = false;
        this.position = this.text.length;
      } else {
        if (this.position < this.text.length) this.endsInComment = false;
        return;
      }
    }
  }

  /** Moves past a fixed text and so many characters more. */
  private take(fixed: string, more = 0): boolean {
    if (!this.text.startsWith(fixed, this.position)) return false;
    this.position += fixed.length + more;
    return true;
  }

  private takeMatch(rule: RegExp): boolean {
    rule.lastIndex = this.position;
    const match = rule.exec(this.text);
    if (match === null) return false;
    this.position = rule.lastIndex;
    return true;
  }

  private lineAt(offset: number): number {
    for (; this.counted < offset; this.counted++) if (this.text.charAt(this.counted) === "\n") this.line++;
    return this.line;
  }
}

/** The line of an offset, counted from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
