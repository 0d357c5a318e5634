import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { HostNeed, Plan } from "../../src/plan";

/** The program as it is installed: the build that `npm test` makes first. */
const program = path.resolve(__dirname, "../../dist/src/cli/main.js");
const app = path.join(__dirname, "fixtures", "app.js");

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project directory whose app is the fixture in one of its modes. */
export function project(mode: string, plan?: Plan, destroy = plan, needs?: readonly HostNeed[]): string {
  const directory = mkdtempSync(path.join(tmpdir(), "cdktf-nixos-cli-"));
  directories.push(directory);
  write(directory, "cdktf.json", { app: appCommand(mode), language: "typescript", context: { fruit: "äpple $HOME" } });
  if (plan) write(directory, "told.json", { version: 1, plan, destroy, needs, problems: [] });
  return directory;
}

export function appCommand(mode: string): string {
  return `"${process.execPath}" "${app}" ${mode}`;
}

export function write(directory: string, file: string, content: unknown): void {
  writeFileSync(path.join(directory, file), typeof content === "string" ? content : JSON.stringify(content));
}

const directories: string[] = [];

export function removeProjects(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Starts the program, without a terminal, colours or the settings of this very run. */
export function start(args: readonly string[], directory: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const { CI: _ci, FORCE_COLOR: _color, NO_COLOR: _none, ...inherited } = process.env;
  return spawn(process.execPath, [program, ...args], {
    cwd: directory,
    env: { ...inherited, TMPDIR: directory, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs the program to its end. */
export function run(args: readonly string[], directory: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return outcome(start(args, directory, env));
}

export function outcome(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
