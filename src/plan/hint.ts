import type { ContainerPlan, RemovalPlan } from "./plan";
import { byBytes, listing } from "./text";

/** What a reader may not have meant: a rename, or a move to another host. Notes by container. */
export interface Hints {
  readonly created: (plan: ContainerPlan) => readonly string[];
  readonly removed: (plan: ContainerPlan) => readonly string[];
}

/** Compares what a deploy creates with what it removes. */
export function hintsOf(
  containers: readonly ContainerPlan[],
  removals: readonly RemovalPlan[],
  label: (host: string) => string,
): Hints {
  const made = containers.filter(({ action }) => action === "create");
  const gone = removals.flatMap((removal) => removal.containers);
  const [madeAt, goneAt] = [namesBy(made, placeOf), namesBy(gone, placeOf)];
  const [madeOn, goneOn] = [hostsBy(made), hostsBy(gone)];
  const elsewhere = (hosts: ReadonlySet<string> | undefined, here: string): readonly string[] =>
    [...(hosts ?? [])]
      .filter((host) => host !== here)
      .map(label)
      .sort(byBytes);
  return {
    created: (plan) => [
      ...rename(
        goneAt.get(placeOf(plan)),
        (old) => `${old} is removed in the same deploy: if this is a rename, ${keeping(old)}`,
      ),
      ...moves(
        elsewhere(goneOn.get(plan.name), plan.host),
        (hosts) =>
          `${plan.name} is removed from ${hosts} in the same deploy: its data stays behind there and does not come along`,
      ),
    ],
    removed: (plan) => [
      ...rename(
        madeAt.get(placeOf(plan)),
        (fresh) =>
          `${fresh} is created in the same deploy: if this is a rename, keep the container with \`name: "${plan.name}"\``,
      ),
      ...moves(
        elsewhere(madeOn.get(plan.name), plan.host),
        (hosts) => `${plan.name} is created on ${hosts} in the same deploy: ${behind(plan)}`,
      ),
    ],
  };
}

function rename(names: readonly string[] | undefined, words: (names: string) => string): string[] {
  return names ? [words(listing(names))] : [];
}

function moves(hosts: readonly string[], words: (hosts: string) => string): string[] {
  return hosts.length > 0 ? [words(listing(hosts))] : [];
}

function keeping(old: string): string {
  return / /.test(old) ? "keep the old container with `name:`" : `keep that container with \`name: "${old}"\``;
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
  key: (plan: ContainerPlan) => string,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const plan of plans) {
    const known = names.get(key(plan));
    if (known) known.push(plan.name);
    else names.set(key(plan), [plan.name]);
  }
  for (const known of names.values()) known.sort(byBytes);
  return names;
}

function hostsBy(plans: readonly ContainerPlan[]): ReadonlyMap<string, ReadonlySet<string>> {
  const hosts = new Map<string, Set<string>>();
  for (const { name, host } of plans) hosts.set(name, (hosts.get(name) ?? new Set<string>()).add(host));
  return hosts;
}
