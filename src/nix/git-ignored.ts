import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { repositoryOf } from "./litter";
import { folders } from "./tree-path";

/** What git ignores below a folder, as paths from it. */
export interface Ignored {
  readonly paths: ReadonlySet<string>;
  /** Why git could not tell, in its own words. */
  readonly flaw?: string;
}

/** What was asked already; a synth asks in one go, and often for the same folder. */
const answers = new Map<string, Ignored>();

/**
 * What git ignores below a folder; nothing where there is no repository, or all of the folder is ignored. A repository further
 * below is not asked: it has rules of its own.
 */
export function ignoredBelow(folder: string): Ignored {
  const known = answers.get(folder) ?? askGit(folder);
  if (answers.size === 0) setImmediate(() => answers.clear()).unref();
  answers.set(folder, known);
  return known;
}

/** Whether git ignores a path of a folder, also in a repository that lies below that. */
export function isIgnored(folder: string, path: string): boolean {
  const inner = folders(path).filter((at) => existsSync(join(folder, at, ".git")));
  return [".", ...inner].some((at) => {
    const { paths } = ignoredBelow(join(folder, at));
    return paths.size > 0 && folders(relative(at, path)).some((part) => paths.has(part));
  });
}

/** Of a repository of any owner, as those in CI containers are; no programs that its settings name are run. */
const SETTINGS = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false"];

function askGit(folder: string): Ignored {
  if (repositoryOf(folder) === undefined) return { paths: new Set() };
  const flags = ["--others", "--ignored", "--exclude-standard", "--directory", "-z"];
  const run = spawnSync("git", [...SETTINGS, "-C", folder, "ls-files", ...flags, "--", "."], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
    env: environment(),
  });
  if (run.error !== undefined || run.status !== 0) return { paths: new Set(), flaw: flawOf(run) };
  const paths = run.stdout.split("\0").filter((path) => path !== "");
  return { paths: paths.includes("./") ? new Set() : new Set(paths.map((path) => path.replace(/\/$/, ""))) };
}

/** Without the variables by which a hook of git says what repository it runs in; those of git's own files stay. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("GIT_") || /^GIT_(?:EXEC_PATH|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM))$/.test(name),
  );
  // The folder may be mounted below its repository.
  return { ...Object.fromEntries(own), GIT_DISCOVERY_ACROSS_FILESYSTEM: "1", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
}

function flawOf({ error, stderr, status, signal }: ReturnType<typeof spawnSync>): string {
  if (error !== undefined) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "not found" : (code ?? message);
  }
  const lines = String(stderr).trim().split("\n");
  const line = lines.find((line) => line.startsWith("fatal: ")) ?? lines[0]; // warnings may come first
  return line.replace(/^fatal: /, "") || (signal ?? `exit status ${status}`);
}
