import { type Problem, problemText } from "../model/error";
import type { ContainerPlan, HostPlan, Plan } from "../plan/plan";
import { plain } from "../model/text";
import { containerText } from "./container";
import { indent, type Style, styleOf, widest } from "./style";
import { allContainers, destroySummaryText, hasChanges, summaryText } from "./summary";
import { type Span, wrap, wrapSpans } from "./wrap";

/** How a plan is shown to people. */
export interface TextOptions {
  /**
   * Whether to colour it.
   * @default false
   */
  readonly colors?: boolean;
  /**
   * Columns at which lines are broken between words; Infinity breaks none.
   * @default 100
   */
  readonly columns?: number;
  /** Problems that no host or container of the plan carries, such as bad input. */
  readonly problems?: readonly Problem[];
  /**
   * Whether it is the plan of a destroy (planDestroy).
   * @default false
   */
  readonly destroy?: boolean;
}

const stateDecides =
  "Terraform's state decides which stacks and machines are destroyed: a machine that left the code is not looked at here, what was never deployed is not destroyed, and where prevent_destroy is set, Terraform refuses all of its stack.";

const departed = "Hosts that left the code are not looked at: `cdktf diff` shows their removal.";

/** A plan for people: host by host, what happens to each container and why, then what stands in the way, then a summary. */
export function planText(
  plan: Plan,
  { colors = false, columns = 100, problems = [], destroy = false }: TextOptions = {},
): string {
  const style = styleOf(colors);
  const containers = allContainers(plan);
  const told = allProblems(plan, problems);
  const idle = hasChanges(plan) || told.length > 0 ? "" : " Nothing to do.";
  const [word, summary] = destroy ? ["Destroy:", destroySummaryText(plan)] : ["Plan:", summaryText(plan)];
  const last = [
    ...(told.length > 0 ? [problemsText(told, style, columns)] : []),
    wrapSpans([{ text: word, paint: style.bold }, { text: ` ${summary}.${idle}` }], { columns, hang: 2 }).join("\n"),
  ];
  // A plan without containers reads as if nothing could happen, and that is not ours to know.
  if (destroy) last.push(wrap(stateDecides, { columns }).map(style.dim).join("\n"));
  else if (containers.length === 0) last.push(wrap(departed, { columns }).map(style.dim).join("\n"));
  return [...sectionsOf(plan).map((section) => sectionText(section, columns, style)), ...last].join("\n\n") + "\n";
}

/** What one stack does on one host; the stack is named where there are several. */
interface Section {
  readonly host: HostPlan;
  readonly stack?: string;
  /** Whether what concerns the whole host is told here. */
  readonly leads: boolean;
  readonly containers: readonly ContainerPlan[];
}

/** The plan by stack, in the order of the code, and in each by host. */
function sectionsOf(plan: Plan): readonly Section[] {
  const all = allContainers(plan);
  const stacks = [...new Set([...plan.removals, ...plan.containers].map(({ stack }) => stack))];
  if (stacks.length < 2) {
    return plan.hosts.map((host) => ({
      host,
      leads: true,
      containers: all.filter((container) => container.host === host.host),
    }));
  }
  const led = new Set<string>();
  return stacks.flatMap((stack) => {
    const here = all.filter((container) => container.stack === stack);
    const used = new Set(
      [...plan.removals.filter((removal) => removal.stack === stack), ...here].map(({ host }) => host),
    );
    return plan.hosts
      .filter(({ host }) => used.has(host))
      .map((host): Section => {
        const leads = !led.has(host.host);
        led.add(host.host);
        return { host, stack, leads, containers: here.filter((container) => container.host === host.host) };
      });
  });
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
export function problemsText(problems: readonly Problem[], style: Style, columns = Infinity): string {
  const lines = problems.flatMap((problem) => {
    const [first = "", ...rest] = problemText(problem)
      .split("\n")
      .map((line) => plain(line, 600));
    return [
      ...wrapSpans(
        [
          { text: "✗", paint: style.red },
          { text: ` ${first}`, paint: style.bold },
        ],
        { columns: columns - 2, hang: 2 },
      ),
      ...rest.flatMap((line) => problemLine(line, columns - 4, style)).map((line) => indent(line, 2)),
    ];
  });
  const heading = style.red(style.bold(problems.length === 1 ? "Problem" : `${problems.length} problems`));
  return [heading, ...lines.map((line) => indent(line, 2))].join("\n");
}

/** A line below a problem: its remedy, or what somebody else said, which stays behind its bar. */
function problemLine(line: string, columns: number, style: Style): string[] {
  if (line.startsWith("  →")) return wrapSpans([{ text: line, paint: style.cyan }], { columns, hang: 4 });
  const [, bar = "", said = ""] = /^(\s*\| )(.*)$/.exec(line) ?? ["", "", line];
  return wrap(said, { columns: columns - bar.length }).map((part) => bar + part);
}

function sectionText({ host, stack, leads, containers }: Section, columns: number, style: Style): string {
  const shown = containers.filter((container) => !isQuiet(container));
  const quiet = containers.filter(isQuiet);
  const width = widest(shown.map(({ name }) => name));
  const title: Span[] = [
    ...(stack === undefined ? [] : [{ text: stack, paint: style.bold }, { text: " · " }]),
    { text: host.label, paint: (text: string) => style.bold(style.underline(text)) },
    ...(host.address === host.label ? [] : [{ text: `  ${host.address}`, paint: style.dim }]),
  ];
  const lines = wrapSpans(title, { columns, hang: 2 });
  const say = (label: string, paint: (text: string) => string, text: string): void =>
    void lines.push(
      ...wrapSpans([{ text: label, paint }, { text }], { columns: columns - 2, hang: label.length }).map((line) =>
        indent(line, 2),
      ),
    );
  if (leads) {
    for (const note of host.notes) say("note  ", style.cyan, note);
    for (const { what } of host.problems) say("✗ ", style.red, plain(what, 300));
  }
  for (const container of shown) lines.push(indent(containerText(container, width, columns - 2, style), 2));
  if (quiet.length > 0) {
    const text = `= unchanged: ${quiet.map(({ name }) => name).join(", ")}`;
    lines.push(
      ...wrapSpans([{ text, paint: style.dim }], { columns: columns - 2, hang: 2 }).map((line) => indent(line, 2)),
    );
  }
  if (containers.length === 0) lines.push(indent(style.dim("no containers"), 2));
  return lines.join("\n");
}

/** Whether there is nothing to say about a container. */
function isQuiet({ action, notes, problems, base }: ContainerPlan): boolean {
  return action === "none" && notes.length === 0 && problems.length === 0 && base !== "any";
}
