import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Compares a text with a file below golden/; `UPDATE_GOLDEN=1` writes it anew. */
export function expectGolden(name: string, text: string): void {
  const file = path.join(__dirname, "golden", name);
  if (process.env["UPDATE_GOLDEN"] === "1" || !existsSync(file)) {
    if (process.env["CI"] !== undefined && process.env["UPDATE_GOLDEN"] !== "1") throw new Error(`${file} is missing`);
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}
