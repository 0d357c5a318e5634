import { writeFileSync } from "node:fs";
import { NixosError, type Problem } from "../../src/model/error";
import type { HostNeed, Plan } from "../../src/plan";

/** Stops the synth when there are problems: cdktf shows what is printed, everyone else gets an error to catch. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const error = new NixosError(problems);
  error.stack = `${error.name}: ${error.message}`;
  if (process.env["CDKTF_OUTDIR"] === undefined || process.env["JEST_WORKER_ID"] !== undefined) {
    tellUncaught(error);
    throw error;
  }
  writeFileSync(process.stderr.fd, `${error.message}\n`);
  tell({ problems });
  process.exit(1);
}

const thrown = new WeakSet<object>();
let watching = false;

/** Should nobody catch it, node would show a line of our code above the message, and its own version below. */
function tellUncaught(error: NixosError): void {
  thrown.add(error);
  if (watching) return;
  watching = true;
  process.on("uncaughtExceptionMonitor", (uncaught: unknown) => {
    if (!(uncaught instanceof NixosError && thrown.has(uncaught))) return;
    if (process.listenerCount("uncaughtException") > 0) return; // a handler of the user's
    writeFileSync(process.stderr.fd, `${uncaught.message}\n`);
    process.exit(1);
  });
}

/** Hands the plan to `cdktf-nixos plan`, which runs the app for it. */
export function tell(told: {
  plan?: Plan;
  destroy?: Plan;
  problems: readonly Problem[];
  needs?: readonly HostNeed[];
}): void {
  const path = process.env["CDKTF_NIXOS_PLAN_FILE"];
  if (path !== undefined) writeFileSync(path, JSON.stringify({ version: 1, ...told }));
}
