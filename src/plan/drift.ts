import type { DesiredContainer } from "../model/container";
import { containerModule, moduleLines, readContainerModule } from "../model/module";
import type { Journal, ObservedContainer, ObservedHost } from "../model/observed";
import { linesOf } from "../model/options";
import { configDiff, seenFiles } from "./config-diff";
import { isRemoval, losesData, removalChanges } from "./cut-removal";
import { sha256, treeDigest } from "./digest";
import type { Change, Effect, FileDiff } from "./plan";
import { optionChanges } from "./option-change";
import { keptStateVersion } from "./state-version";
import { plain, storeName } from "../model/text";

/** What differs between the code and a container of ours on its host. */
export interface Drift {
  readonly changes: readonly Change[];
  readonly config: readonly FileDiff[];
  /** Whether mending it builds the container's system anew. */
  readonly builds: boolean;
}

/** Compares a container of ours with the code; no changes means that converge would find nothing to do. */
export function driftOf(
  desired: DesiredContainer,
  observed: ObservedContainer,
  journal: Journal,
  host: ObservedHost,
): Drift {
  // A container that is not running, or shall not be, is neither reloaded nor restarted.
  const live = observed.unit === "up" && desired.running;
  const reload: Effect = live ? "reload" : "none";

  const unfinished: Change[] = isRemoval(observed.intent)
    ? removalChanges(observed)
    : observed.intent
      ? [
          {
            property: "unfinished change",
            before: plain(observed.intent.action) || "unknown",
            after: "finished",
            effect: reload,
          },
        ]
      : [];
  const kept = keptStateVersion(observed, journal);
  const version = stateVersionChange(desired, kept);
  const files = moduleChanges(desired, observed, { ...journal, stateVersion: kept }, version.length > 0, reload);
  const built = [
    ...files.changes,
    ...generatedChange(observed, journal, reload),
    ...version,
    ...nixpkgsChange(desired, journal, host, reload),
  ];
  const moved = observed.profile !== journal.system;
  // A configuration.nix names its container.
  const isRenamed = observed.renaming !== undefined && observed.renaming.kind !== "undo";
  const builds =
    built.length > 0 || moved || losesData(unfinished) || insideDiffers(desired, observed, journal) || isRenamed;
  return {
    changes: [
      ...unfinished,
      ...built,
      ...(moved ? [profileChange(observed, journal, built.length > 0, live)] : []),
      ...systemChange(observed, reload),
      ...optionChanges({ desired, observed, host, journal, live }),
      ...machineChange(journal, host),
    ],
    config: files.config,
    builds,
  };
}

/** The module files: what the code changed, and what somebody edited on the host. */
function moduleChanges(
  desired: DesiredContainer,
  observed: ObservedContainer,
  journal: Journal,
  versionMoves: boolean,
  effect: Effect,
): { readonly changes: Change[]; readonly config: FileDiff[] } {
  const { config } = desired;
  const seen = seenFiles(observed, journal.module);
  const changes: Change[] = [];
  const wanted = config.digest === journal.config;
  if (!wanted) changes.push({ property: "config", effect });
  const digest = treeDigest(seen.digests);
  if (digest !== journal.config) {
    const before = seen.digests.size === 0 ? "missing" : "edited since the last deploy";
    changes.push({ property: "module files on the host", before, after: "as in the code", effect });
  }
  changes.push(...moduleFrameChange(desired, observed, journal, versionMoves, effect));
  return { changes, config: wanted && digest === config.digest ? [] : configDiff(config, seen) };
}

/** Our own container.nix beside them: which file it imports. */
function moduleFrameChange(
  desired: DesiredContainer,
  observed: ObservedContainer,
  journal: Journal,
  versionMoves: boolean,
  effect: Effect,
): Change[] {
  const path = `${journal.module}/container.nix`;
  const seen = observed.modules.get(path);
  const { entry } = desired.config;
  const lines = linesOf(desired, { systemControl: "writable" });
  if (seen === sha256(containerModule(entry, journal.stateVersion, lines))) return [];
  if (seen === undefined) {
    return [{ property: "container.nix on the host", before: "missing", after: "as we write it", effect }];
  }
  const said = readContainerModule(observed.texts.get(path) ?? "");
  if (said && said.entry !== entry && said.stateVersion === journal.stateVersion) {
    return [{ property: "config entry", before: plain(said.entry), after: plain(entry), effect }];
  }
  // What differs in what options set inside, they tell.
  const versions = versionMoves ? [journal.stateVersion, desired.stateVersion ?? ""] : [journal.stateVersion];
  if (said && versions.some((version) => seen === sha256(containerModule(entry, version, said.lines)))) return [];
  return [
    { property: "container.nix on the host", before: "edited since the last deploy", after: "as we write it", effect },
  ];
}

