import { cpSync, existsSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { Folder } from "./folder";

export const repository = path.resolve(__dirname, "../..");

/** The tarball that `npm pack` makes of the sources, and the files in it. */
export interface Packed {
  readonly tarball: string;
  readonly files: readonly string[];
}

/** Packs a copy of the sources, as from a fresh clone: without a build, and beside whoever uses this one's. */
export async function pack(folder: Folder): Promise<Packed> {
  const sources =
    "package.json tsconfig.json tsconfig.build.json README.md LICENSE CHANGELOG.md constructs src examples bench scripts docs test";
  for (const source of sources.split(" ")) {
    if (existsSync(path.join(repository, source)))
      cpSync(path.join(repository, source), path.join(folder.path, source), { recursive: true });
  }
  symlinkSync(path.join(repository, "node_modules"), path.join(folder.path, "node_modules"));
  const told = await folder.run("npm", ["pack", "--json"]);
  const [report] = Object.values(JSON.parse(told) as Record<string, { filename: string; files: { path: string }[] }>);
  return { tarball: path.join(folder.path, report.filename), files: report.files.map((file) => file.path) };
}
