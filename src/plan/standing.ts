import { ownerKey, parseConf } from "../model/conf";
import type { Intent, Journal, ObservedContainer } from "../model/observed";

/** How a container stands on its host towards one owner. */
export type Standing =
  /** Nothing of it is there. */
  | { readonly kind: "absent" }
  /** It is ours, as the journal says. */
  | { readonly kind: "ours"; readonly journal: Journal }
  /** It was ours, and its conf is gone. */
  | { readonly kind: "vanished" }
  /** We began to create or adopt it, and did not come to the end; whether there is something to adopt. */
  | { readonly kind: "begun"; readonly intent: Intent; readonly built: boolean }
  /** Its journal was lost or damaged; its conf, or what is left of the journal, says that it is ours. */
  | { readonly kind: "lost" }
  /** Nobody's journal speaks of it, and its conf names nobody. */
  | { readonly kind: "unmanaged" }
  /** Data, or a machine that runs, without a conf. */
  | { readonly kind: "remains"; readonly up: boolean }
  | { readonly kind: "foreign"; readonly owner: string }
  | { readonly kind: "declarative" };

/** How a container stands towards an owner; `observed` is undefined when nothing of it was seen. */
export function standingOf(observed: ObservedContainer | undefined, owner: string): Standing {
  if (!observed) return { kind: "absent" };
  if (observed.declarative) return { kind: "declarative" };
  const { journal, intent, conf, claim } = observed;
  const other = [journal?.owner, intent?.owner, claim].find((named) => named !== undefined && named !== owner);
  if (other !== undefined) return { kind: "foreign", owner: other };
  if (journal) return conf ? { kind: "ours", journal } : { kind: "vanished" };
  if (intent)
    return {
      kind: "begun",
      intent,
      built: intent.action !== "create" && conf !== undefined && observed.profile !== undefined,
    };
  if (conf) {
    const named = claim ?? parseConf(conf).get(ownerKey);
    if (named === undefined) return { kind: "unmanaged" };
    return named === owner ? { kind: "lost" } : { kind: "foreign", owner: named };
  }
  if (claim !== undefined) return { kind: "vanished" };
  const up = observed.unit === "up";
  return up || observed.root ? { kind: "remains", up } : { kind: "absent" };
}

/** Whose a container is, as far as the host can tell. */
export function ownerOf(observed: ObservedContainer): string | undefined {
  const claim = observed.conf ? parseConf(observed.conf).get(ownerKey) : undefined;
  return observed.journal?.owner ?? observed.claim ?? observed.intent?.owner ?? claim;
}
