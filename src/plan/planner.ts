import { type Problem, NixosError } from "../model/error";
import type { ObservedContainer } from "../model/observed";
import { type Drafted, factsOf, type HostFacts, planContainer } from "./container-plan";
import { hintsOf } from "./hint";
import { hostPlan, sameMachines } from "./host-plan";
import type { AppInput, PlannedContainer, PlannedHost, StackOwner } from "./input";
import { seenTraits, wantedTraits } from "./trait";
import { otherOwnerNotes } from "./other-owner";
import type { ContainerPlan, HostPlan, Plan, RemovalPlan } from "./plan";
import { withRenames } from "./rename";
import { ownedOn, removalPlan } from "./removal-plan";
import { circle, type Holdings, holdingsOf, refuseCircle, withTakeover } from "./takeover";
import { unplannedContainer } from "./unplanned";

/** What is looked up once for each host. */
interface HostContext {
  readonly planned: PlannedHost;
  readonly twins: readonly string[];
  readonly facts?: HostFacts;
  readonly holdings?: Holdings;
  readonly owned: ReadonlyMap<string, readonly ObservedContainer[]>;
}

/** A container of the code with its plan so far. */
interface Entry extends Drafted {
  readonly desired: PlannedContainer;
}

/**
 * Plans an app: compares every container of the code with its host as it was observed.
 * Pure, and linear in the number of containers; the order of the input decides nothing but the order of the output.
 * @throws NixosError when a container or a stack names a host that is not in the input
 */
export function planApp(given: AppInput): Plan {
  const input = withRenames(given);
  const hosts = contexts(input.hosts);
  const contextOf = (host: string): HostContext => hosts.get(host) ?? unknownHost(host);

  const drafted: Entry[] = input.containers.map((desired) => ({ desired, ...draft(desired, contextOf(desired.host)) }));
  const removals = planRemovals(input, drafted, contextOf);
  const settled = settleTakeovers(drafted, removals, contextOf);

  const wanted = new Map(drafted.map(({ desired }) => [desired.construct, desired]));
  const hints = hintsOf(settled, removals, (host) => contextOf(host).planned.host.label, {
    created: ({ construct = "" }) => wantedTraits(wanted.get(construct)),
    removed: ({ host, name }) => seenTraits(contextOf(host).facts?.host.containers.get(name)),
  });
  const building = new Set(drafted.filter(({ builds }) => builds).map(({ desired }) => desired.host));
  return {
    version: 1,
    hosts: planHosts(input, hosts, building),
    containers: settled.map((plan) => (plan.action === "create" ? withNotes(plan, hints.created(plan)) : plan)),
    removals: removals.map((removal) => ({
      ...removal,
      containers: removal.containers.map((plan) => withNotes(plan, hints.removed(plan))),
    })),
  };
}

function contexts(hosts: readonly PlannedHost[]): ReadonlyMap<string, HostContext> {
  const twins = sameMachines(hosts);
  return new Map(
    hosts.map((planned): [string, HostContext] => {
      const { host, observation } = planned;
      const base = { planned, twins: twins.get(host.construct) ?? [] };
      if (observation.kind !== "observed") return [host.construct, { ...base, owned: new Map() }];
      const holdings = holdingsOf(observation.host);
      const facts = factsOf(observation.host, host.label, holdings.interfaces);
      return [host.construct, { ...base, facts, holdings, owned: ownedOn(observation.host) }];
    }),
  );
}

function draft(desired: PlannedContainer, { planned, facts }: HostContext): Drafted {
  if (facts) return planContainer(desired, facts);
  const [problem] = hostPlan(planned, [], false).problems;
  return { plan: unplannedContainer(desired, planned, problem), builds: false };
}

/** For each stack and each of its hosts, what is there of its owner and not declared. */
function planRemovals(
  input: AppInput,
  drafted: readonly Entry[],
  contextOf: (host: string) => HostContext,
): readonly RemovalPlan[] {
  const declared = new Map(drafted.map(({ desired }) => [key(desired.host, desired.name), desired]));
  return input.owners.flatMap((owner) =>
    [...new Set(owner.hosts)].map((host) => {
      const { planned, twins, owned } = contextOf(host);
      // What one construct of a machine declares, another must not remove: nothing is, until that is mended.
      const gone = twins.length > 0 ? [] : (owned.get(owner.owner) ?? []);
      const undeclared = gone.filter(({ name }) => declared.get(key(host, name))?.owner !== owner.owner);
      return removalPlan(owner, planned, undeclared, (name) => declared.get(key(host, name))?.stack);
    }),
  );
}

