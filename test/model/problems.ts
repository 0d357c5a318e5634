import type { Problem } from "../../src/model/error";

/** What is wrong and its remedy, a line each. */
export function told(problems: readonly Problem[]): string[] {
  return problems.map(({ what, remedy }) => `${what} → ${remedy}`);
}

/** The problems that a check adds to a list. */
export function gathered(check: (problems: Problem[]) => unknown): string[] {
  const problems: Problem[] = [];
  check(problems);
  return told(problems);
}
