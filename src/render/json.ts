import type { Problem } from "../model/error";
import type { Plan } from "../plan/plan";
import { destroySummaryText, hasChanges, summaryText } from "./summary";
import { allProblems } from "./text";

/** What `cdktf-nixos plan --json` prints; fields are only ever added within one schemaVersion. */
export interface PlanDocument {
  readonly schemaVersion: 1;
  /** What the exit code says with --detailed-exitcode: 0, 2 and 1. */
  readonly outcome: "unchanged" | "changes" | "problems";
  /** Whether it is what a destroy does; absent for a deploy. */
  readonly destroy?: true;
  /** The summary line that people see. */
  readonly summary: string;
  /** Every problem once, those of hosts and containers included. */
  readonly problems: readonly Problem[];
  /** Absent when bad input was found before any host was asked. */
  readonly plan?: Plan;
}

/** The plan for machines. */
export function planDocument(plan: Plan | undefined, others: readonly Problem[] = [], destroy = false): PlanDocument {
  const problems = allProblems(plan, others);
  return {
    schemaVersion: 1,
    outcome: problems.length > 0 ? "problems" : plan && hasChanges(plan) ? "changes" : "unchanged",
    ...(destroy && { destroy }),
    summary: !plan ? "not planned" : destroy ? destroySummaryText(plan) : summaryText(plan),
    problems,
    ...(plan && { plan }),
  };
}

/** The plan for machines, as text. */
export function planJson(plan: Plan | undefined, others: readonly Problem[] = [], destroy = false): string {
  return JSON.stringify(planDocument(plan, others, destroy), null, 2) + "\n";
}
