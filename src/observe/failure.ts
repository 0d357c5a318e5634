import type { Observation } from "../model/observed";

/** Why a host could not be observed, in words for the user. */
export type Failure = Omit<Extract<Observation, { kind: "failed" }>, "connection">;

/** A failure: what happened, with the value; the remedy; and further lines, such as ssh's own words. */
export function failure(what: string, remedy: string, detail?: readonly string[] | string): Failure {
  const text = typeof detail === "string" ? detail : detail?.join("\n");
  return { kind: "failed", what, remedy, ...(text && { detail: printable(text) }) };
}

export function isFailure(value: object): value is Failure {
  return "kind" in value && value.kind === "failed";
}

/** The last lines of some program's output, safe to print: no control characters, no more than 20 lines of 400 characters. */
export function printable(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replace(/[^\P{C}\t]/gu, ""))
    .filter((line) => line.trim() !== "")
    .slice(-20)
    .map((line) => line.slice(0, 400))
    .join("\n");
}