/** Finds who must give way to whom, host by host. */
function settleTakeovers(
  drafted: readonly Entry[],
  removals: readonly RemovalPlan[],
  contextOf: (host: string) => HostContext,
): readonly ContainerPlan[] {
  const siblings = new Map(
    drafted.map((entry) => [key(entry.desired.stack, entry.desired.host, entry.desired.name), entry]),
  );
  const going = new Set(
    removals.flatMap(({ stack, host, containers }) =>
      containers
        .filter(({ problem, removal }) => !problem && removal !== "retain")
        .map(({ name }) => key(stack, host, name)),
    ),
  );
  const plans = drafted.map(({ desired, plan }) => {
    const { planned, holdings } = contextOf(desired.host);
    if (!holdings) return plan;
    return withTakeover(desired, plan, {
      label: planned.host.label,
      holdings,
      sibling: (name) => siblings.get(key(desired.stack, desired.host, name)),
      goes: (name) => going.has(key(desired.stack, desired.host, name)),
    });
  });
  const waits = new Map<string, Map<string, readonly string[]>>();
  for (const { stack, host, name, after } of plans) {
    if (after.length === 0) continue;
    const place = waits.get(key(stack, host)) ?? new Map<string, readonly string[]>();
    waits.set(key(stack, host), place.set(name, after));
  }
  const circles = new Map([...waits].map(([place, names]) => [place, circle(names)]));
  return plans.map((plan) => {
    const inCircle = circles.get(key(plan.stack, plan.host));
    return inCircle ? refuseCircle(plan, inCircle, contextOf(plan.host).planned.host.label) : plan;
  });
}

function planHosts(
  input: AppInput,
  hosts: ReadonlyMap<string, HostContext>,
  building: ReadonlySet<string>,
): HostPlan[] {
  const sharing = sharedOwners(input.owners);
  const declared = new Set(input.containers.map(({ host, name }) => key(host, name)));
  return [...hosts.values()].map(({ planned, twins, owned }) => {
    const { construct } = planned.host;
    const others = input.owners
      .filter((stack) => stack.hosts.includes(construct))
      .flatMap(({ owner }) => otherOwnerNotes(owner, owned, (name) => declared.has(key(construct, name))));
    const bare = hostPlan(planned, twins, building.has(construct));
    const plan = { ...bare, notes: [...bare.notes, ...others] };
    const shared = sharing.get(planned.host.construct) ?? [];
    return shared.length === 0
      ? plan
      : { ...plan, problems: [...plan.problems, ...shared.map((words) => ownerProblem(planned, words))] };
  });
}

/** The stacks that use one owner on one host: each would remove what the other declares, or wait for its token. */
function sharedOwners(owners: readonly StackOwner[]): ReadonlyMap<string, readonly string[]> {
  const stacks = new Map<string, string[]>();
  for (const { stack, owner, hosts } of owners) {
    for (const host of new Set(hosts)) stacks.set(key(host, owner), [...(stacks.get(key(host, owner)) ?? []), stack]);
  }
  const shared = new Map<string, readonly string[]>();
  for (const [place, names] of stacks) {
    const [host = "", owner = ""] = place.split("\n");
    if (names.length < 2) continue;
    const words = `the stacks ${names.sort().join(" and ")} have the same owner ${JSON.stringify(owner)} on it`;
    shared.set(host, [...(shared.get(host) ?? []), words].sort());
  }
  return shared;
}

function ownerProblem({ host }: PlannedHost, what: string): Problem {
  return {
    code: "settings",
    what,
    where: { construct: host.construct, host: host.label },
    remedy: "give each stack an owner of its own, or leave `owner` out",
  };
}

function withNotes(plan: ContainerPlan, notes: readonly string[]): ContainerPlan {
  return notes.length === 0 ? plan : { ...plan, notes: [...plan.notes, ...notes] };
}

/** One key of several names, none of which can hold a line break. */
function key(...parts: readonly string[]): string {
  return parts.join("\n");
}

function unknownHost(host: string): never {
  throw new NixosError([
    {
      code: "internal",
      what: `the plan was asked for a container on ${JSON.stringify(host)}, which is no host of the app`,
      where: { construct: host },
      remedy: "hand planApp every host that a container or a stack uses",
    },
  ]);
}
