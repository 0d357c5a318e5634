import { NixosError, type Problem } from "../model/error";
import { type Plan, planOfStack, stacksOf } from "../plan";
import { allProblems, hasChanges, hostConfigText, planJson, planText, problemsText, styleOf } from "../render";
import { runApp } from "./app";
import { Interruption } from "./interruption";
import { readProject } from "./project";
import { spinWhile } from "./spinner";

/** Options of `cdktf-nixos plan`. */
export interface PlanOptions {
  readonly json?: boolean;
  readonly app?: string;
  readonly color: boolean;
  /** Whether changes have an exit code of their own, as with `terraform plan -detailed-exitcode`. */
  readonly detailedExitcode?: boolean;
  /** Whether to show what a destroy does. */
  readonly destroy?: boolean;
  /** Whether to print what the hosts' own configuration needs, and no plan. */
  readonly hostConfig?: boolean;
}

/** Prints the plan of the app in a directory; returns the exit code. */
export async function planCommand(stack: string | undefined, options: PlanOptions, directory: string): Promise<number> {
  try {
    const project = readProject(directory, options.app);
    const told = await spinWhile("running the app and looking at its hosts", process.stderr, () =>
      runApp(project, directory),
    );
    if (options.hostConfig && told.plan) {
      if (stack !== undefined) selected(told.plan, stack);
      process.stdout.write(hostConfigText(told.needs ?? [], stack));
      process.stderr.write(told.stderr);
      return 0;
    }
    const whole = options.destroy ? told.destroy : told.plan;
    // Problems that the plan carries are told with it; what is left concerns the whole app.
    const known = new Set(allProblems(told.plan).map((problem) => JSON.stringify(problem)));
    const others = told.problems.filter((problem) => !known.has(JSON.stringify(problem)));
    const plan = whole && stack !== undefined ? selected(whole, stack) : whole;
    print(plan, others, options);
    if (told.stderr !== "" && plan) process.stderr.write(told.stderr);
    if (allProblems(plan, others).length > 0 || !plan) return 1;
    return options.detailedExitcode && hasChanges(plan) ? 2 : 0;
  } catch (error) {
    if (error instanceof Interruption) {
      process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    if (!(error instanceof NixosError)) throw error;
    print(undefined, error.problems, options);
    return 1;
  }
}

function print(
  plan: Plan | undefined,
  others: readonly Problem[],
  { json = false, color, destroy = false }: PlanOptions,
): void {
  if (json) {
    process.stdout.write(planJson(plan, others, destroy));
  } else if (plan) {
    const columns = columnsOf(process.stdout);
    process.stdout.write(
      planText(plan, { colors: colorsOn(color, process.stdout), columns, problems: others, destroy }),
    );
  } else {
    process.stderr.write(
      problemsText(others, styleOf(colorsOn(color, process.stderr)), columnsOf(process.stderr)) + "\n",
    );
  }
}

/** Where lines are broken: at a terminal's width, up to one that reads well; what is piped on stays as it is. */
function columnsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return stream.isTTY ? Math.min(120, Math.max(40, stream.columns ?? 80)) : Infinity;
}

/** Whether to colour: --no-color and NO_COLOR forbid it, FORCE_COLOR asks for it or (0, false) forbids it, else a terminal does. */
function colorsOn(color: boolean, stream: { readonly isTTY?: boolean }): boolean {
  if (!color || process.env["NO_COLOR"]) return false;
  const forced = process.env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced.toLowerCase() !== "false";
  return stream.isTTY === true && process.env["TERM"] !== "dumb";
}

function selected(plan: Plan, stack: string): Plan {
  const stacks = stacksOf(plan);
  if (stacks.includes(stack)) return planOfStack(plan, stack);
  throw new NixosError([
    {
      code: "settings",
      what: `no stack ${JSON.stringify(stack)} of the app deploys to a NixOS host`,
      where: {},
      remedy: stacks.length === 0 ? "declare a NixosHost in it" : `name one of these: ${stacks.join(", ")}`,
    },
  ]);
}
