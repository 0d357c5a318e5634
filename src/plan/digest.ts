import { createHash } from "node:crypto";
import { byBytes } from "../model/text";

/** sha256 of a text, in hexadecimal. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Tree digest of files, given the sha256 of each by path (docs/host.md). */
export function treeDigest(files: ReadonlyMap<string, string>): string {
  const lines = [...files].sort(([a], [b]) => byBytes(a, b)).map(([path, digest]) => `${digest}  ${path}\n`);
  return sha256(lines.join(""));
}

/** The name of an owner's file below reaps/ (docs/host.md). */
export function ownerHash(owner: string): string {
  return sha256(owner).slice(0, 16);
}

/** The digest of a container of which nothing is on the host: that of no state records. */
export const absentBase = sha256("");
