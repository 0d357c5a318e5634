import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Plan } from "../../src/plan";
import { providerMirror } from "./provider-mirror";
import { synthesize } from "./synthesizer";

/** What a test's app declares; test/support/app.js makes its constructs. */
export interface AppSpec {
  readonly stacks: readonly StackSpec[];
}
export interface StackSpec {
  readonly id: string;
  /** Whether the stack holds a NixosTeardown. */
  readonly teardown?: boolean;
  /** Whether an aspect sets prevent_destroy on every resource of the stack. */
  readonly preventsDestroy?: boolean;
  /** The address of a `late` host is only known after apply. */
  readonly hosts?: readonly ({ readonly id: string; readonly group?: string; readonly late?: boolean } & Readonly<
    Record<string, unknown>
  >)[];
  /** In their texts, `@{web.localAddress}` stands for that property of the container `web`, made before. */
  readonly containers?: readonly ({
    readonly id: string;
    readonly group?: string;
    readonly host: string;
  } & Readonly<Record<string, unknown>>)[];
  /** The stack's outputs, with such texts. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** How a program ended, and what it printed; `output` is both streams as they came. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly output: string;
}

/** What Terraform's plan of a stack says. */
export interface StackPlan extends Outcome {
  /** Whether it would change nothing. */
  readonly empty: boolean;
}

export type Resources = "null_resource" | "terraform_data";

/**
 * The resource this run is on: what CDKTF_NIXOS_RESOURCES says, else null_resource where its provider can be had.
 * `.ci/run` runs the end-to-end suite on both.
 */
export function chosenResources(): Resources {
  const asked = process.env["CDKTF_NIXOS_RESOURCES"];
  if (asked === "terraform_data") return asked;
  const mirror = providerMirror();
  if (mirror.kind !== "none") return "null_resource";
  process.stderr.write(`skipped: null_resource, terraform_data takes its place (${mirror.reason})\n`);
  return "terraform_data";
}

const root = resolve(__dirname, "../..");

/** A CDKTF project in a folder of its own, driven with the real engine. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "cdktf-nixos-project-"));
  readonly env: NodeJS.ProcessEnv;
  private readonly engine = process.env["TERRAFORM_BINARY_NAME"] ?? "terraform";

  constructor(
    readonly resources: Resources,
    readonly projectId: string,
    env: Readonly<Record<string, string>> = {},
  ) {
    const { CDKTF_NIXOS_OWNER: _owner, ...inherited } = process.env;
    this.env = {
      ...inherited,
      ...providerMirror().env,
      CDKTF_NIXOS_RESOURCES: resources,
      NO_COLOR: "1",
      GOGC: "800", // the engine's runs are too short for its garbage collector to earn its keep
      TF_DISABLE_PLUGIN_TLS: "1", // nor for a secret between it and a provider on this very machine
      ...env,
    };
    const app = `node ${join(root, "test/support/app.js")}`;
    writeFileSync(
      join(this.folder, "cdktf.json"),
      JSON.stringify({ language: "typescript", app, projectId, sendCrashReports: "false" }),
    );
  }

  /** Writes a file of the project. */
  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a program in the project; `kill` may end it early. */
  run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return run(command, args, { cwd: this.folder, ...options, env: { ...this.env, ...options.env } });
  }

  /** Synthesizes the app; fails unless it may fail. */
  async synth(
    spec: AppSpec,
    options: { mayFail?: boolean; env?: Readonly<Record<string, string>> } = {},
  ): Promise<Outcome> {
    writeFileSync(join(this.folder, "app.json"), JSON.stringify(spec));
    const outcome = await synthesize(this.folder, { ...this.env, ...options.env });
    if (outcome.code !== 0 && !options.mayFail) throw new Error(`synth failed:\n${outcome.output}`);
    return outcome;
  }

  /** The synthesized stack. */
  stack(id: string): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.stackFolder(id), "cdk.tf.json"), "utf8")) as Record<string, unknown>;
  }

  stackFolder(id: string): string {
    return join(this.folder, "cdktf.out/stacks", id);
  }

  statePath(id: string): string {
    return join(this.folder, `terraform.${id}.tfstate`);
  }

  /** Our own plan, as the constructs hand it to `cdktf-nixos plan`. */
  async ownPlan(spec: AppSpec): Promise<{ readonly plan: Plan; readonly text: string }> {
    const path = join(this.folder, "plan.json");
    const outcome = await this.synth(spec, { mayFail: true, env: { CDKTF_NIXOS_PLAN_FILE: path } });
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    rmSync(path, { force: true });
    const { plan } = (text === "" ? {} : JSON.parse(text)) as { plan?: Plan };
    if (!plan) throw new Error(`the app made no plan:\n${outcome.output}${text}`);
    return { plan, text };
  }

  /** Synthesizes, and asks the engine what each stack would change. */
  async plan(spec: AppSpec, stackIds = spec.stacks.map(({ id }) => id)): Promise<StackPlan> {
    await this.synth(spec);
    let all: StackPlan = { code: 0, stdout: "", stderr: "", output: "", empty: true };
    for (const id of stackIds) {
      await this.init(id);
      const outcome = await this.terraform(id, [
        "plan",
        "-input=false",
        "-no-color",
        "-detailed-exitcode",
        "-out=planned",
      ]);
      all = {
        code: Math.max(all.code ?? 1, outcome.code ?? 1),
        stdout: all.stdout + outcome.stdout,
        stderr: all.stderr + outcome.stderr,
        output: all.output + outcome.output,
        empty: all.empty && outcome.code === 0,
      };
      if (outcome.code === 1) return { ...all, code: 1, empty: false };
    }
    return all;
  }

  /** Synthesizes and applies every stack; fails unless it may fail. */
  async deploy(spec: AppSpec, options: { mayFail?: boolean; args?: readonly string[] } = {}): Promise<Outcome> {
    await this.synth(spec);
    let output = "";
    for (const { id } of spec.stacks) {
      await this.init(id);
      const outcome = await this.apply(id, options.args);
      output += outcome.output;
      if (outcome.code !== 0) {
        if (options.mayFail) return { ...outcome, output };
        throw new Error(`deploy of ${id} failed:\n${outcome.output}`);
      }
    }
    return { code: 0, stdout: output, stderr: "", output };
  }

  async apply(id: string, args: readonly string[] = []): Promise<Outcome> {
    return this.terraform(id, ["apply", "-input=false", "-no-color", "-auto-approve", ...args]);
  }

  /** Destroys what the stacks deployed. */
  async destroy(spec: AppSpec, options: { mayFail?: boolean } = {}): Promise<Outcome> {
    await this.synth(spec, { mayFail: true });
    let output = "";
    for (const { id } of [...spec.stacks].reverse()) {
      await this.init(id);
      const outcome = await this.terraform(id, ["destroy", "-input=false", "-no-color", "-auto-approve"]);
      output += outcome.output;
      if (outcome.code !== 0) {
        if (options.mayFail) return { ...outcome, output };
        throw new Error(`destroy of ${id} failed:\n${outcome.output}`);
      }
    }
    return { code: 0, stdout: output, stderr: "", output };
  }

  /** Runs the real cdktf CLI in the project. */
  cdktf(args: readonly string[]): Promise<Outcome> {
    return this.run(join(root, "node_modules/.bin/cdktf"), args);
  }

  terraform(id: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.run(this.engine, args, { cwd: this.stackFolder(id), ...options });
  }

  private async init(id: string): Promise<void> {
    if (existsSync(join(this.stackFolder(id), ".terraform"))) return;
    const outcome = await this.terraform(id, ["init", "-input=false", "-no-color"]);
    if (outcome.code !== 0) throw new Error(`init of ${id} failed:\n${outcome.output}`);
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each piece of output and a way to signal the process. */
  readonly onOutput?: (text: string, signal: (name: NodeJS.Signals) => void) => void;
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolvePromise, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let output = "";
    const listen = (stream: "stdout" | "stderr") => (data: Buffer) => {
      const text = data.toString("utf8");
      if (stream === "stdout") stdout += text;
      else stderr += text;
      output += text;
      options.onOutput?.(text, (name) => void child.kill(name));
    };
    child.stdout.on("data", listen("stdout"));
    child.stderr.on("data", listen("stderr"));
    child.on("error", reject);
    child.on("close", (code) => resolvePromise({ code, stdout, stderr, output }));
  });
}
