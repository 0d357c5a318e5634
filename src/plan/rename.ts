import type { DesiredContainer } from "../model/container";
import type { Problem } from "../model/error";
import type { ObservedContainer, ObservedHost, Renaming } from "../model/observed";
import { plain } from "../model/text";
import { absentBase, sha256 } from "./digest";
import type { Draft } from "./draft";
import type { AppInput, PlannedContainer } from "./input";
import type { Change } from "./plan";
import { ownerOf, standingOf } from "./standing";

/** The containers of a host by name. */
type Containers = ReadonlyMap<string, ObservedContainer>;

/**
 * Looks at a container that is renamed, or whose rename was cut off, as one: what is there of both names stands under the one
 * that the code has. All else, such as addresses that are kept and what is removed, follows from that.
 */
export function withRenames(input: AppInput): AppInput {
  const hosts = input.hosts.map((planned) => {
    const { observation } = planned;
    if (observation.kind !== "observed") return planned;
    const here = input.containers.filter(({ host }) => host === planned.host.construct);
    const containers = renamedOn(observation.host, here);
    return containers === observation.host.containers
      ? planned
      : { ...planned, observation: { ...observation, host: { ...observation.host, containers } } };
  });
  return { ...input, hosts };
}

function renamedOn(host: ObservedHost, declared: readonly PlannedContainer[]): Containers {
  const named = new Map(declared.map((container) => [container.name, container]));
  let seen: Containers = host.containers;
  for (const { name: fresh, intent } of host.containers.values()) {
    const old = intent?.from;
    if (old === undefined || old === fresh) continue;
    const [isNew, isOld] = [named.has(fresh), named.has(old)];
    if (isNew && isOld) {
      for (const [name, other] of [
        [fresh, old],
        [old, fresh],
      ] as const) {
        seen = put(seen, {
          ...(seen.get(name) ?? nothing(name)),
          renaming: { kind: "unfinished", other, problem: both },
        });
      }
    } else if (isNew) seen = joined(seen, fresh, { kind: "unfinished", other: old });
    else if (isOld) seen = joined(seen, old, { kind: "undo", other: fresh });
  }
  for (const { name, renamedFrom: old, owner } of declared) {
    if (old === undefined || named.has(old) || seen.has(name)) continue;
    const other = seen.get(old);
    if (!other || standingOf(other, owner).kind === "absent") continue;
    const problem = begunProblem(other, owner);
    const renaming: Renaming = { kind: "begin", other: old, ...(problem && { problem }) };
    // What is not ours stays what it is.
    const isOurs = !other.declarative && ownerOf(other) === owner;
    seen = isOurs ? joined(seen, name, renaming) : put(seen, { ...nothing(name), renaming });
  }
  return seen;
}

const both: Renaming["problem"] = {
  what: "the rename between the two was cut off, and the code declares both names",
  remedy: "deploy one of them alone first: the new one to end the rename, or the old one to undo it",
};

/** Why a container cannot be renamed as it is. */
function begunProblem(old: ObservedContainer, owner: string): Renaming["problem"] {
  const { name } = old;
  const standing = standingOf(old, owner);
  const said = (what: string, remedy: string): Renaming["problem"] => ({
    what: `renamedFrom ${JSON.stringify(plain(name))} ${what}`,
    remedy,
  });
  const first = "declare it under its old name and deploy that first, then rename it";
  switch (standing.kind) {
    case "declarative":
      return said("is declared by the host's own configuration", "adopt it under its old name first: see Adopting");
    case "foreign":
      return said(
        `belongs to ${JSON.stringify(plain(standing.owner))}, and this stack is ${JSON.stringify(plain(owner))}`,
        "rename it where it is declared, or leave renamedFrom out",
      );
    case "unmanaged":
    case "remains":
      return said("is managed by nobody", "adopt it under its old name first, then rename it");
    case "ours":
      break;
    default:
      return said("is not whole", first);
  }
  if (old.intent) return said("was left by a change or removal that was cut off", first);
  if (old.root === "mount")
    return said("has a root directory that is a mount point, which cannot be renamed", "keep its name");
  if (old.root === undefined || old.profile === undefined)
    return said("has lost its root directory or its system profile", first);
  return undefined;
}

