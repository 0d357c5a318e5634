import { confEntries, parseConf } from "../model/conf";
import type { Problem } from "../model/error";
import type { ObservedHost } from "../model/observed";
import type { PlannedContainer } from "./input";
import type { ContainerPlan } from "./plan";
import { keyOf, type Resource, resourcesOf, rivals } from "./resource";
import { plain } from "../model/text";

/** A container as it is taken over from: what it holds while it is up. */
interface Holder {
  readonly name: string;
  readonly keys: ReadonlySet<string>;
}

/** What the running containers of a host hold, by key; and the interfaces that they have borrowed from it. */
export interface Holdings {
  readonly holders: ReadonlyMap<string, readonly Holder[]>;
  readonly byName: ReadonlyMap<string, Holder>;
  readonly interfaces: readonly string[];
  /** Those that run without a conf: what they hold cannot be told. */
  readonly unknown: readonly string[];
}

/** Looks at every running container of a host once. */
export function holdingsOf(host: ObservedHost): Holdings {
  const holders = new Map<string, Holder[]>();
  const byName = new Map<string, Holder>();
  const interfaces: string[] = [];
  const unknown: string[] = [];
  for (const container of host.containers.values()) {
    if (container.unit !== "up") continue;
    if (!container.conf) {
      unknown.push(container.name);
      continue;
    }
    const resources = resourcesOf(parseConf(container.conf));
    const holder: Holder = { name: container.name, keys: new Set(resources.map(keyOf)) };
    byName.set(container.name, holder);
    for (const key of holder.keys) {
      const others = holders.get(key);
      if (others) others.push(holder);
      else holders.set(key, [holder]);
    }
    for (const { kind, value } of resources) if (kind === "interface") interfaces.push(value);
  }
  return { holders, byName, interfaces, unknown };
}

/** What the code wants of the same host, seen from one container. */
export interface Neighbourhood {
  readonly label: string;
  readonly holdings: Holdings;
  /** The plan and declaration of a container that this stack declares on this host. */
  readonly sibling: (name: string) => { readonly desired: PlannedContainer; readonly plan: ContainerPlan } | undefined;
  /** Whether this stack removes it from this host in the same deploy, so that it stops. */
  readonly goes: (name: string) => boolean;
}

/** The actions that end with a container taking what its conf names. */
const taking: ReadonlySet<string> = new Set(["create", "adopt", "rename", "update", "restart", "start"]);

/** The plan with those named who must give up first what this container takes: by being stopped, or by their own change. */
export function withTakeover(desired: PlannedContainer, plan: ContainerPlan, around: Neighbourhood): ContainerPlan {
  if (!taking.has(plan.action) || !desired.running) return plan;
  const own = around.holdings.byName.get(desired.name);
  const stopFirst = new Set<string>();
  const after = new Set<string>();
  const problems: Problem[] = [];
  for (const resource of resourcesOf(confEntries(desired))) {
    if (own?.keys.has(keyOf(resource))) continue;
    for (const name of around.holdings.unknown) if (name !== desired.name && around.goes(name)) stopFirst.add(name);
    for (const name of holdersOf(resource, around.holdings)) {
      if (name === desired.name) continue;
      if (around.goes(name)) stopFirst.add(name);
      else if (givesUp(name, resource, around)) after.add(name);
      else if (!problems.some(({ what }) => what.startsWith(resource.text))) {
        problems.push(heldProblem(desired, resource, name, around.label));
      }
    }
  }
  const all = [...plan.problems, ...problems];
  const [problem] = all;
  return {
    ...plan,
    ...(problem && { problem }),
    problems: all,
    stopFirst: [...stopFirst].sort(),
    after: [...after].sort(),
  };
}

function holdersOf(resource: Resource, { holders }: Holdings): string[] {
  return rivals(resource).flatMap((key) => holders.get(key)?.map(({ name }) => name) ?? []);
}

/** Whether a container that stays gives this up in the same deploy of the same stack. */
function givesUp(name: string, resource: Resource, { sibling }: Neighbourhood): boolean {
  const other = sibling(name);
  if (!other || other.plan.action === "conflict") return false;
  if (!other.desired.running) return true;
  const wanted = new Set(resourcesOf(confEntries(other.desired)).map(keyOf));
  return rivals(resource).every((key) => !wanted.has(key));
}

function heldProblem(desired: PlannedContainer, resource: Resource, name: string, label: string): Problem {
  return {
    code: "conflict",
    what: `${resource.text} is held by the running container ${plain(name, 40)}`,
    where: { construct: desired.construct, host: label, container: desired.name },
    remedy: `choose another one, or have ${plain(name, 40)} give it up first, in a deploy of its own`,
  };
}

/**
 * The names that wait for each other in a circle, given whom each of them waits for.
 * What waits for nobody, or is waited for by nobody, is taken away until nothing more can be.
 */
export function circle(waits: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const trimmed = trim(waits);
  const reversed = new Map<string, string[]>([...trimmed.keys()].map((name) => [name, []]));
  for (const [name, others] of trimmed) for (const other of others) reversed.get(other)?.push(name);
  return new Set(trim(reversed).keys());
}

function trim(waits: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
  const waiters = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [name, others] of waits) {
    const known = others.filter((other) => waits.has(other));
    open.set(name, known.length);
    for (const other of known) {
      const waiting = waiters.get(other);
      if (waiting) waiting.push(name);
      else waiters.set(other, [name]);
    }
  }
  const free = [...open].filter(([, number]) => number === 0).map(([name]) => name);
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    open.delete(name);
    for (const waiter of waiters.get(name) ?? []) {
      const left = (open.get(waiter) ?? 0) - 1;
      open.set(waiter, left);
      if (left === 0) free.push(waiter);
    }
  }
  return new Map([...open.keys()].map((name) => [name, (waits.get(name) ?? []).filter((other) => open.has(other))]));
}

/** The plan of a container that waits in a circle: refused, and waiting for nobody, lest Terraform find the circle too. */
export function refuseCircle(plan: ContainerPlan, inCircle: ReadonlySet<string>, label: string): ContainerPlan {
  if (!inCircle.has(plan.name)) return plan;
  const others = plan.after.filter((name) => inCircle.has(name));
  const problem: Problem = {
    code: "conflict",
    what: `${plan.name} takes an address, port or interface of ${others.join(" and ")}, which waits in turn for one of its own`,
    where: { ...(plan.construct !== undefined && { construct: plan.construct }), host: label, container: plan.name },
    remedy: "swap addresses in two deploys: give one of them a free one first",
  };
  const problems = [...plan.problems, problem];
  return {
    ...plan,
    problem: problems[0] ?? problem,
    problems,
    after: plan.after.filter((name) => !inCircle.has(name)),
  };
}
