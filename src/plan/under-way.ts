import type { LastFailure, UnderWay } from "../model/observed";
import type { Draft } from "./draft";
import { plain } from "../model/text";

/**
 * The plan of a container that is being changed as we look: what it differs in now is that change's, and no edit or remains of
 * anything. A deploy waits for its end, and then goes on only if what it finds is what the code wants, or is planned anew.
 */
export function whileUnderWay(draft: Draft, underWay: UnderWay, label: string): Draft {
  const notes = [underWayNote(underWay, label)];
  if (draft.action === "none" || draft.action === "conflict") return { ...draft, notes };
  const { remark: _, ...rest } = draft;
  return {
    ...rest,
    action: ["create", "adopt", "rename"].includes(draft.action) ? draft.action : "update",
    effect: "none",
    changes: [
      {
        property: "change under way",
        before: plain(underWay.action) || "unknown",
        after: "waited for",
        effect: "none",
      },
    ],
    config: [],
    notes,
  };
}

/** `a change is under way on web2 since 10:31:02 UTC (building, 6 s), run by deploy from 192.0.2.7: …`. */
export function underWayNote({ action, since, step, took, who }: UnderWay, label: string): string {
  const what = action === "remove" ? "its removal" : "a change";
  const where = `${what} is under way on ${plain(label, 60)}`;
  const begun = since === undefined ? "" : ` since ${clockTime(since)} UTC`;
  const seconds = took === undefined ? "" : `, ${took} s`;
  const doing = step === "" ? "" : ` (${plain(step, 60)}${seconds})`;
  const by = who === "" ? "" : `, run by ${plain(who, 80)}`;
  const killed = action === "" ? ": what a run that was killed had started goes on" : "";
  return `${where}${begun}${doing}${by}${killed}: look again, or deploy to wait for it`;
}

/** `failed 25 Nov 10:29 UTC (building): the build failed: …`. */
export function failureWords({ time, step, reason }: LastFailure): string {
  const when = time === undefined ? "" : ` ${day(time)} ${clockTime(time).slice(0, 5)} UTC`;
  return `failed${when}${step === "" ? "" : ` (${plain(step, 60)})`}: ${plain(reason, 500)}`;
}

function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}

function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  return `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ""}`;
}
