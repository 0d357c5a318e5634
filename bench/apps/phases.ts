import { writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** When each phase of an app ended, in seconds since its process began. */
export interface Phases {
  readonly loaded: number;
  readonly constructed: number;
  readonly synthesized: number;
}

/** Notes the end of a phase. */
export function now(): number {
  return performance.now() / 1000;
}

/** Leaves the phases in the working directory, for the benchmark that ran this app. */
export function leave(phases: Phases): void {
  writeFileSync("phases.json", JSON.stringify(phases));
}
