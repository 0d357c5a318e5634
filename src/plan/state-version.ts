import type { DesiredContainer } from "../model/container";
import { readContainerModule } from "../model/module";
import type { ObservedContainer, ObservedHost } from "../model/observed";

/** The state version a container without a journal was built with, as far as the host can tell. */
export function builtStateVersion(observed: ObservedContainer | undefined): string | undefined {
  if (!observed) return undefined;
  const written = new Set<string>();
  for (const [path, text] of observed.texts) {
    if (!path.endsWith("/container.nix") || path.split("/").length !== 2) continue;
    const version = readContainerModule(text)?.stateVersion;
    if (version) written.add(version);
  }
  const [only] = written;
  return written.size === 1 ? only : releaseVersion(observed.release);
}

/** The state version to build with; empty when nothing tells (then a note says so). */
export function stateVersionFor(
  desired: DesiredContainer,
  observed: ObservedContainer | undefined,
  host: ObservedHost,
): string {
  return (
    desired.stateVersion ??
    observed?.journal?.stateVersion ??
    builtStateVersion(observed) ??
    releaseVersion(host.nixpkgsRelease) ??
    ""
  );
}

/** `25.05` of `25.05.20250612.abcdef0`. */
export function releaseVersion(release: string | undefined): string | undefined {
  return /^(\d\d\.\d\d)(?!\d)/.exec(release ?? "")?.[1];
}
