import type { DesiredContainer } from "../model/container";
import type { Journal, ObservedContainer, ObservedHost } from "../model/observed";
import { dataDeleted, isRemoval, losesData, removalUndone } from "./cut-removal";
import { nixpkgsMove } from "./drift";
import type { Action, Change } from "./plan";
import { releaseVersion } from "./state-version";

/** What a reader should know beside the changes of a container of ours. */
export function driftNotes(
  desired: DesiredContainer,
  observed: ObservedContainer,
  journal: Journal,
  host: ObservedHost,
  { changes, builds }: { readonly changes: readonly Change[]; readonly builds: boolean },
): string[] {
  const notes: string[] = [];
  if (isRemoval(observed.intent)) notes.push(losesData(changes) ? dataDeleted : removalUndone);
  else if (observed.intent) notes.push("an earlier change was cut off: this deploy brings it to an end");
  if (changes.some(({ property }) => property === "stateVersion")) {
    notes.push(
      "stateVersion moves: PostgreSQL and others choose their data directory by it, and may start on an empty one; keep it unless you have read what each service does",
    );
  }
  if (observed.profile !== undefined && observed.profile !== journal.system) {
    notes.push("somebody switched or rolled back its system since the last deploy");
  }
  const moved = nixpkgsMove(journal, host);
  if (!moved || desired.followNixpkgs) return notes;
  if (builds) {
    const [was, is] = [releaseVersion(journal.nixpkgsRelease), releaseVersion(host.nixpkgsRelease)];
    const leap = was !== undefined && is !== undefined && was !== is ? `; read the release notes of ${is}` : "";
    notes.push(
      `NIXPKGS MOVES WITH IT: it was built with ${moved.before}, and is now built with ${moved.after}, so any of its packages may change${leap}`,
    );
  } else {
    notes.push(
      `built with ${moved.before}, the host now has ${moved.after}; the next change that builds it takes that one`,
    );
  }
  return notes;
}

/** What its settings and its configuration have to say, while they are put into effect. */
export function inputNotes(
  { network, config }: DesiredContainer,
  {
    action,
    changes,
    builds,
  }: { readonly action: Action; readonly changes: readonly Change[]; readonly builds: boolean },
): string[] {
  const connects = action === "create" || changes.some(({ property }) => property === "network.privateNetwork");
  return [...(connects ? (network.notes ?? []) : []), ...(builds ? (config.notes ?? []) : [])];
}

/** That nothing tells the state version. */
export function versionNote(stateVersion: string, action: Action): string[] {
  if (stateVersion !== "" || action === "conflict") return [];
  return [
    'its stateVersion could not be determined: set it, such as stateVersion: "25.05", or an upgrade of the host may start services on empty data directories',
  ];
}
