import { confEntries, parseConf } from "../model/conf";
import type { DesiredContainer } from "../model/container";
import type { Problem } from "../model/error";
import type { ObservedContainer, ObservedHost } from "../model/observed";
import { confChanges } from "./conf-change";
import { configDiff, likelyFiles } from "./config-diff";
import { dataDeleted, isRemoval, losesData, removalChanges, removalUndone } from "./cut-removal";
import type { Action, Change, Effect, FileDiff } from "./plan";
import { settingChanges } from "./setting-change";
import type { Standing } from "./standing";
import { builtStateVersion, releaseVersion, stateVersionFor } from "./state-version";
import { count } from "./text";

/** What becomes of one container, before words and problems of its host. */
export interface Draft {
  readonly action: Action;
  /** What the action itself costs, beside its changes. */
  readonly effect: Effect;
  readonly changes: readonly Change[];
  readonly config: readonly FileDiff[];
  readonly notes: readonly string[];
  readonly builds: boolean;
  /** The journal's token. */
  readonly token: string;
  readonly problem?: Problem;
  /** What is special about it, for the words of the run. */
  readonly remark?: string;
}

/** A container that is made: there is none, or what there is has no conf. */
export function creation(
  desired: DesiredContainer,
  observed: ObservedContainer | undefined,
  standing: Standing,
  host: ObservedHost,
): Draft {
  const special = creationRemark(standing, observed);
  const deleted = observed ? removalChanges(observed).filter(({ effect }) => effect === "danger") : [];
  return {
    action: "create",
    effect: special?.effect ?? "none",
    changes: [
      ...deleted.map(({ property, after = "", effect }) => ({ property, after, effect })),
      ...creationChanges(desired, stateVersionFor(desired, observed, host)),
    ],
    config: configDiff(desired.config),
    notes: special ? special.notes : [],
    builds: true,
    token: "",
    ...(special && { remark: special.remark }),
  };
}

function creationRemark(
  standing: Standing,
  observed: ObservedContainer | undefined,
): { readonly effect: Effect; readonly remark: string; readonly notes: readonly string[] } | undefined {
  const data = observed?.root !== undefined;
  if (observed && isRemoval(observed.intent)) {
    return observed.intent?.deleting
      ? {
          effect: "danger",
          remark: "whose data was being deleted when its removal was cut off",
          notes: [dataDeleted],
        }
      : {
          effect: "recreate",
          remark: "whose removal was cut off",
          notes: ["an earlier removal was cut off: what it had moved into the archive comes back"],
        };
  }
  switch (standing.kind) {
    case "remains":
      return {
        effect: "danger",
        remark: "on the data of an earlier container",
        notes: [
          "its directory on the host holds data of an earlier container, which is used again: compare stateVersion with what that one was made with",
        ],
      };
    case "vanished":
      return {
        effect: "recreate",
        remark: data ? "which lost its conf; its data is used again" : "which was removed behind our back",
        notes: [
          data
            ? "its conf was removed on the host; its root directory is still there and is used again"
            : "it was removed on the host, and its data with it: it is made anew",
        ],
      };
    case "begun":
      return {
        effect: "none",
        remark: "an earlier create was cut off",
        notes: ["an earlier create was cut off: it is taken up again"],
      };
    default:
      return undefined;
  }
}

/** What a new container is given: only what differs from an empty one. */
function creationChanges(desired: DesiredContainer, stateVersion: string): Change[] {
  const conf = new Map([...confEntries(desired)].filter(([key]) => key !== "COPY_RESOLV_CONF"));
  const given = (property: string, after: string | undefined): Change[] =>
    after === undefined ? [] : [{ property, after, effect: "none" }];
  return [
    ...given("config", count(desired.config.files.length, "file")),
    ...given("stateVersion", stateVersion === "" ? undefined : stateVersion),
    ...confChanges(new Map(), conf, "none"),
    ...given("running", desired.running ? undefined : "false"),
    ...given("autoStart", desired.autoStart ? (desired.running ? "true" : "true, once it shall run") : undefined),
    ...given("timeouts.start", desired.startTimeout === undefined ? undefined : `${desired.startTimeout} s`),
    ...given("removalPolicy", desired.removalPolicy === "archive" ? undefined : desired.removalPolicy),
    ...given("protect", desired.protect ? "true" : undefined),
  ];
}

/** A container that is there, and of which no journal of ours tells. */
export function adoption(desired: DesiredContainer, observed: ObservedContainer, standing: Standing): Draft {
  const live = observed.unit === "up" && desired.running;
  const seen = standing.kind === "unmanaged" ? undefined : likelyFiles(observed, desired.config.digest);
  const version = versionChange(desired, observed);
  const changes: Change[] = [
    ...removalChanges(observed),
    {
      property: "config",
      before: seen ? "unknown: its journal is gone" : "its own",
      after: count(desired.config.files.length, "file"),
      effect: live ? "reload" : "none",
    },
    ...version,
    ...confChanges(parseConf(observed.conf ?? []), confEntries(desired), live ? "restart" : "none"),
    ...settingChanges(desired, observed),
  ];
  const remark = adoptionRemark(standing);
  return {
    action: "adopt",
    effect: "none",
    changes,
    config: configDiff(desired.config, seen),
    notes: [...adoptionNotes(desired, observed, standing)],
    builds: true,
    token: "",
    ...(remark !== undefined && { remark }),
  };
}

function adoptionRemark(standing: Standing): string | undefined {
  if (standing.kind === "lost") return "whose journal was lost";
  if (standing.kind !== "begun") return undefined;
  return isRemoval(standing.intent) ? "whose removal was cut off" : "which an earlier change left unfinished";
}

function versionChange(desired: DesiredContainer, observed: ObservedContainer): Change[] {
  const built = builtStateVersion(observed);
  const release = releaseVersion(observed.release);
  // A release is only a guess at what an unmanaged container was made with: no change, but a note.
  if (
    desired.stateVersion === undefined ||
    built === undefined ||
    built === desired.stateVersion ||
    built === release
  ) {
    return [];
  }
  return [{ property: "stateVersion", before: built, after: desired.stateVersion, effect: "danger" }];
}

function adoptionNotes(desired: DesiredContainer, observed: ObservedContainer, standing: Standing): string[] {
  if (standing.kind === "lost") {
    return ["its journal was lost, its conf says that it is ours: it is adopted again, with its data"];
  }
  if (standing.kind === "begun" && isRemoval(standing.intent)) {
    return [losesData(removalChanges(observed)) ? dataDeleted : removalUndone];
  }
  if (standing.kind === "begun") return ["an earlier change was cut off: it is taken up again"];
  const notes = ["it is taken over with its data; its own configuration gives way to this one"];
  const release = releaseVersion(observed.release);
  if (release !== undefined && desired.stateVersion !== undefined && desired.stateVersion !== release) {
    notes.push(
      `it runs ${release}, and stateVersion is set to ${desired.stateVersion}: right only if it was made with that one, for PostgreSQL and others choose their data directory by it`,
    );
  } else if (desired.stateVersion === undefined && release !== undefined) {
    notes.push(
      `its stateVersion is taken to be ${release}, the release it runs: set it if its own configuration says otherwise`,
    );
  }
  return notes;
}
