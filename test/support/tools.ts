import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** Whether a program of this name can be run from PATH. */
export function hasTool(name: string): boolean {
  return (process.env["PATH"] ?? "").split(path.delimiter).some((folder) => isProgram(path.join(folder, name)));
}

/** `describe` where the tools (one, or all of several) are on PATH; elsewhere its tests are skipped, with the reason in their name and on stderr. */
export function describeWith(tools: string | readonly string[], name: string, tests: () => void): void {
  const missing = [tools].flat().filter((tool) => !hasTool(tool));
  describeUnless(missing.length > 0 && `not on PATH: ${missing.join(", ")}`, name, tests);
}

/** `describe` unless there is a reason not to; the reason is never silent. */
export function describeUnless(reason: string | false | undefined, name: string, tests: () => void): void {
  if (!reason) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`skipped: ${name} (${reason})\n`);
  describe.skip(`${name} (skipped: ${reason})`, tests);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
