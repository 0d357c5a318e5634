import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connectionBlock } from "../../constructs/transport/remote-exec";
import type { Connection } from "../../src/model/observed";
import { hasTool } from "../support/tools";
import type { Bench } from "./sshd";

const engine = process.env["TERRAFORM_BINARY_NAME"] ?? "terraform";

/** Why tests with the real Terraform cannot run here, or false. */
export const noEngine = !hasTool(engine) && `${engine} is not on PATH`;

/** Runs `true` on the host with Terraform, as our stacks connect it; `applied`, or what it says when that fails. */
export function applyWith(bench: Bench, connection: Connection): string {
  const folder = mkdtempSync(path.join(bench.folder, "terraform-"));
  const script = { script_path: path.join(folder, "script.sh"), timeout: "4s" };
  const block = { ...connectionBlock({ connection, scriptDir: "." }), ...script };
  const resource = { connection: block, provisioner: [{ "remote-exec": { inline: ["true"] } }] };
  writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify({ resource: { terraform_data: { it: resource } } }));
  const TF_CLI_CONFIG_FILE = bench.write("terraformrc", "");
  const env = { ...process.env, CHECKPOINT_DISABLE: "1", CI: "1", TF_CLI_CONFIG_FILE, TF_IN_AUTOMATION: "1" };
  const options = { cwd: folder, env, encoding: "utf8" } as const;
  execFileSync(engine, ["init", "-no-color"], { ...options, stdio: "pipe" });
  const run = spawnSync(engine, ["apply", "-auto-approve", "-no-color"], options);
  return run.status === 0 ? "applied" : (run.stdout + run.stderr).replace(/\s+/g, " "); // it wraps its lines
}
