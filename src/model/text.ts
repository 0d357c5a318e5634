/** What a terminal or a reader could be deceived by: control characters, marks of direction, separators of lines. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text made safe to print: what cannot be printed stands escaped, what is too long ends in `…`. */
export function plain(text: string, longest = 200): string {
  const safe = text.replace(unprintable, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code === 9 ? "\\t" : code === 10 ? "\\n" : code === 13 ? "\\r" : `\\u{${code.toString(16)}}`;
  });
  const characters = safe.length > longest ? [...safe] : [];
  return characters.length > longest ? characters.slice(0, longest - 1).join("") + "…" : safe;
}

/** Lines made safe to print, at most so many of them. */
export function plainLines(text: string, mostLines = 12): string {
  const lines = text.trimEnd().split("\n");
  const told = lines.slice(0, mostLines).map((line) => plain(line.replace(/\r$/, "").replaceAll("\t", "  ")));
  return [...told, ...(lines.length > told.length ? ["…"] : [])].join("\n");
}

/** A store path as people tell them apart: eight characters of its hash, and its name. */
export function storeName(path: string): string {
  const match = /^\/nix\/store\/([0-9a-z]{8})[0-9a-z]*-(.+)$/.exec(path);
  return plain(match ? `${match[1] ?? ""}…-${match[2] ?? ""}` : path);
}

/** `a`, `a and b`, `a, b and 3 more`: a list that stays short. */
export function listing(names: readonly string[], longest = 4): string {
  if (names.length > longest) return `${names.slice(0, longest - 1).join(", ")} and ${names.length - longest + 1} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1] ?? ""}`;
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The order of `LC_ALL=C sort`: by bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
