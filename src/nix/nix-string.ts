/** A string that Nix cannot hold: what is wrong with it, and the remedy. */
export function stringFault(text: string): { readonly flaw: string; readonly remedy: string } | undefined {
  if (text.includes("\0")) {
    return { flaw: "contains a NUL character, which Nix cannot hold", remedy: "remove the NUL character" };
  }
  const half = /\p{Surrogate}/u.exec(text)?.[0];
  if (half === undefined) return undefined;
  const code = half.charCodeAt(0).toString(16);
  return {
    flaw: `contains half a character (\\u${code}), which is not valid text`,
    remedy: "cut strings between whole characters",
  };
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A Nix string that evaluates to exactly this text. Several lines become a `''` string where that is certain to be equal.
 * @param indent Spaces before the line on which the string begins.
 */
export function renderString(text: string, indent: number): string {
  return fitsIndented(text) ? renderIndented(text, indent) : renderQuoted(text);
}

/** A `"…"` string. */
export function renderQuoted(text: string): string {
  // CR must be escaped: Nix reads a raw one as a line feed.
  return `"${text.replace(/["\\\n\r\t]|\$(?=\{)/g, (char) => ESCAPES[char] ?? `\\${char}`)}"`;
}

/** What stands for itself between the quotes of a `"…"` string. */
export function quotedText(source: string): string {
  const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return source.replace(/\\([^])/g, (_all, char: string) => escapes[char] ?? char);
}

/** Whether a `''` string gives the text back, by rules stricter than need be. Its lines end at line feeds only: `m` in a pattern would count U+2028. */
function fitsIndented(text: string): boolean {
  if (!/\n[^]/.test(text)) return false; // one line, with or without its newline
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) return false; // invisible characters show better as one line
  if (/''|'\$|\$'|\$\$/.test(text)) return false; // quotes and dollars that lean on each other
  const lines = text.split("\n");
  if (lines.some((line) => /^ +$/.test(line))) return false; // Nix drops or cuts lines of spaces
  if (/['$]$/.test(text)) return false; // would merge with the closing quotes
  return lines.some((line) => /^[^ ]/.test(line)); // else Nix would cut the common indentation
}

function renderIndented(text: string, indent: number): string {
  const margin = " ".repeat(indent);
  const lines = text.replaceAll("${", "''${").split("\n");
  const body = lines.map((line) => (line === "" ? "" : `${margin}  ${line}`)).join("\n");
  return text.endsWith("\n") ? `''\n${body}${margin}''` : `''\n${body}''`;
}
