import { dataDeleted, losesData } from "./cut-removal";
import type { Action, Change } from "./plan";
import { plain } from "../model/text";

/** The longest value that is told whole, and the most changes that are told one by one. */
const longestValue = 60;
const mostChanges = 30;

const headings: Readonly<Record<Action, string>> = {
  create: "create",
  adopt: "adopt",
  rename: "rename",
  update: "update in place",
  restart: "restart in place",
  start: "start",
  stop: "stop",
  remove: "remove",
  none: "nothing to do",
  conflict: "conflict",
};

/** What a run of converge is for, as Terraform's plan shows it; the remark tells what is special about it. */
export function runWords(action: Action, name: string, changes: readonly Change[], remark?: string): string {
  const heading = headings[action];
  const old = action === "rename" ? changes.find(({ property }) => property === "name")?.before : undefined;
  const subject = old === undefined ? name : `${old} → ${name}`;
  const named =
    action === "update" && remark === undefined ? [] : [remark === undefined ? subject : `${subject}, ${remark}`];
  if (action === "create") return `${heading}: ${named.join("")}`;
  // That `start` and `stop` change `running` goes without saying, unless systemd has something to say.
  const shown = changes.filter(
    ({ property, before }) =>
      (property !== "running" || changes.length > 1 || before?.includes(" ")) &&
      (property !== "name" || old === undefined),
  );
  const told = shown.slice(0, mostChanges).map(changeWords);
  if (shown.length > told.length) told.push(`… and ${shown.length - told.length} more`);
  const oneLine = `${heading}: ${[...named, ...told].join("; ")}`;
  if (told.length <= 2 && oneLine.length <= 120) return `${oneLine}\n${lastWords(action, changes)}`;
  const first = named.length > 0 ? `${heading}: ${named.join("")}` : `${heading}:`;
  return [first, ...told.map((line) => `  ${line}`), lastWords(action, changes)].join("\n");
}

const untouched = "the container stays, its data is untouched";

const renamed = "its data moves with it; its interface and host name follow the new name";

function lastWords(action: Action, changes: readonly Change[]): string {
  if (losesData(changes)) return dataDeleted;
  if (changes.some(({ effect }) => effect === "danger")) {
    return "the container stays and nothing is deleted, but services may no longer find their data: read the plan first";
  }
  if (changes.some(({ effect }) => effect === "recreate"))
    return "the container is made anew; what data there is stays";
  return action === "rename" ? renamed : untouched;
}

/** One change on one line: `network.localAddress 10.233.1.2 → 10.233.1.9 (restart)`. */
export function changeWords(change: Change): string {
  const { property, before, after } = change;
  const told = before !== undefined || after !== undefined;
  const values = told ? ` ${short(before)} → ${short(after)}` : "";
  const cost = costWords(change);
  return property + values + (cost === "" ? "" : ` (${cost})`);
}

/** What a change costs, in a word; empty when nothing. */
export function costWords({ property, after, effect }: Change): string {
  if (property === "running") return after === "true" ? "start" : "stop";
  return effect === "none" ? "" : effect;
}

function short(value: string | undefined): string {
  return value === undefined ? "none" : plain(value, longestValue);
}
