import { type Problem, problemText } from "../model/error";
import type { ContainerPlan, HostPlan, Plan } from "../plan/plan";
import { plain } from "../plan/text";
import { containerText } from "./container";
import { indent, labelled, type Style, styleOf, widest, wrap } from "./style";
import { allContainers, hasChanges, summaryText } from "./summary";

/** How a plan is shown to people. */
export interface TextOptions {
  /**
   * Whether to colour it.
   * @default false
   */
  readonly colors?: boolean;
  /**
   * Columns at which sentences are wrapped; values and lines of a diff stay whole.
   * @default 100
   */
  readonly columns?: number;
  /** Problems that no host or container of the plan carries, such as bad input. */
  readonly problems?: readonly Problem[];
}

const departed = "Hosts that left the code are not looked at: `cdktf diff` shows their removal.";

/** A plan for people: host by host, what happens to each container and why, then what stands in the way, then a summary. */
export function planText(plan: Plan, { colors = false, columns = 100, problems = [] }: TextOptions = {}): string {
  const style = styleOf(colors);
  const containers = allContainers(plan);
  const sections = plan.hosts.map((host) =>
    hostText(
      host,
      containers.filter((container) => container.host === host.host),
      columns,
      style,
    ),
  );
  const told = allProblems(plan, problems);
  const last = [
    ...(told.length > 0 ? [problemsText(told, style)] : []),
    `${style.bold("Plan:")} ${summaryText(plan)}.${hasChanges(plan) || told.length > 0 ? "" : " Nothing to do."}`,
  ];
  // A plan without containers reads as if nothing could happen, and that is not ours to know.
  if (containers.length === 0) last.push(style.dim(departed));
  return [...sections, ...last].join("\n\n") + "\n";
}

/** Every problem of a plan once, in the order of the code. */
export function allProblems(plan: Plan | undefined, others: readonly Problem[] = []): readonly Problem[] {
  const found = [
    ...others,
    ...(plan?.hosts.flatMap(({ problems }) => problems) ?? []),
    ...(plan ? allContainers(plan).flatMap(({ problems }) => problems) : []),
  ];
  return [...new Map(found.map((problem) => [problemText(problem), problem])).values()];
}

/** Problems for people, each with its remedy. */
export function problemsText(problems: readonly Problem[], style: Style): string {
  const lines = problems.map((problem) => {
    const [first = "", ...rest] = problemText(problem)
      .split("\n")
      .map((line) => plain(line, 600));
    return [
      `${style.red("✗")} ${style.bold(first)}`,
      ...rest.map((line) => `  ${line.startsWith("  →") ? style.cyan(line) : line}`),
    ].join("\n");
  });
  return `${style.red(style.bold(problems.length === 1 ? "Problem" : `${problems.length} problems`))}\n${lines.map((line) => indent(line, 2)).join("\n")}`;
}

function hostText(host: HostPlan, containers: readonly ContainerPlan[], columns: number, style: Style): string {
  const shown = containers.filter((container) => !isQuiet(container));
  const quiet = containers.filter(isQuiet);
  const width = widest(shown.map(({ name }) => name));
  const address = host.address === host.label ? "" : `  ${style.dim(host.address)}`;
  const lines = [`${style.bold(style.underline(host.label))}${address}`];
  const say = (label: string, labelWidth: number, text: string): void =>
    void lines.push(...labelled(label, labelWidth, text, columns - 2).map((line) => indent(line, 2)));
  for (const note of host.notes) say(`${style.cyan("note")}  `, 6, note);
  for (const { what } of host.problems) say(`${style.red("✗")} `, 2, plain(what, 300));
  for (const container of shown) lines.push(indent(containerText(container, width, columns - 2, style), 2));
  if (quiet.length > 0) {
    const names = wrap(`unchanged: ${quiet.map(({ name }) => name).join(", ")}`, columns - 4);
    lines.push(...names.map((line, index) => indent(style.dim(`${index === 0 ? "=" : " "} ${line}`), 2)));
  }
  if (containers.length === 0) lines.push(indent(style.dim("no containers"), 2));
  return lines.join("\n");
}

/** Whether there is nothing to say about a container. */
function isQuiet({ action, notes, problems, base }: ContainerPlan): boolean {
  return action === "none" && notes.length === 0 && problems.length === 0 && base !== "any";
}
