import type { Result } from "./result";

/** The results as a table, and below it what each figure is made of. */
export function resultTable(results: readonly Result[]): string {
  const rows = [
    ["what", "figure", "target", "verdict"],
    ...results.map((result) => [result.what, result.figure, result.target ?? "–", verdict(result)]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("   ")
      .trimEnd();
  const [head, ...body] = rows.map(line);
  const rule = widths.map((width) => "─".repeat(width)).join("   ");
  return [head, rule, ...body, "", ...results.flatMap(paragraph)].join("\n");
}

function verdict({ target, met }: Result): string {
  if (target === undefined) return "–";
  return met ? "met" : "short";
}

function paragraph(result: Result): string[] {
  const lines = result.details.map((detail) => `  ${detail}`);
  if (!result.met) lines.push("  It falls short because:", ...result.reasons.map((reason) => `  - ${reason}`));
  return lines.length === 0 ? [] : [result.what, ...lines, ""];
}
