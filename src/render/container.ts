import type { Change, ContainerPlan, FileDiff } from "../plan/plan";
import { plain } from "../plan/text";
import { changeCost, costColor, costOf, faceOf } from "./action";
import { indent, labelled, type Style, widest } from "./style";

/** How far what belongs to a container is indented, and how wide the labels there are. */
const margin = 6;
const labelWidth = 7;

/** One container, and below it what changes, line by line. */
export function containerText(plan: ContainerPlan, width: number, columns: number, style: Style): string {
  const face = faceOf(plan);
  const color = face.color(style);
  const cost = costOf(plan);
  const name = plan.name + " ".repeat(Math.max(0, width - plan.name.length));
  const heading = `${color(face.symbol)} ${style.bold(name)}  ${color(face.word)}`;
  const lines = [cost === "" ? heading : `${heading}  ${costColor(plan.effect, style)(`(${cost})`)}`];
  const changes = plan.changes.filter(
    ({ property }) => property !== "config" || plan.config.length === 0 || plan.action !== "update",
  );
  lines.push(...changeLines(changes, plan.action === "create", style));
  for (const diff of plan.config) lines.push(...diffLines(diff, plan, style));
  const say = (label: string, text: string): void =>
    void lines.push(...labelled(`${label}  `, labelWidth, text, columns - margin));
  const takes = "whose address, port or interface it takes";
  if (plan.stopFirst.length > 0) say(style.cyan("first"), `stops ${plan.stopFirst.join(", ")}, ${takes}`);
  if (plan.after.length > 0) say(style.cyan("after"), `${plan.after.join(", ")}, ${takes}`);
  for (const { what, where } of plan.problems)
    if (where.container !== undefined) say(style.red("✗    "), plain(what, 300));
  for (const note of plan.notes) say(style.cyan("note "), note);
  const [first = "", ...rest] = lines;
  return [first, ...rest.map((line) => indent(line, margin))].join("\n");
}

/** The changes of a container, in columns. */
function changeLines(changes: readonly Change[], fresh: boolean, style: Style): string[] {
  const rows = changes.map((change) => ({ change, values: valuesText(change, fresh) }));
  const width = widest(changes.map(({ property }) => property));
  const middle = Math.min(48, widest(rows.map(({ values }) => values)));
  return rows.map(({ change, values }) => {
    const cost = changeCost(change);
    const row = `${change.property.padEnd(width)}  ${cost === "" ? values : values.padEnd(middle)}`;
    return cost === "" ? row.trimEnd() : `${row}  ${costColor(change.effect, style)(`(${cost})`)}`;
  });
}

function valuesText({ before, after }: Change, fresh: boolean): string {
  if (fresh) return after ?? "";
  return before === undefined && after === undefined ? "" : `${before ?? "none"} → ${after ?? "none"}`;
}

/** The unified diff of one file, below its name. */
function diffLines({ path, lines }: FileDiff, { changes }: ContainerPlan, style: Style): string[] {
  const reload = changes.some(({ property, effect }) => property === "config" && effect === "reload");
  const heading = `config ${plain(path)}${reload ? `  ${style.dim("(reload)")}` : ""}`;
  return [heading, ...lines.map((line) => indent(diffLine(plain(line.replaceAll("\t", "    "), 400), style), 2))];
}

function diffLine(line: string, style: Style): string {
  switch (line[0]) {
    case "+":
      return style.green(line);
    case "-":
      return style.red(line);
    case "@":
      return style.dim(line);
    default:
      return line;
  }
}
