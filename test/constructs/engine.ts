import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { engineName, quietEnvironment } from "../../examples/support/engine";
import { temporaryFolder } from "./app";

/** The engine that these tests run: terraform, or what TERRAFORM_BINARY_NAME says. */
export const engine = engineName(process.env);

/** How the engine ended, and what it printed. */
export interface EngineRun {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the engine in a folder with a configuration, which can be written anew. */
export interface EngineFolder {
  (...args: readonly string[]): EngineRun;
  write(configuration: unknown): void;
}

/** A folder with a configuration, to run the engine in. */
export function engineFolder(configuration: unknown): EngineFolder {
  const folder = temporaryFolder();
  const write = (one: unknown): void => writeFileSync(path.join(folder, "cdk.tf.json"), JSON.stringify(one));
  write(configuration);
  const run = (...args: readonly string[]): EngineRun => {
    const { status, stdout, stderr } = spawnSync(engine, args, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...quietEnvironment(process.env), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { code: status, output: stdout + stderr };
  };
  return Object.assign(run, { write });
}

/** What the engine makes of values written as in a `.tf.json` file, with these locals beside them. */
export function evaluated<T>(values: T, locals: Readonly<Record<string, unknown>> = {}): T {
  const run = engineFolder({ locals, output: { values: { value: values } } });
  for (const args of [["init"], ["apply", "-auto-approve", "-input=false"]]) {
    const { code, output } = run(...args);
    if (code !== 0) throw new Error(output);
  }
  const { code, output } = run("output", "-json", "values");
  if (code !== 0) throw new Error(output);
  return JSON.parse(output) as T;
}
