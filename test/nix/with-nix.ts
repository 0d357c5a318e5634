import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const found = spawnSync("nix-instantiate", ["--version"], { encoding: "utf8" }).status === 0;

/** A describe that is skipped, and says so, where there is no nix. */
export function describeWithNix(name: string, body: () => void): void {
  if (found) describe(name, body);
  else {
    process.stdout.write(`skipped: ${name}: nix-instantiate is not installed\n`);
    describe.skip(name, body);
  }
}

export interface NixRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real nix on files in a folder of their own, where `main.nix` is the one that is read. */
export function runNix(files: Readonly<Record<string, string>>, ...flags: readonly string[]): NixRun {
  const folder = mkdtempSync(join(tmpdir(), "nix-test-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const run = spawnSync("nix-instantiate", ["--store", "dummy://", ...flags, join(folder, "main.nix")], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    return {
      status: run.status,
      stdout: run.stdout.replaceAll(folder, "/here"),
      stderr: run.stderr.replaceAll(folder, "/here"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What nix evaluates an expression to, as JSON. */
export function evaluate(expression: string, files: Readonly<Record<string, string>> = {}): unknown {
  const run = runNix({ ...files, "main.nix": expression }, "--eval", "--strict", "--json");
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}
