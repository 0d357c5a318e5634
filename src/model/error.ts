/** The codes an {@link NixosError} can carry; each stands for one kind of problem a user can mend. */
export type ErrorCode = "input" | "config" | "host" | "connection" | "conflict" | "settings" | "internal";

/** Where a problem lies: whatever of these is known. */
export interface Where {
  /** Path of the construct in the app, such as `stack/web1/database`. */
  readonly construct?: string;
  /** The host, as the user named it. */
  readonly host?: string;
  /** The container's name on its host. */
  readonly container?: string;
  /** Where in the user's code the construct was made, such as `main.ts:12`, from the working directory. */
  readonly source?: string;
}

/** One problem, in words for the user: what is wrong, where, the offending value and the remedy. */
export interface Problem {
  readonly code: ErrorCode;
  /** What is wrong, with the value; one sentence without a final full stop. */
  readonly what: string;
  readonly where: Where;
  /** What the user can do about it; one sentence without a final full stop. */
  readonly remedy: string;
  /** Further lines, such as what nix or ssh said. */
  readonly detail?: string;
}

/** Adds a problem to those of the thing that is being checked. */
export type Refuse = (what: string, remedy: string) => void;

/** The text users read: `what` first, then where, the detail and the remedy. */
export function problemText(problem: Problem): string {
  const { construct, host, container, source } = problem.where;
  const places = [
    construct && `construct ${construct}`,
    container && `container ${/^[\x20-\x7e]*$/.test(container) ? container : JSON.stringify(container)}`,
    host && `host ${host}`,
    source,
  ].filter((place): place is string => Boolean(place));
  const lines = [problem.what + (places.length > 0 ? ` (${places.join(", ")})` : "")];
  if (problem.detail)
    lines.push(
      ...problem.detail
        .trimEnd()
        .split("\n")
        .map((line) => `  | ${line}`),
    );
  lines.push(`  → ${problem.remedy}`);
  return lines.join("\n");
}

/** The problems without those that say the same again. */
export function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problemText(problem), problem])).values()];
}

/** The only error class of this package: every problem found, reported together. */
export class NixosError extends Error {
  // Private, so that an uncaught error prints its message and not its fields after it.
  readonly #problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: { readonly cause?: unknown }) {
    super(distinct(problems).map(problemText).join("\n"), options);
    this.name = "NixosError";
    this.#problems = distinct(problems);
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** What kind of problem the first one is. */
  get code(): ErrorCode {
    return this.#problems[0]?.code ?? "internal";
  }

  /** The remedy of the first problem. */
  get hint(): string {
    return this.#problems[0]?.remedy ?? "";
  }
}