function joined(seen: Containers, name: string, renaming: Renaming): Containers {
  const [own, other] = [seen.get(name), seen.get(renaming.other)];
  const after = new Map(seen);
  after.delete(renaming.other);
  return put(after, { ...merged(own, other ?? nothing(renaming.other)), name, renaming, digest: digestOf(own, other) });
}

/** What is there of one container under two names; where there is something under both, that of its own. */
function merged(own: ObservedContainer | undefined, other: ObservedContainer): ObservedContainer {
  const { intent: _, masked: _masked, ...moved } = other;
  if (!own) return moved;
  const { intent: _own, ...kept } = own;
  const told = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  return {
    ...moved,
    ...(told as Partial<ObservedContainer>),
    ...(own.unit === "down" && { unit: other.unit, active: other.active }),
    boot: own.boot || other.boot,
    declarative: own.declarative,
    name: own.name,
    digest: own.digest,
    dropIn: own.dropIn.length > 0 ? own.dropIn : other.dropIn,
    modules: new Map([...other.modules, ...own.modules]),
    texts: new Map([...other.texts, ...own.texts]),
  };
}

/** What the plan of a rename is computed from: both names, that of the code first (docs/host.md). */
function digestOf(own: ObservedContainer | undefined, other: ObservedContainer | undefined): string {
  return sha256(`${own?.digest ?? absentBase}\n${other?.digest ?? absentBase}\n`);
}

function nothing(name: string): ObservedContainer {
  const none: ReadonlyMap<string, string> = new Map();
  const state = { declarative: false, unit: "down", active: "", boot: false, dropIn: [] } as const;
  return { name, ...state, modules: none, texts: none, digest: absentBase };
}

function put(seen: Containers, container: ObservedContainer): Containers {
  return new Map([...seen, [container.name, container]]);
}

/** The plan of a container that is renamed, given what else it differs in. */
export function renameDraft(
  draft: Draft,
  { name, privateUsers, running }: DesiredContainer,
  { unit }: ObservedContainer,
  { kind, other }: Renaming,
): Draft {
  if (draft.action === "conflict") return draft;
  const effect = unit === "up" && running ? "restart" : "none";
  const [change, note]: [Change, string] =
    kind === "begin"
      ? [{ property: "name", before: other, after: name, effect }, follows(privateUsers === "pick")]
      : kind === "unfinished"
        ? [
            { property: "unfinished rename", before: `of ${other}`, after: "finished", effect },
            `the rename of ${other} was cut off: this deploy brings it to an end; ${follows(privateUsers === "pick")}`,
          ]
        : [
            { property: "unfinished rename", before: `to ${other}`, after: "undone", effect },
            `its rename to ${other} was cut off: this deploy undoes it, and its data stays with it`,
          ];
  return {
    ...draft,
    action: kind === "undo" ? "update" : "rename",
    changes: [change, ...draft.changes],
    notes: [note, ...draft.notes],
    builds: draft.builds || kind !== "undo",
  };
}

function follows(pick: boolean): string {
  const users = pick ? ", and so do the numbers of its users on the host" : "";
  return `its data moves with it; its interface on the host and its host name follow the new name${users}`;
}

/** Why a container that is halfway to another name, or from one, is not removed. */
export function halfwayProblem(
  { name, intent }: ObservedContainer,
  { containers }: ObservedHost,
): Pick<Problem, "what" | "remedy">[] {
  const other = intent?.from ?? [...containers.values()].find((one) => one.intent?.from === name)?.name;
  if (other === undefined) return [];
  return [
    {
      what: `${name} is part of a rename that was cut off, as ${plain(other, 64)} is: to remove one of them could part its data`,
      remedy: "declare it under one of the two names again, deploy that, and remove it then",
    },
  ];
}
