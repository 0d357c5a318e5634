import type { RemovalPolicy } from "../model/options/removal";
import type { Problem } from "../model/error";
import type { ObservedContainer, ObservedHost } from "../model/observed";
import { absentBase, ownerHash } from "./digest";
import type { PlannedHost, StackOwner } from "./input";
import type { ContainerPlan, RemovalPlan } from "./plan";
import { halfwayProblem } from "./rename";
import { ownerOf } from "./standing";
import { plain } from "../model/text";
import { failureWords, underWayNote } from "./under-way";
import { unobservedToken } from "./unplanned";

/** What Terraform's trigger says as long as nothing was ever removed. */
export const nothingToRemove = "nothing to remove";

/** The containers of each owner on a host that its code may not declare any more, by owner, sorted by name. */
export function ownedOn(host: ObservedHost): ReadonlyMap<string, readonly ObservedContainer[]> {
  const owned = new Map<string, ObservedContainer[]>();
  for (const container of host.containers.values()) {
    // What the host's own configuration declares is no longer ours to remove.
    const owner = container.declarative ? undefined : ownerOf(container);
    if (owner === undefined) continue;
    const containers = owned.get(owner);
    if (containers) containers.push(container);
    else owned.set(owner, [container]);
  }
  for (const containers of owned.values()) containers.sort((a, b) => (a.name < b.name ? -1 : 1));
  return owned;
}

/** What one stack removes from one host. */
export function removalPlan(
  { stack, owner }: StackOwner,
  planned: PlannedHost,
  gone: readonly ObservedContainer[],
  /** The stack that declares a container of this name now, if it is another one. */
  movedTo: (name: string) => string | undefined,
): RemovalPlan {
  const { host, observation } = planned;
  const base = { stack, host: host.construct, owner };
  if (observation.kind !== "observed") {
    return { ...base, containers: [], apply: { kind: "settled", token: unobservedToken(planned) } };
  }
  const containers = gone.map((observed) =>
    removal(stack, planned, observation.host, observed, movedTo(observed.name)),
  );
  const going = containers.filter(({ problem }) => !problem);
  const token = observation.host.reaps.get(ownerHash(owner)) ?? nothingToRemove;
  return {
    ...base,
    containers,
    apply:
      going.length === 0
        ? { kind: "settled", token }
        : {
            kind: "run",
            words: `remove: ${going.map(({ name, removal }) => `${name} (${policyWords(removal)})`).join(", ")}`,
          },
  };
}

function removal(
  stack: string,
  { host }: PlannedHost,
  seen: ObservedHost,
  observed: ObservedContainer,
  movedTo: string | undefined,
): ContainerPlan {
  const policy = policyOf(observed);
  const problems = [...halfwayProblem(observed, seen), ...removalProblems(observed, policy, movedTo)].map(
    (problem): Problem => ({
      code: "conflict",
      where: { host: host.label, container: observed.name },
      ...problem,
    }),
  );
  const [problem] = problems;
  return {
    stack,
    host: host.construct,
    name: observed.name,
    action: "remove",
    effect: policy === "destroy" ? "danger" : "none",
    changes: [],
    config: [],
    notes: problem ? [] : [...pastAndPresent(observed, seen, host.label), ...removalNotes(observed, policy, seen)],
    ...(problem && { problem }),
    problems,
    removal: policy,
    apply: { kind: "run", words: `remove: ${observed.name} (${policyWords(policy)})` },
    base: observed.digest || absentBase,
    stateVersion: observed.journal?.stateVersion ?? "",
    stopFirst: [],
    after: [],
  };
}

/** The policy of the last deploy; one that was never fully adopted is left to those who made it. */
export function policyOf({ journal, intent }: ObservedContainer): RemovalPolicy {
  if (!journal) return intent?.action === "adopt" ? "retain" : "archive";
  return journal.removal === "retain" || journal.removal === "destroy" ? journal.removal : "archive";
}

function policyWords(policy: RemovalPolicy | undefined): string {
  if (policy === "destroy") return "destroy: its data is deleted";
  return policy === "retain" ? "retain: it stays as it is" : "archive";
}

function removalProblems(
  observed: ObservedContainer,
  policy: RemovalPolicy,
  movedTo: string | undefined,
): Pick<Problem, "what" | "remedy">[] {
  const { name } = observed;
  const problems: Pick<Problem, "what" | "remedy">[] = [];
  if (observed.journal?.protect) {
    problems.push({
      what: `${name} is protected, and the code no longer declares it`,
      remedy: "declare it again; to remove it, deploy it with `protect: false` first",
    });
  }
  if (policy === "archive") problems.push(...mountProblem(observed));
  if (movedTo !== undefined && policy !== "retain") {
    problems.push({
      what: `${name} is no longer declared by this stack, but by ${movedTo}: removing it here would take its data from there`,
      remedy: `to move it, declare it here again with removalPolicy: "retain" and deploy, then remove it here and set \`adopt: true\` in ${movedTo}; to begin anew, take it out of ${movedTo} until it is removed here`,
    });
  }
  return problems;
}

/** That it is being changed or removed as we look, or what its last deploy or removal failed with. */
export function pastAndPresent(
  { name, journal, intent }: ObservedContainer,
  host: ObservedHost,
  label: string,
): string[] {
  const underWay = host.underWay.get(name);
  if (underWay) return [underWayNote(underWay, label)];
  const failure = host.failures.get(name);
  return failure && failure.owner === (journal ?? intent)?.owner ? [failureWords(failure)] : [];
}

/** Why what is to be archived cannot be. */
export function mountProblem({ name, root }: ObservedContainer): Pick<Problem, "what" | "remedy">[] {
  if (root !== "mount") return [];
  return [
    {
      what: `${name} cannot be archived: its root directory is a mount point or a dataset of its own, which cannot be moved`,
      remedy: 'deploy it with removalPolicy: "retain" or "destroy" before removing it; declare it again for that',
    },
  ];
}

/** What becomes of its data. */
export function removalNotes(observed: ObservedContainer, policy: RemovalPolicy, host: ObservedHost): string[] {
  const { name } = observed;
  if (policy === "archive")
    return [`its data moves to ${plain(host.stateDir)}/.archive/${name}-…, and stays there until somebody deletes it`];
  if (policy === "destroy") return ["its data is deleted, as its removalPolicy says"];
  return ["it stays as it is, and is no longer managed"];
}
