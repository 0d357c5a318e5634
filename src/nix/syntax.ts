import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem, Where } from "../model/error";
import { fileDigest } from "./digest";

/** A Nix file to check; the path is what messages call it. */
export interface SyntaxSource {
  readonly path: string;
  readonly text: string;
  readonly where: Where;
}

/** As many files as certainly fit on a command line. */
const BATCH = 500;

/**
 * Lets the `nix-instantiate` on this machine parse the files: it finds syntax errors, undefined names and duplicate attributes.
 * It evaluates nothing, and needs neither a store nor a daemon. Equal texts are parsed once.
 * @returns the problems; undefined when there is no nix here that works.
 */
export function checkSyntax(files: readonly SyntaxSource[]): readonly Problem[] | undefined {
  const texts = new Map(files.map(({ text }) => [fileDigest(text), text]));
  const folder = mkdtempSync(join(tmpdir(), "cdktf-nixos-syntax-"));
  try {
    for (const [digest, text] of texts) writeFileSync(join(folder, `${digest}.nix`), text);
    const errors = parseAll(folder, [...texts.keys()]);
    if (errors === undefined) return undefined;
    return files.flatMap(({ path, text, where }) => {
      const digest = fileDigest(text);
      const error = errors.get(digest);
      return error === undefined ? [] : [problem(path, where, error.replaceAll(join(folder, `${digest}.nix`), path))];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What nix says of each file that it cannot parse. It stops at the first, so go on behind that one. */
function parseAll(folder: string, digests: readonly string[]): ReadonlyMap<string, string> | undefined {
  const errors = new Map<string, string>();
  for (let from = 0; from < digests.length;) {
    const batch = digests.slice(from, from + BATCH);
    const complaint = parse(folder, batch);
    if (complaint === undefined) return undefined;
    const failed = batch.findIndex((digest) => complaint.includes(digest));
    if (failed >= 0) errors.set(batch[failed], complaint);
    else if (complaint !== "") return undefined; // of something other than the files: nix's own settings, say
    from += failed >= 0 ? failed + 1 : BATCH;
  }
  return errors;
}

/** What nix says of the files, empty when all is well; undefined when it cannot be run. */
function parse(folder: string, digests: readonly string[]): string | undefined {
  const paths = digests.map((digest) => join(folder, `${digest}.nix`));
  const run = spawnSync("nix-instantiate", ["--store", "dummy://", "--parse", ...paths], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (run.error !== undefined || run.status === null) return undefined;
  return run.status === 0 ? "" : run.stderr.trim() || "nix-instantiate failed";
}

function problem(path: string, where: Where, error: string): Problem {
  const detail = error
    .split("\n")
    .filter((line) => !line.startsWith("warning:"))
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
  const line = new RegExp(`${path.replace(/[.*+?^$()|[\]\\]/g, "\\$&")}:(\\d+)`).exec(detail)?.[1];
  return {
    code: "config",
    what: `${line === undefined ? path : `${path}:${line}`} is not valid Nix`,
    where,
    remedy: "correct the line that nix names",
    detail,
  };
}
