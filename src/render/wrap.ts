/** A piece of a line: its text, and how it is painted. */
export interface Span {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Commands between backquotes stay whole, so that they can be copied; else words are what stands between blanks. */
const word = /`[^`]*`[^\s`]*|\S+/g;

/** How far the further lines of a wrapped text are indented, and the columns it has. */
export interface Frame {
  readonly columns: number;
  /** @default 0 */
  readonly hang?: number;
}

/**
 * Breaks painted text between words into lines of at most so many columns; a longer word stands alone.
 * Blanks between words stay as they are where the line is not broken there. Each piece of a line is painted by itself.
 */
export function wrapSpans(spans: readonly Span[], { columns, hang = 0 }: Frame): string[] {
  const lines: string[] = [];
  let line = "";
  let width = 0;
  let blank = "";
  for (const { text, paint = (plain: string) => plain } of spans) {
    let last = 0;
    let piece = "";
    for (const match of text.matchAll(word)) {
      blank += text.slice(last, match.index);
      last = match.index + match[0].length;
      if (width > hang && width + blank.length + match[0].length > columns) {
        lines.push(line + (piece === "" ? "" : paint(piece)));
        [line, piece, width, blank] = [" ".repeat(hang), "", hang, ""];
      }
      const lead = piece === "" ? blank : "";
      if (lead !== "") line += lead;
      piece += (lead === "" ? blank : "") + match[0];
      width += blank.length + match[0].length;
      blank = "";
    }
    blank += text.slice(last);
    if (piece !== "") line += paint(piece);
  }
  return [...lines, line];
}

/** The same of plain text. */
export function wrap(text: string, frame: Frame): string[] {
  return wrapSpans([{ text }], frame);
}
