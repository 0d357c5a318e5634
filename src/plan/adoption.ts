import type { DesiredContainer } from "../model/container";
import type { ObservedContainer, ObservedHost } from "../model/observed";
import { configDiff, foundFiles, likelyFiles } from "./config-diff";
import { dataDeleted, isRemoval, losesData, removalChanges, removalUndone } from "./cut-removal";
import type { Draft } from "./draft";
import type { Change } from "./plan";
import { optionChanges } from "./option-change";
import type { Standing } from "./standing";
import { recordedStateVersion, releaseVersion, stateVersionFor } from "./state-version";
import { count, listing, plain } from "../model/text";

/** A container that is there, and of which no journal of ours tells. */
export function adoption(
  desired: DesiredContainer,
  observed: ObservedContainer,
  standing: Standing,
  host: ObservedHost,
): Draft {
  const live = observed.unit === "up" && desired.running;
  const seen =
    standing.kind === "unmanaged"
      ? foundFiles(observed, desired.config.entry)
      : likelyFiles(observed, desired.config.digest);
  const version = versionChange(desired, observed, standing, host);
  const changes: Change[] = [
    ...removalChanges(observed),
    ...rootChange(observed),
    {
      property: "config",
      before: standing.kind !== "unmanaged" && seen ? "unknown: its journal is gone" : "its own",
      after: count(desired.config.files.length, "file"),
      effect: live ? "reload" : "none",
    },
    ...version,
    ...profileChange(observed, live),
    ...optionChanges({ desired, observed, host, live }),
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

/** Without a profile there is nothing to go on with: what runs is stopped, and made anew on its data. */
function profileChange({ profile }: ObservedContainer, live: boolean): Change[] {
  if (profile !== undefined) return [];
  return [{ property: "system profile", before: "missing", after: "built anew", effect: live ? "restart" : "none" }];
}

/** A root directory that is missing, and in no archive. */
function rootChange({ root, intent }: ObservedContainer): Change[] {
  if (root !== undefined || isRemoval(intent)) return [];
  return [
    { property: "root directory", before: "missing, and its data with it", after: "made anew", effect: "recreate" },
  ];
}

function versionChange(
  desired: DesiredContainer,
  observed: ObservedContainer,
  standing: Standing,
  host: ObservedHost,
): Change[] {
  const recorded = recordedStateVersion(observed);
  const after = stateVersionFor(desired, observed, host);
  if (recorded !== undefined) {
    return recorded === after ? [] : [{ property: "stateVersion", before: plain(recorded), after, effect: "danger" }];
  }
  // Of a container that nobody managed, the release is told in a note; one of ours had a version that is lost.
  if (standing.kind !== "lost" || desired.stateVersion !== undefined) return [];
  return [{ property: "stateVersion", before: "lost with its journal", after: after || "not set", effect: "danger" }];
}

function adoptionNotes(desired: DesiredContainer, observed: ObservedContainer, standing: Standing): string[] {
  if (standing.kind === "lost") {
    const data = observed.root === undefined ? "" : ", with its data";
    const who = observed.claim === undefined ? "was lost, its conf says" : "is damaged, what is left of it says";
    return [
      `its journal ${who} that it is ours: it is adopted again${data}`,
      ...(recordedStateVersion(observed) === undefined && desired.stateVersion === undefined
        ? ["nothing tells its stateVersion any more: set it to what it was made with before you deploy"]
        : []),
    ];
  }
  if (standing.kind === "begun" && isRemoval(standing.intent)) {
    return [losesData(removalChanges(observed)) ? dataDeleted : removalUndone];
  }
  if (standing.kind === "begun") return ["an earlier change was cut off: it is taken up again"];
  const taken = observed.root === undefined ? "without data, for its root directory is missing" : "with its data";
  const shown = observed.found && "text" in observed.found ? ", which the lines with - are of," : "";
  return [
    `it is taken over ${taken}; its own configuration${shown} gives way to this one`,
    ...(observed.found && "why" in observed.found
      ? [`its configuration.nix is overwritten, and not shown here: ${plain(observed.found.why)}`]
      : []),
    ...keptNotes(desired),
    ...versionNotes(desired, observed),
  ];
}

/** What its conf says that no option can. */
function keptNotes({ kept = new Map<string, string>() }: DesiredContainer): string[] {
  if (kept.size === 0) return [];
  const entries = [...kept].map(([key, value]) => plain(`${key}=${value}`, 80));
  return [`its conf says what no option can, and that is kept as it is: ${listing(entries)}`];
}

/** What its stateVersion is taken to be, where nobody can know. */
function versionNotes(desired: DesiredContainer, observed: ObservedContainer): string[] {
  const recorded = recordedStateVersion(observed);
  const release = releaseVersion(observed.release);
  if (desired.stateVersion === undefined) {
    if (recorded !== undefined) return [`its stateVersion stays ${recorded}, as an earlier deploy wrote it`];
    if (release === undefined) return [];
    return [
      `its stateVersion is taken to be ${release}, the release it runs: set it if its own configuration says otherwise`,
    ];
  }
  if (recorded !== undefined || release === undefined || desired.stateVersion === release) return [];
  return [
    `it runs ${release}, and stateVersion is set to ${desired.stateVersion}: right only if it was made with that one, for PostgreSQL and others choose their data directory by it`,
  ];
}
