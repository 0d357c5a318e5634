import type { Action, Change, Effect } from "./plan";

const severity: readonly Effect[] = ["none", "live", "reload", "restart", "recreate", "danger"];

/** The worst of the effects; `none` of none. */
export function worstEffect(effects: readonly Effect[]): Effect {
  return effects.reduce<Effect>(
    (worst, effect) => (severity.indexOf(effect) > severity.indexOf(worst) ? effect : worst),
    "none",
  );
}

/** What a deploy does to a container of ours that differs in these. */
export function actionFor(changes: readonly Change[]): Action {
  const [first, ...rest] = changes;
  if (!first) return "none";
  if (rest.length === 0 && first.property === "running") return first.after === "true" ? "start" : "stop";
  if (rest.length === 0 && first.property === "conf in effect" && first.effect === "restart") return "restart";
  return "update";
}
