import { writeFileSync } from "node:fs";
import { NixosError, type Problem } from "../src/model/error";
import type { Plan } from "../src/plan";

/** Stops the synth when there are problems: cdktf shows what is printed, everyone else gets an error to catch. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const error = new NixosError(problems);
  error.stack = `${error.name}: ${error.message}`;
  if (process.env["CDKTF_OUTDIR"] === undefined || process.env["JEST_WORKER_ID"] !== undefined) throw error;
  writeFileSync(process.stderr.fd, `${error.message}\n`);
  tell({ problems });
  process.exit(1);
}

/** Hands the plan to `cdktf-nixos plan`, which runs the app for it. */
export function tell(told: { plan?: Plan; problems: readonly Problem[] }): void {
  const path = process.env["CDKTF_NIXOS_PLAN_FILE"];
  if (path !== undefined) writeFileSync(path, JSON.stringify({ version: 1, ...told }));
}
