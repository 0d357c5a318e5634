import { createHash } from "node:crypto";
import { contentDigest, type ModuleFile } from "../model/module-file";

/** The sha256 of a text, in hex, as `sha256sum` prints it. */
export function fileDigest(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** The sha256 over the lines `SHA256  PATH`, sorted by path in the C locale (docs/host.md). */
export function treeDigest(files: readonly ModuleFile[]): string {
  const sorted = [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return fileDigest(sorted.map((file) => `${contentDigest(file)}  ${file.path}\n`).join(""));
}
