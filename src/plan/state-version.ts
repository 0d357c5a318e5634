import type { DesiredContainer } from "../model/container";
import { parseConf, stateVersionKey } from "../model/conf";
import { readContainerModule } from "../model/module";
import type { Journal, ObservedContainer, ObservedHost } from "../model/observed";
import { ownerOf } from "./standing";

/** The state version a container without a journal was built with, as far as the host can tell; its release is a guess. */
export function builtStateVersion(observed: ObservedContainer | undefined): string | undefined {
  return recordedStateVersion(observed) ?? releaseVersion(observed?.release);
}

/** The state version that we wrote down for it beside the journal: in container.nix, else in the conf. */
export function recordedStateVersion(observed: ObservedContainer | undefined): string | undefined {
  if (!observed) return undefined;
  const written = new Set<string>();
  for (const [path, text] of observed.texts) {
    if (!path.endsWith("/container.nix") || path.split("/").length !== 2) continue;
    const version = readContainerModule(text)?.stateVersion;
    if (version) written.add(version);
  }
  const [only] = written;
  return written.size === 1 ? only : releaseVersion(parseConf(observed.conf ?? []).get(stateVersionKey));
}

/** The state version that a container of ours has; empty when it was never determined. */
export function keptStateVersion(observed: ObservedContainer, journal: Journal): string {
  return journal.stateVersion || (recordedStateVersion(observed) ?? "");
}

/** Whether there is data of an earlier container, and nothing that tells with which state version it was made. */
export function isVersionUnknown(desired: DesiredContainer, observed: ObservedContainer | undefined): boolean {
  if (!observed?.root || ownerOf(observed) !== undefined) return false;
  return desired.stateVersion === undefined && builtStateVersion(observed) === undefined;
}

/** The state version to build with; empty when nothing tells (then a note says so). */
export function stateVersionFor(
  desired: DesiredContainer,
  observed: ObservedContainer | undefined,
  host: ObservedHost,
): string {
  if (desired.stateVersion !== undefined) return desired.stateVersion;
  if (observed?.journal) return keptStateVersion(observed, observed.journal);
  return builtStateVersion(observed) ?? releaseVersion(host.nixpkgsRelease) ?? "";
}

/** `25.05` of `25.05.20250612.abcdef0`. */
export function releaseVersion(release: string | undefined): string | undefined {
  return /^(\d\d\.\d\d)(?!\d)/.exec(release ?? "")?.[1];
}
