import type { Problem } from "../model/error";
import type { ObservedContainer, ObservedHost } from "../model/observed";
import { absentBase } from "./digest";
import { hostPlan } from "./host-plan";
import type { AppInput, PlannedContainer, PlannedHost } from "./input";
import type { ContainerPlan, HostPlan, Plan, RemovalPlan } from "./plan";
import { halfwayProblem } from "./rename";
import { mountProblem, ownedOn, pastAndPresent, policyOf, removalNotes } from "./removal-plan";
import { listing, plain } from "../model/text";
import { unobservedToken } from "./unplanned";

/**
 * What a destroy of an app's stacks does to each container that is there, declared or not: as the last deploy recorded it,
 * for that is what the teardown on the host goes by. Which stacks and machines are destroyed is Terraform's state's to say.
 */
export function planDestroy(input: AppInput): Plan {
  const hosts = new Map(input.hosts.map((planned) => [planned.host.construct, planned]));
  const declared = new Map(input.containers.map((container) => [`${container.host}\n${container.name}`, container]));
  const removals = input.owners.flatMap(({ stack, owner, hosts: used }) =>
    [...new Set(used)].flatMap((construct): RemovalPlan[] => {
      const planned = hosts.get(construct);
      if (!planned) return [];
      const base = { stack, host: construct, owner };
      if (planned.observation.kind !== "observed") {
        return [{ ...base, containers: [], apply: { kind: "settled", token: unobservedToken(planned) } }];
      }
      const seen = planned.observation.host;
      const owned = ownedOn(seen).get(owner) ?? [];
      const containers = owned.map((observed) => {
        const wanted = declared.get(`${construct}\n${observed.name}`);
        return destruction(stack, planned, seen, observed, wanted?.owner === owner ? wanted : undefined);
      });
      const barred = withBars(containers, owned, planned.host.label);
      const going = barred.filter(({ apply }) => apply.kind === "run").map(({ name }) => name);
      return [
        {
          ...base,
          containers: barred,
          apply:
            going.length === 0
              ? { kind: "settled", token: "nothing to destroy" }
              : { kind: "run", words: `destroy: ${going.join(", ")}` },
        },
      ];
    }),
  );
  return { version: 1, hosts: input.hosts.map(destroyedHost), containers: [], removals };
}

function destroyedHost(planned: PlannedHost): HostPlan {
  const { notes, ...host } = hostPlan(planned, [], false);
  const { observation } = planned;
  if (observation.kind !== "unobserved" || observation.reason !== "address") return { ...host, notes };
  const words =
    "its address is only known after apply, so it was not observed: whatever the stack has there is removed, as the last deploy of each container recorded it";
  return { ...host, notes: [words] };
}

function destruction(
  stack: string,
  { host }: PlannedHost,
  seen: ObservedHost,
  observed: ObservedContainer,
  wanted: PlannedContainer | undefined,
): ContainerPlan {
  const policy = policyOf(observed);
  const where = {
    ...(wanted && { construct: wanted.construct }),
    host: host.label,
    container: observed.name,
  };
  const problems = [
    ...halfwayProblem(observed, seen),
    ...protectProblem(observed),
    ...(policy === "archive" ? mountProblem(observed) : []),
    ...machineProblem(observed, seen),
  ].map((problem): Problem => ({ code: "conflict", where, ...problem }));
  const [problem] = problems;
  return {
    stack,
    host: host.construct,
    name: observed.name,
    ...(wanted && { construct: wanted.construct }),
    action: "remove",
    effect: policy === "destroy" ? "danger" : "none",
    changes: [],
    config: [],
    notes: problem
      ? []
      : [
          ...pastAndPresent(observed, seen, host.label),
          ...removalNotes(observed, policy, seen),
          ...codeNotes(observed, policy, wanted),
        ],
    ...(problem && { problem }),
    problems,
    removal: policy,
    apply: problem ? { kind: "settled", token: "refused" } : { kind: "run", words: `destroy: ${observed.name}` },
    base: observed.digest || absentBase,
    stateVersion: observed.journal?.stateVersion ?? "",
    stopFirst: [],
    after: [],
  };
}

type Words = Pick<Problem, "what" | "remedy">;

function protectProblem({ name, journal }: ObservedContainer): Words[] {
  if (!journal?.protect) return [];
  return [
    {
      what: `${name} is protected, so a destroy fails and removes nothing of its stack from this host`,
      remedy: "deploy it with `protect: false` first",
    },
  ];
}

/** The teardown of another machine-id finds it here, and fails. */
function machineProblem({ name, journal }: ObservedContainer, { machineId }: ObservedHost): Words[] {
  const machine = journal?.machine ?? "";
  if (!/^[0-9a-f]{32}$/.test(machine) || machine === machineId) return [];
  return [
    {
      what: `${name} was deployed when the host had the machine-id ${machine}, and it has ${plain(machineId, 40)} now: a destroy fails and removes nothing of it`,
      remedy: "deploy once more, which notes the new one, and destroy then",
    },
  ];
}

/** Where the code says otherwise than what was deployed. */
function codeNotes({ journal }: ObservedContainer, policy: string, wanted: PlannedContainer | undefined): string[] {
  if (!wanted) return ["the code no longer declares it"];
  if (!journal || (wanted.removalPolicy === policy && wanted.protect === journal.protect)) return [];
  const now = `removalPolicy: "${wanted.removalPolicy}"${wanted.protect ? ", protect: true" : ""}`;
  return [`the code says ${now} by now, which counts once it is deployed`];
}

/** One that is protected keeps its whole stack on the host. */
function withBars(
  plans: readonly ContainerPlan[],
  owned: readonly ObservedContainer[],
  label: string,
): readonly ContainerPlan[] {
  const bars = owned.filter(({ journal }) => journal?.protect).map(({ name }) => name);
  if (bars.length === 0) return plans;
  const are = bars.length === 1 ? "is" : "are";
  return plans.map((plan): ContainerPlan => {
    if (plan.problems.length > 0) return plan;
    const { removal: _removal, ...rest } = plan;
    return {
      ...rest,
      action: "none",
      effect: "none",
      notes: [
        `it stays: ${listing(bars)} ${are} protected, and then nothing of ${plan.stack} is removed from ${label}`,
      ],
      apply: { kind: "settled", token: "stays" },
    };
  });
}
