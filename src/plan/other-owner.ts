import type { ObservedContainer } from "../model/observed";
import { byBytes, listing, plain } from "../model/text";

/**
 * What a stack of the same name under another owner has on a host, and this code does not declare: after `owner` or the
 * projectId was changed it is this stack's own, and nothing would remove it; it may as well be another checkout's.
 */
export function otherOwnerNotes(
  owner: string,
  owned: ReadonlyMap<string, readonly ObservedContainer[]>,
  declared: (name: string) => boolean,
): string[] {
  const sorted = [...owned].sort(([a], [b]) => byBytes(a, b));
  return sorted.flatMap(([other, containers]) => {
    const names = containers.map(({ name }) => name).filter((name) => !declared(name));
    if (other === owner || stackOf(other) !== stackOf(owner) || names.length === 0) return [];
    const [belong, it] = names.length === 1 ? ["belongs", "it"] : ["belong", "them"];
    return `${listing(names)} ${belong} to ${JSON.stringify(plain(other))}, and this stack is ${JSON.stringify(plain(owner))}: if the owner or projectId was changed, set it back to remove ${it}, or to let go of ${it} with removalPolicy: "retain" before adopting ${it} here; what another checkout deployed is left alone`;
  });
}

/** The stack's part of an owner; the project's part holds no slash. */
function stackOf(owner: string): string {
  return owner.slice(owner.indexOf("/"));
}
