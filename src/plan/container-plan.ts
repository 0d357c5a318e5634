import type { Problem } from "../model/error";
import { factsOf, type HostFacts } from "../model/host-facts";
import type { ObservedContainer, ObservedHost } from "../model/observed";
import { options } from "../model/options";
import { adoption } from "./adoption";
import { absentBase } from "./digest";
import type { Draft } from "./draft";
import { driftOf } from "./drift";
import { actionFor, worstEffect } from "./effect";
import type { PlannedContainer } from "./input";
import { creation } from "./newcomer";
import { driftNotes, inputNotes, versionNote } from "./note";
import type { ContainerPlan } from "./plan";
import { preflightProblems, syntaxProblems } from "./preflight";
import { renameDraft } from "./rename";
import { standingOf } from "./standing";
import { isVersionUnknown, stateVersionFor } from "./state-version";
import { refusal } from "./refusal";
import { failureWords, whileUnderWay } from "./under-way";
import { runWords } from "./words";

export { factsOf, type HostFacts };

/** The plan of one container before its neighbours are looked at, and whether it builds. */
export interface Drafted {
  readonly plan: ContainerPlan;
  readonly builds: boolean;
}

/** Plans one container of an observed host by itself. */
export function planContainer(desired: PlannedContainer, facts: HostFacts): Drafted {
  const observed = facts.host.containers.get(desired.name);
  const underWay = facts.host.underWay.get(desired.name);
  const found = draftOf(desired, observed, facts);
  const renaming = observed?.renaming;
  const alone = observed && renaming ? renameDraft(found, desired, observed, renaming) : found;
  const draft = underWay ? whileUnderWay(alone, underWay, facts.label) : alone;
  const failure = underWay ? undefined : failureOf(desired, draft, facts.host);
  const stateVersion = stateVersionFor(desired, observed, facts.host);
  const { action, changes, config, remark } = draft;
  const idle = underWay !== undefined || action === "none" || action === "conflict" || action === "stop";
  const problems: Problem[] = [
    ...(draft.problem ? [draft.problem] : []),
    ...(!idle && isVersionUnknown(desired, observed) ? [versionProblem(desired, facts)] : []),
    ...syntaxProblems(desired, facts),
    ...(idle ? [] : preflightProblems(desired, observed, facts)),
    ...(desired.chosen?.problems ?? []),
  ];
  const [problem] = problems;
  const notes = [
    ...(failure === undefined ? [] : [failure]),
    ...draft.notes,
    ...inputNotes(desired, draft),
    ...(action === "create" || changes.some(({ property }) => /^network\..*Address/.test(property))
      ? (desired.chosen?.notes ?? [])
      : []),
    ...versionNote(stateVersion, action),
  ];
  if (["create", "adopt", "rename", "update"].includes(action)) {
    const connects =
      action !== "update" || changes.some(({ property }) => /^(network\.|copyResolvConf)/.test(property));
    const sight = { connects, ...(observed && { observed }) };
    notes.push(...options.flatMap((option) => option.advice?.(desired, facts.host, sight) ?? []));
  }
  const plan: ContainerPlan = {
    stack: desired.stack,
    host: desired.host,
    name: desired.name,
    construct: desired.construct,
    action,
    effect: worstEffect([draft.effect, ...changes.map(({ effect }) => effect)]),
    changes,
    config,
    notes,
    ...(problem && { problem }),
    problems,
    apply:
      action === "none" || action === "conflict"
        ? { kind: "settled", token: action === "none" ? draft.token : `not planned: ${problem?.what ?? "conflict"}` }
        : {
            kind: "run",
            words: runWords(action, desired.name, changes, remark) + (failure === undefined ? "" : `\n${failure}`),
          },
    base: observed?.digest ?? absentBase,
    stateVersion,
    ...(renaming && { otherName: renaming.other }),
    stopFirst: [],
    after: [],
  };
  return { plan, builds: draft.builds };
}

/** What its last deploy failed with, where this one tries again. */
function failureOf(desired: PlannedContainer, { action }: Draft, { failures }: ObservedHost): string | undefined {
  const failure = failures.get(desired.name);
  if (failure?.owner !== desired.owner || action === "none" || action === "conflict") return undefined;
  return failureWords(failure);
}

function versionProblem({ name, construct }: PlannedContainer, { host, label }: HostFacts): Problem {
  return {
    code: "host",
    what: `${host.stateDir}/${name} holds data of an earlier container, and nothing tells the stateVersion it was made with`,
    where: { construct, host: label, container: name },
    remedy:
      'set stateVersion to it, such as stateVersion: "23.11": its old configuration tells, else the release that was current when it was first made; from the archive, the line state-version= of the journal there',
  };
}

function draftOf(desired: PlannedContainer, observed: ObservedContainer | undefined, facts: HostFacts): Draft {
  const standing = standingOf(observed, desired.owner);
  const refused = renamingProblem(desired, observed, facts.label) ?? refusal(desired, standing, facts.label);
  if (refused) {
    return {
      action: "conflict",
      effect: "none",
      changes: [],
      config: [],
      notes: [],
      builds: false,
      token: "",
      problem: refused,
    };
  }
  if (observed && standing.kind === "vanished" && canGoOn(observed)) return update(desired, observed, facts.host);
  if (!observed || standing.kind === "absent" || standing.kind === "remains" || standing.kind === "vanished") {
    return creation(desired, observed, standing, facts.host);
  }
  if (standing.kind === "begun" && !standing.built) return creation(desired, observed, standing, facts.host);
  if (standing.kind !== "ours") return adoption(desired, observed, standing, facts.host);
  return update(desired, observed, facts.host);
}

function renamingProblem(
  { construct, name }: PlannedContainer,
  observed: ObservedContainer | undefined,
  label: string,
): Problem | undefined {
  const problem = observed?.renaming?.problem;
  return problem && { code: "conflict", ...problem, where: { construct, host: label, container: name } };
}

/** Whether nothing but its conf is gone. */
function canGoOn({ journal, root, profile }: ObservedContainer): boolean {
  return journal !== undefined && root !== undefined && profile !== undefined;
}

/** A container of ours that stands. */
function update(desired: PlannedContainer, observed: ObservedContainer, host: ObservedHost): Draft {
  const { journal } = observed;
  if (!journal) throw new Error("a container of ours has a journal");
  const { changes, config, builds } = driftOf(desired, observed, journal, host);
  return {
    action: actionFor(changes),
    effect: "none",
    changes,
    config,
    notes: driftNotes(desired, observed, journal, host, { changes, builds }),
    builds,
    token: journal.token,
  };
}
