import { lstatSync, realpathSync } from "node:fs";
import { relative, sep } from "node:path";

/** Whether a folder is another one, or one above it. */
export function holds(folder: string, other: string): boolean {
  const path = relative(folder, other);
  return path !== ".." && !path.startsWith(`..${sep}`);
}

/** Whether something is at a path, be it a link that leads nowhere. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // what would hold it is no folder, or may not be searched
  }
}

/** The path of what lies in a folder of the tree. */
export function below(folder: string, name: string): string {
  return folder === "." ? name : `${folder}/${name}`;
}

/** A path and the folders that hold it: `a/b` gives a/b and a. */
export function folders(path: string): string[] {
  return path.split("/").map((_part, index, parts) => parts.slice(0, index + 1).join("/"));
}

/** A path with its links followed; undefined where nothing is. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** A file or folder as messages call it: relative to the directory if it lies below, else absolute. */
export function labelOf(path: string, directory: string): string {
  const below = relative(directory, path);
  if (below === "") return ".";
  return below === ".." || below.startsWith("../") ? path : `./${below}`;
}

/** A name as it can stand in a line. */
export function printable(name: string): string {
  return /^[\x20-\x7e]*$/.test(name) ? name : JSON.stringify(name);
}
