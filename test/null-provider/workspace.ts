import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { engineName } from "../../examples/support/engine";

/** What a plan says of one resource. */
export interface PlannedChange {
  readonly address: string;
  readonly change: { readonly actions: string[] };
}

/** What state holds of one resource. */
export interface StateResource {
  readonly address: string;
  readonly values: { readonly id: string; readonly triggers: Record<string, string> | null };
}

/** How one command of the engine ended. */
export interface Run {
  readonly status: number | null;
  readonly output: string;
}

/** A folder with a Terraform configuration, and an engine that runs there. */
export class Workspace {
  readonly folder = mkdtempSync(path.join(tmpdir(), "null-provider-"));

  constructor(private readonly env: Readonly<Record<string, string>>) {}

  /** Writes the configuration: hashicorp/null and these resources, by name; any further blocks beside them. */
  configure(nullResources: Readonly<Record<string, object>>, others: object = {}): void {
    const configuration = {
      terraform: { required_providers: { null: { source: "hashicorp/null", version: "~> 3.0" } } },
      resource: { null_resource: nullResources, ...others },
    };
    writeFileSync(path.join(this.folder, "main.tf.json"), JSON.stringify(configuration, undefined, 2));
  }

  /** Runs the engine, whatever comes of it. */
  try(...command: string[]): Run {
    const run = spawnSync(engineName(process.env), command, {
      cwd: this.folder,
      encoding: "utf8",
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 50_000,
    });
    return { status: run.status, output: run.stdout + run.stderr };
  }

  /** Runs the engine, which must succeed; its output. */
  run(...command: string[]): string {
    const { status, output } = this.try(...command);
    if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}:\n${output}`);
    return output;
  }

  init(): void {
    this.run("init", "-no-color", "-input=false");
  }

  apply(): void {
    this.run("apply", "-no-color", "-input=false", "-auto-approve");
  }

  /** The actions planned for each resource that changes. */
  plan(): Record<string, string[]> {
    this.run("plan", "-no-color", "-input=false", "-out=plan");
    const plan = JSON.parse(this.run("show", "-json", "plan")) as { resource_changes?: PlannedChange[] };
    const changes = (plan.resource_changes ?? []).map(({ address, change }) => [address, change.actions] as const);
    return Object.fromEntries(changes.filter(([, actions]) => actions.join() !== "no-op"));
  }

  /** Each resource in state, by address. */
  state(): Record<string, StateResource["values"]> {
    const state = JSON.parse(this.run("show", "-json")) as {
      values?: { root_module: { resources?: StateResource[] } };
    };
    return Object.fromEntries((state.values?.root_module.resources ?? []).map((each) => [each.address, each.values]));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
