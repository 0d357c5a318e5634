import type { Change, ContainerPlan, FileDiff } from "../plan/plan";
import { plain } from "../model/text";
import { changeCost, costColor, costOf, faceOf } from "./action";
import { indent, type Style, widest } from "./style";
import { type Span, wrapSpans } from "./wrap";

/** How far what belongs to a container is indented. */
const margin = 6;

/** The widest that values are padded to, so that what they cost stands in a column of its own. */
const widestValues = 48;

/** One container, and below it what changes, line by line. */
export function containerText(plan: ContainerPlan, width: number, columns: number, style: Style): string {
  const face = faceOf(plan);
  const color = face.color(style);
  const cost = costOf(plan);
  const heading: Span[] = [
    { text: face.symbol, paint: color },
    { text: ` ${plan.name.padEnd(width)}`, paint: style.bold },
    { text: `  ${face.word}`, paint: color },
    ...(cost === "" ? [] : [{ text: `  (${cost})`, paint: costColor(plan.effect, style) }]),
  ];
  const room = columns - margin;
  const lines = changeLines(shownChanges(plan), plan.action === "create", room, style);
  for (const diff of plan.config) lines.push(...diffLines(diff, plan, room, style));
  const say = (label: string, paint: (text: string) => string, text: string): void =>
    void lines.push(...wrapSpans([{ text: label, paint }, { text }], { columns: room, hang: label.length }));
  const takes = "whose address, port or interface it takes";
  if (plan.stopFirst.length > 0) say("first  ", style.cyan, `stops ${plan.stopFirst.join(", ")}, ${takes}`);
  if (plan.after.length > 0) say("after  ", style.cyan, `${plan.after.join(", ")}, ${takes}`);
  for (const { what, where } of plan.problems)
    if (where.container !== undefined) say("✗ ", style.red, plain(what, 300));
  for (const note of plan.notes) say("note   ", style.cyan, note);
  return [...wrapSpans(heading, { columns, hang: 4 }), ...lines.map((line) => indent(line, margin))].join("\n");
}

/** The changes that the diff of the configuration does not tell. */
function shownChanges({ changes, config, action }: ContainerPlan): readonly Change[] {
  const told = config.length > 0 && ["update", "create", "rename"].includes(action);
  return changes.filter(({ property }) => !told || property !== "config");
}

/** The changes of a container, in columns. */
function changeLines(changes: readonly Change[], fresh: boolean, columns: number, style: Style): string[] {
  const rows = changes.map((change) => ({ change, values: valuesText(change, fresh), cost: changeCost(change) }));
  const width = widest(changes.map(({ property }) => property));
  const dear = widest(rows.map(({ cost }) => cost));
  const room = columns - width - (dear === 0 ? 2 : dear + 6);
  const middle = Math.min(widestValues, room, widest(rows.map(({ values }) => values)));
  return rows.flatMap(({ change, values, cost }) =>
    wrapSpans(
      [
        { text: `${change.property.padEnd(width)}  ` },
        { text: cost === "" ? values : values.padEnd(middle) },
        ...(cost === "" ? [] : [{ text: `  (${cost})`, paint: costColor(change.effect, style) }]),
      ],
      { columns, hang: Math.min(width + 2, Math.floor(columns / 2)) },
    ),
  );
}

function valuesText({ before, after }: Change, fresh: boolean): string {
  if (fresh) return after ?? "";
  return before === undefined && after === undefined ? "" : `${before ?? "none"} → ${after ?? "none"}`;
}

/** The unified diff of one file, below its name. */
function diffLines({ path, lines }: FileDiff, { changes }: ContainerPlan, columns: number, style: Style): string[] {
  const reload = changes.some(({ property, effect }) => property === "config" && effect === "reload");
  const heading = `config ${plain(path)}${reload ? `  ${style.dim("(reload)")}` : ""}`;
  return [
    heading,
    ...lines.flatMap((line) => {
      const text = plain(line.replaceAll("\t", "    "), 400);
      return wrapSpans([{ text, paint: diffPaint(text, style) }], { columns: columns - 2, hang: 3 }).map((part) =>
        indent(part, 2),
      );
    }),
  ];
}

function diffPaint(line: string, style: Style): (text: string) => string {
  switch (line[0]) {
    case "+":
      return style.green;
    case "-":
      return style.red;
    case "@":
      return style.dim;
    default:
      return (text) => text;
  }
}
