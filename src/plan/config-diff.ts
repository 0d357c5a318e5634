import { structuredPatch } from "diff";
import type { ContainerConfig } from "../model/container";
import type { ObservedContainer } from "../model/observed";
import { contentDigest, opaqueWords } from "../model/module-file";
import { sha256, treeDigest } from "./digest";
import type { FileDiff } from "./plan";
import { byBytes } from "../model/text";

/** The user's module files as they lie on the host: sha256 and text by path. */
export interface SeenFiles {
  readonly digests: ReadonlyMap<string, string>;
  readonly texts: ReadonlyMap<string, string>;
}

/** Edits beyond which two files count as wholly different: the comparison would take too long. */
const mostEdits = 2000;

/** The module files below one `modules-…` folder of a container. */
export function seenFiles(observed: ObservedContainer, folder: string): SeenFiles {
  const prefix = `${folder}/config/`;
  const below = (files: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
    new Map(
      [...files]
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, value]) => [path.slice(prefix.length), value] as const),
    );
  return { digests: below(observed.modules), texts: below(observed.texts) };
}

/** The module files that lie on the host for a container whose journal is lost: those wanted, else those of its only folder. */
export function likelyFiles(observed: ObservedContainer, wanted: string): SeenFiles | undefined {
  const folders = [...new Set([...observed.modules.keys()].map((path) => path.split("/")[0] ?? ""))].sort();
  const seen = folders.map((folder) => seenFiles(observed, folder));
  return seen.find((files) => treeDigest(files.digests) === wanted) ?? (seen.length === 1 ? seen[0] : undefined);
}

/** The configuration.nix of a container that nobody managed, as if it were the entry of ours that takes its place. */
export function foundFiles({ found }: ObservedContainer, entry: string): SeenFiles | undefined {
  if (!found || !("text" in found)) return undefined;
  return { digests: new Map([[entry, sha256(found.text)]]), texts: new Map([[entry, found.text]]) };
}

/** The unified diff of each file that differs, sorted by path; everything is new when nothing was seen. */
export function configDiff(config: ContainerConfig, seen?: SeenFiles): FileDiff[] {
  const wanted = new Map(config.files.map((file) => [file.path, file]));
  const paths = [...new Set([...wanted.keys(), ...(seen?.digests.keys() ?? [])])].sort(byBytes);
  return paths.flatMap((path) => {
    const after = wanted.get(path);
    const digest = seen?.digests.get(path);
    if (after !== undefined && digest === contentDigest(after)) return [];
    if (after?.bytes !== undefined)
      return { path, lines: [`@ ${digest === undefined ? "" : "now "}${opaqueWords(after)}`] };
    const before = seen?.texts.get(path);
    if (digest !== undefined && before === undefined) {
      return { path, lines: ["@ the text on the host was not read: no line-by-line diff"] };
    }
    return { path, lines: diffLines(before, after?.text) };
  });
}

function diffLines(before: string | undefined, after: string | undefined): string[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  if (old.length === 0 || fresh.length === 0) {
    return [
      `@@ -${range(old)} +${range(fresh)} @@`,
      ...old.map((line) => `-${line}`),
      ...fresh.map((line) => `+${line}`),
    ];
  }
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
  const patch = structuredPatch("", "", text(old), text(fresh), "", "", { context: 3, maxEditLength: mostEdits });
  if (!patch)
    return ["@ the two have too little in common for a line-by-line diff", `@ ${old.length} → ${fresh.length} lines`];
  if (patch.hunks.length === 0) return ["@ they differ in their last line break only"];
  return patch.hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines,
  ]);
}

/** The lines of a text; whether the last one ends in a line break does not survive the probe. */
function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

function range(lines: readonly string[]): string {
  return lines.length === 0 ? "0,0" : `1,${lines.length}`;
}
