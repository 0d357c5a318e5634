import { anyBase, type ContainerPlan, type Plan } from "../plan/plan";

/** Every container of a plan: those of the code, then those that are removed. */
export function allContainers(plan: Plan): readonly ContainerPlan[] {
  return [...plan.containers, ...plan.removals.flatMap(({ containers }) => containers)];
}

/** Whether a deploy would do anything. */
export function hasChanges(plan: Plan): boolean {
  return allContainers(plan).some(({ apply, action }) => apply.kind === "run" || action === "conflict");
}

/** The last line: `2 to create, 1 to update (1 restart), 1 to remove, 4 unchanged`. */
export function summaryText(plan: Plan): string {
  const barred = new Set(plan.hosts.filter(({ problems }) => problems.length > 0).map(({ host }) => host));
  const [all, refused] = split(
    allContainers(plan),
    ({ action, host, problems }) =>
      action === "none" || action === "conflict" || (problems.length === 0 && !barred.has(host)),
  );
  const number = (matches: (container: ContainerPlan) => boolean): number => all.filter(matches).length;
  const updates = all.filter(({ action }) => action === "update");
  const effects = (["live", "reload", "restart", "recreate", "danger"] as const).flatMap((effect) => {
    const hit = updates.filter((container) => container.effect === effect).length;
    return hit === 0
      ? []
      : [effect === "recreate" ? `${hit} made anew` : effect === "danger" ? `${hit} DANGEROUS` : `${hit} ${effect}`];
  });
  const deleted = number(({ removal }) => removal === "destroy");
  const unplanned = number(({ action, problems }) => action === "none" && problems.length > 0);
  const unseen = number(({ action, base, problems }) => action === "none" && base === anyBase && problems.length === 0);
  const parts: readonly (readonly [number, string])[] = [
    [number(({ action }) => action === "create"), "to create"],
    [number(({ action }) => action === "adopt"), "to adopt"],
    [number(({ action }) => action === "rename"), "to rename"],
    [updates.length, `to update${effects.length > 0 ? ` (${effects.join(", ")})` : ""}`],
    [number(({ action }) => action === "restart"), "to restart"],
    [number(({ action }) => action === "start"), "to start"],
    [number(({ action }) => action === "stop"), "to stop"],
    [number(({ action }) => action === "remove"), `to remove${deleted > 0 ? ` (${deleted} with its data)` : ""}`],
    [number(({ action }) => action === "conflict"), "in conflict"],
    [refused.length, "refused"],
    [unplanned, "not planned"],
    [unseen, "not observed"],
    [number(({ action }) => action === "none") - unplanned - unseen, "unchanged"],
  ];
  const told = parts.filter(([many]) => many > 0).map(([many, words]) => `${many} ${words}`);
  return told.length === 0 ? "no containers" : told.join(", ");
}

/** The last line of what a destroy does: `4 archived, 1 DELETED WITH ITS DATA, 1 refused`. */
export function destroySummaryText(plan: Plan): string {
  const all = allContainers(plan);
  const number = (matches: (container: ContainerPlan) => boolean): number => all.filter(matches).length;
  const going = (policy: string) => number(({ removal, problems }) => removal === policy && problems.length === 0);
  const parts: readonly (readonly [number, string])[] = [
    [going("archive"), "archived"],
    [going("destroy"), "DELETED WITH ITS DATA"],
    [going("retain"), "left as it is"],
    [number(({ problems }) => problems.length > 0), "refused"],
    [number(({ action }) => action === "none"), "kept with it"],
  ];
  const told = parts.filter(([many]) => many > 0).map(([many, words]) => `${many} ${words}`);
  return told.length === 0 ? "no containers" : told.join(", ");
}

/** Those that match, and the others. */
function split<T>(list: readonly T[], matches: (item: T) => boolean): [T[], T[]] {
  return [list.filter(matches), list.filter((item) => !matches(item))];
}
