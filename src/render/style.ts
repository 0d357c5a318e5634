import pc from "picocolors";

/** Colours for text that people read; every one of them is the identity when colours are off. */
export type Style = Readonly<
  Record<
    "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "cyan" | "magenta" | "underline",
    (text: string) => string
  >
>;

/** The colours, or none. */
export function styleOf(colors: boolean): Style {
  return pc.createColors(colors);
}

/** Text indented by so many spaces, line by line; empty lines stay empty. */
export function indent(text: string, spaces: number): string {
  const margin = " ".repeat(spaces);
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : margin + line))
    .join("\n");
}

/** Text broken between words into lines of at most so many columns; a longer word stands alone. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Text below a label, wrapped, its further lines below its first. */
export function labelled(label: string, labelWidth: number, text: string, columns: number): string[] {
  const [first = "", ...rest] = wrap(text, Math.max(40, columns - labelWidth));
  return [`${label}${first}`, ...rest.map((line) => " ".repeat(labelWidth) + line)];
}

/** The width of the longest of these. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}
