import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The folder of this package's package.json: sources and their build lie at different depths below it. */
export const packageRoot = findPackageRoot(__dirname);

/** A folder for what is made once and used by later runs; where the package cannot be written to, one of this process. */
export const cacheFolder = findCacheFolder();

function findPackageRoot(folder: string): string {
  if (existsSync(path.join(folder, "package.json"))) return folder;
  return findPackageRoot(path.dirname(folder));
}

function findCacheFolder(): string {
  const folder = path.join(packageRoot, "node_modules", ".cache", "cdktf-nixos-containers");
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch {
    return mkdtempSync(path.join(tmpdir(), "cdktf-nixos-cache-"));
  }
}

/** Makes `folder` unless it is there. Of processes that want it at once, one makes it; nobody sees it half made. */
export function makeOnce(folder: string, make: (folder: string) => void): void {
  const lock = `${folder}.lock`;
  while (!existsSync(folder)) {
    if (!tryLock(lock)) {
      pause(200);
      continue;
    }
    const unfinished = `${folder}.${process.pid}`;
    try {
      mkdirSync(unfinished, { recursive: true });
      make(unfinished);
      if (!existsSync(folder)) renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
      unlinkSync(lock);
    }
  }
}

/** Writes a file whole: a process that reads it at this moment sees the old text or the new one. */
export function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

/** Takes a lock that names its holder; one whose holder is dead is taken away for the next try. */
function tryLock(lock: string): boolean {
  try {
    symlinkSync(String(process.pid), lock); // the one call that creates and fills a file at once
    return true;
  } catch {
    try {
      process.kill(Number(readlinkSync(lock)), 0);
    } catch (error) {
      if (isCode(error, "ESRCH")) rmSync(lock, { force: true });
    }
    return false;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