/** Whether the module of ours sets other options inside than it shall. */
function insideDiffers(desired: DesiredContainer, observed: ObservedContainer, journal: Journal): boolean {
  const said = readContainerModule(observed.texts.get(`${journal.module}/container.nix`) ?? "");
  const wanted = moduleLines(linesOf(desired, { systemControl: "writable" }));
  return said !== undefined && moduleLines(said.lines).join("\n") !== wanted.join("\n");
}

/** configuration.nix as nixos-container wrote it. */
function generatedChange(observed: ObservedContainer, journal: Journal, effect: Effect): Change[] {
  if (observed.nixos === journal.nixos) return [];
  if (observed.nixos === undefined && observed.root === undefined) {
    if (isRemoval(observed.intent)) return []; // told as a change of its own
    return [
      { property: "root directory", before: "missing, and its data with it", after: "made anew", effect: "recreate" },
    ];
  }
  const before = observed.nixos === undefined ? "missing" : "edited since the last deploy";
  return [{ property: "configuration.nix on the host", before, after: "as nixos-container writes it", effect }];
}

function stateVersionChange(desired: DesiredContainer, kept: string): Change[] {
  if (desired.stateVersion === undefined || desired.stateVersion === kept) return [];
  const before = kept === "" ? "not set" : plain(kept);
  return [{ property: "stateVersion", before, after: desired.stateVersion, effect: "danger" }];
}

function nixpkgsChange(desired: DesiredContainer, journal: Journal, host: ObservedHost, effect: Effect): Change[] {
  const moved = nixpkgsMove(journal, host);
  if (!desired.followNixpkgs || !moved) return [];
  return [{ property: "nixpkgs", before: moved.before, after: moved.after, effect }];
}

/** From which nixpkgs to which the host moved since the container was built; undefined when it did not. */
export function nixpkgsMove(
  journal: Journal,
  host: ObservedHost,
): { readonly before: string; readonly after: string } | undefined {
  if (host.nixpkgs === undefined || host.nixpkgs === journal.nixpkgs) return undefined;
  const [was, is] = [journal.nixpkgsRelease, host.nixpkgsRelease ?? ""];
  if (was !== "" && is !== "" && was !== is) return { before: plain(was), after: plain(is) };
  if (journal.nixpkgs === "") return { before: "an unknown nixpkgs", after: plain(is) || storeName(host.nixpkgs) };
  return { before: storeName(journal.nixpkgs), after: storeName(host.nixpkgs) };
}

/** The profile was switched, rolled back or deleted by somebody else. */
function profileChange(observed: ObservedContainer, journal: Journal, anew: boolean, live: boolean): Change {
  const property = "system profile";
  const after = anew ? "built anew" : storeName(journal.system);
  if (observed.profile !== undefined) {
    const before = `${storeName(observed.profile)}, not the last deploy's`;
    return { property, before, after, effect: live ? "reload" : "none" };
  }
  // Nothing keeps the system from being garbage: should it be gone, the container is made anew on its data.
  return {
    property,
    before: "missing",
    after: anew ? after : `${after}, if it is still in the store`,
    effect: live ? "restart" : "none",
  };
}

/** What runs inside is not what the profile leads to: a reload was missed, or somebody switched inside. */
function systemChange(observed: ObservedContainer, effect: Effect): Change[] {
  if (observed.unit !== "up" || observed.running === observed.profile) return [];
  const before = observed.running === undefined ? "could not be read" : storeName(observed.running);
  return [{ property: "running system", before, after: "the profile's", effect }];
}

/** Under which machine-id it is removed one day: noted anew, so that the teardown of the old one leaves it alone. */
function machineChange({ machine }: Journal, host: ObservedHost): Change[] {
  if (machine === host.machineId) return [];
  const short = (id: string): string => (/^[0-9a-f]{32}$/.test(id) ? `${id.slice(0, 8)}…` : plain(id, 60));
  const before = machine === "" ? "not noted" : short(machine);
  return [{ property: "machine-id of the host", before, after: short(host.machineId), effect: "none" }];
}
