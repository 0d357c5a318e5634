import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { quietEnvironment } from "../examples/support/engine";
import type { FleetFile } from "./apps/containers";
import type { Phases } from "./apps/phases";
import { run } from "./run";

/** The one stack of the apps in apps/. */
const stack = "bench";

const folders = new Set<string>();
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A CDKTF project in a folder of its own, which is gone when the process is. */
export class Workspace {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "cdktf-nixos-bench-"));
  private readonly env: NodeJS.ProcessEnv;

  constructor(env: Readonly<Record<string, string>> = {}) {
    folders.add(this.folder);
    const { CDKTF_OUTDIR: _outdir, CDKTF_NIXOS_OWNER: _owner, ...inherited } = process.env;
    this.env = { ...inherited, ...quietEnvironment(process.env), NO_COLOR: "1", ...env };
    const projectId = "6a2f3c1e-0000-4000-8000-bench0000000";
    writeFileSync(path.join(this.folder, "cdktf.json"), JSON.stringify({ language: "typescript", app: "", projectId }));
  }

  /** Says which hosts and containers apps/containers declares. */
  declare(fleet: FleetFile): void {
    writeFileSync(path.join(this.folder, "fleet.json"), JSON.stringify(fleet));
  }

  /** Runs an app of apps/ as a process of its own. */
  async synth(app: "containers" | "null-resources", ...args: readonly string[]): Promise<void> {
    await this.synthWith({}, app, ...args);
  }

  /** The same, with more in its environment. */
  async synthWith(env: Readonly<Record<string, string>>, app: string, ...args: readonly string[]): Promise<void> {
    const program = path.join(__dirname, "apps", `${app}.js`);
    await run(process.execPath, [program, ...args], { cwd: this.folder, env: { ...this.env, ...env } });
  }

  /** When the phases of the last app ended. */
  phases(): Phases {
    return JSON.parse(readFileSync(path.join(this.folder, "phases.json"), "utf8")) as Phases;
  }

  /** Size of the synthesized stack in bytes. */
  stackSize(): number {
    return statSync(path.join(this.stackFolder, "cdk.tf.json")).size;
  }

  /** Runs Terraform in the stack. @throws unless it exits with 0 */
  terraform(args: readonly string[]): Promise<string> {
    const engine = process.env["TERRAFORM_BINARY_NAME"] || "terraform";
    return run(engine, args, { cwd: this.stackFolder, env: this.env });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get stackFolder(): string {
    return path.join(this.folder, "cdktf.out", "stacks", stack);
  }
}
