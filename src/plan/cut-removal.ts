import type { Intent, ObservedContainer } from "../model/observed";
import type { Change } from "./plan";

/** What is said of a removal that was cut off, of a container that the code declares again: the deploy undoes it. */
export const removalUndone = "an earlier removal was cut off: this deploy undoes it";

/** The same, when its data was being deleted. */
export const dataDeleted = "its data was being deleted when the removal was cut off: it is made anew, empty";

/** Whether a change that was cut off is a removal. */
export function isRemoval(intent: Intent | undefined): boolean {
  return intent?.action === "remove";
}

/** What undoing a removal changes; a root directory that is not in its place is in the archive that the intent names. */
export function removalChanges({ intent, root }: ObservedContainer): Change[] {
  if (!intent || !isRemoval(intent)) return [];
  return [{ property: "removal", before: "cut off", after: "undone", effect: "none" }, ...rootChange(intent, root)];
}

function rootChange({ deleting }: Intent, root: ObservedContainer["root"]): Change[] {
  const property = "root directory";
  if (deleting) {
    const after = root === undefined ? "made anew, empty" : "what is left of it";
    return [{ property, before: "its data was being deleted", after, effect: "danger" }];
  }
  return root === undefined ? [{ property, before: "in the archive", after: "put back", effect: "none" }] : [];
}

/** Whether these changes tell that data was being deleted. */
export function losesData(changes: readonly Change[]): boolean {
  return changes.some(({ property, effect }) => property === "root directory" && effect === "danger");
}
