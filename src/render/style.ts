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

/** The width of the longest of these. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}
