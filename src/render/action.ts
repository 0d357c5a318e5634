import { losesData } from "../plan/cut-removal";
import type { Action, Change, ContainerPlan } from "../plan/plan";
import type { Style } from "./style";

/** How an action is shown: a symbol of one column, a word, and the colour of both. */
interface Face {
  readonly symbol: string;
  readonly word: string;
  readonly color: (style: Style) => (text: string) => string;
}

const faces: Readonly<Record<Action, Face>> = {
  create: { symbol: "+", word: "create", color: (style) => style.green },
  adopt: { symbol: "»", word: "adopt", color: (style) => style.green },
  rename: { symbol: "→", word: "rename", color: (style) => style.yellow },
  update: { symbol: "~", word: "update in place", color: (style) => style.yellow },
  restart: { symbol: "↻", word: "restart", color: (style) => style.yellow },
  start: { symbol: "▸", word: "start", color: (style) => style.yellow },
  stop: { symbol: "▪", word: "stop", color: (style) => style.yellow },
  remove: { symbol: "-", word: "remove", color: (style) => style.red },
  none: { symbol: "=", word: "unchanged", color: (style) => style.dim },
  conflict: { symbol: "✗", word: "conflict", color: (style) => style.red },
};

/** How the action of a container is shown. */
export function faceOf({ action, problems, base, removal }: ContainerPlan): Face {
  const face = faces[action];
  if (action === "none" && problems.length > 0) return { ...faces.conflict, word: "not planned" };
  if (action === "none" && base === "any") return { ...face, symbol: "?", word: "not observed" };
  const word = action === "remove" && removal ? `remove (${removal})` : face.word;
  return problems.length > 0 && action !== "conflict"
    ? { ...faces.conflict, word: `${word}, refused` }
    : { ...face, word };
}

const costs: Readonly<Record<Change["effect"], string>> = {
  none: "",
  live: "live: the container keeps running",
  reload: "reload: changed services restart, the container keeps running",
  restart: "restart: about as long as a stop and a start",
  recreate: "the container is made anew",
  danger: "DANGER: services may no longer find their data",
};

/** What a container goes through, in words; empty when it is nothing worth telling. */
export function costOf({ action, effect, removal, changes, problems }: ContainerPlan): string {
  if (problems.length > 0) return "";
  if (removal === "destroy") return "DANGER: its data is deleted";
  if (losesData(changes)) return "DANGER: its data was being deleted, and does not come back";
  if (action === "create" && effect === "danger") return "DANGER: it starts on the data of an earlier container";
  return costs[effect];
}

/** What one change costs, in a word. */
export function changeCost({ property, before, after, effect }: Change): string {
  if (property === "running" && before !== undefined && effect === "none") return after === "true" ? "start" : "stop";
  return effect === "none" ? "" : effect === "danger" ? "DANGER" : effect;
}

/** The colour of what a change or container costs. */
export function costColor(effect: Change["effect"], style: Style): (text: string) => string {
  if (effect === "danger" || effect === "recreate") return style.red;
  return effect === "restart" ? style.yellow : style.dim;
}
