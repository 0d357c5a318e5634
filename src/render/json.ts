import type { Problem } from "../model/error";
import type { Plan } from "../plan/plan";
import { hasChanges, summaryText } from "./summary";
import { allProblems } from "./text";

/** What `cdktf-nixos plan --json` prints; fields are only ever added within one schemaVersion. */
export interface PlanDocument {
  readonly schemaVersion: 1;
  /** What the exit code says with --detailed-exitcode: 0, 2 and 1. */
  readonly outcome: "unchanged" | "changes" | "problems";
  /** The summary line that people see. */
  readonly summary: string;
  /** Every problem once, those of hosts and containers included. */
  readonly problems: readonly Problem[];
  /** Absent when bad input was found before any host was asked. */
  readonly plan?: Plan;
}

/** The plan for machines. */
export function planDocument(plan: Plan | undefined, others: readonly Problem[] = []): PlanDocument {
  const problems = allProblems(plan, others);
  return {
    schemaVersion: 1,
    outcome: problems.length > 0 ? "problems" : plan && hasChanges(plan) ? "changes" : "unchanged",
    summary: plan ? summaryText(plan) : "not planned",
    problems,
    ...(plan && { plan }),
  };
}

/** The plan for machines, as text. */
export function planJson(plan: Plan | undefined, others: readonly Problem[] = []): string {
  return JSON.stringify(planDocument(plan, others), null, 2) + "\n";
}
