import type { ContainerPlan, RemovalPlan } from "./plan";
import { byBytes, listing } from "../model/text";

/** What a reader may not have meant: a rename, or a move to another host. Notes by container. */
export interface Hints {
  readonly created: (plan: ContainerPlan) => readonly string[];
  readonly removed: (plan: ContainerPlan) => readonly string[];
}

/** What tells a container under another name: its configuration, its addresses. */
export type Traits = (plan: ContainerPlan) => readonly string[];

/** Compares what a deploy creates with what it removes. */
export function hintsOf(
  containers: readonly ContainerPlan[],
  removals: readonly RemovalPlan[],
  label: (host: string) => string,
  traits: { readonly created: Traits; readonly removed: Traits },
): Hints {
  const made = containers.filter(({ action }) => action === "create");
  const gone = removals.flatMap((removal) => removal.containers).filter(({ problem }) => !problem);
  const [madeOn, goneOn] = [hostsBy(made), hostsBy(gone)];
  const goneAs = likeliest(made, traits.created, gone, traits.removed);
  const madeAs = likeliest(gone, traits.removed, made, traits.created);
  const elsewhere = (hosts: ReadonlySet<string> | undefined, here: string): readonly string[] =>
    [...(hosts ?? [])]
      .filter((host) => host !== here)
      .map(label)
      .sort(byBytes);
  return {
    created: (plan) => [
      ...rename(
        goneAs(plan),
        (old, are) => `${old} ${are} removed in the same deploy: if this is a rename, ${keeping(old)}`,
      ),
      ...moves(
        elsewhere(goneOn.get(plan.name), plan.host),
        (hosts) =>
          `${plan.name} is removed from ${hosts} in the same deploy: its data stays behind there and does not come along`,
      ),
    ],
    removed: (plan) => [
      ...rename(
        madeAs(plan),
        (fresh, are) =>
          `${fresh} ${are} created in the same deploy: if this is a rename, take its data along with \`renamedFrom: "${plan.name}"\`, or keep the container with \`name: "${plan.name}"\``,
      ),
      ...moves(
        elsewhere(madeOn.get(plan.name), plan.host),
        (hosts) => `${plan.name} is created on ${hosts} in the same deploy: ${behind(plan)}`,
      ),
    ],
  };
}

/** For each of these the others of its stack and host that share a trait with it; where there is one of each, that one. */
function likeliest(
  these: readonly ContainerPlan[],
  traitsOf: Traits,
  others: readonly ContainerPlan[],
  traitsOfOther: Traits,
): (plan: ContainerPlan) => readonly string[] {
  const [here, there] = [namesBy(these, (plan) => [placeOf(plan)]), namesBy(others, (plan) => [placeOf(plan)])];
  const withTrait = namesBy(others, (plan) => traitsOfOther(plan).map((trait) => `${placeOf(plan)}\n${trait}`));
  return (plan) => {
    const place = placeOf(plan);
    if (here.get(place)?.length === 1 && there.get(place)?.length === 1) return there.get(place) ?? [];
    const alike = traitsOf(plan).flatMap((trait) => withTrait.get(`${place}\n${trait}`) ?? []);
    return [...new Set(alike)].sort(byBytes);
  };
}

function rename(names: readonly string[], words: (names: string, are: string) => string): string[] {
  return names.length > 0 ? [words(listing(names), names.length === 1 ? "is" : "are")] : [];
}

function moves(hosts: readonly string[], words: (hosts: string) => string): string[] {
  return hosts.length > 0 ? [words(listing(hosts))] : [];
}

function keeping(old: string): string {
  return / /.test(old)
    ? "take the data of one along with `renamedFrom:`, or keep the old container with `name:`"
    : `take its data along with \`renamedFrom: "${old}"\`, or keep that container with \`name: "${old}"\``;
}

function behind({ removal }: ContainerPlan): string {
  if (removal === "destroy") return "its data here is deleted, and does not move along";
  return removal === "retain" ? "its data stays behind here" : "its data stays behind here, in the archive";
}

/** Stack and host of a plan; neither can hold a line break. */
function placeOf({ stack, host }: ContainerPlan): string {
  return `${stack}\n${host}`;
}

function namesBy(
  plans: readonly ContainerPlan[],
  keys: (plan: ContainerPlan) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const plan of plans) {
    for (const key of keys(plan)) {
      const known = names.get(key);
      if (known) known.push(plan.name);
      else names.set(key, [plan.name]);
    }
  }
  for (const known of names.values()) known.sort(byBytes);
  return names;
}

function hostsBy(plans: readonly ContainerPlan[]): ReadonlyMap<string, ReadonlySet<string>> {
  const hosts = new Map<string, Set<string>>();
  for (const { name, host } of plans) hosts.set(name, (hosts.get(name) ?? new Set<string>()).add(host));
  return hosts;
}
