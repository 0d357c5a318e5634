import path from "node:path";
import { cacheFolder } from "../../examples/support/cache";
import { Folder } from "../package/folder";

/** What puts a Node of this major version first on PATH: this process's own where it is one, else the newest, as npm brings it. */
export async function nodeEnvironment(major: number): Promise<Readonly<Record<string, string>>> {
  const isOwn = process.versions.node.startsWith(`${major}.`);
  const bin = isOwn ? path.dirname(process.execPath) : await brought(major);
  return { PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
}

/** Installs the package that the npm package `node` would install with a script, which npm does not run unasked. */
async function brought(major: number): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = new Folder(path.join(cacheFolder, `node-${major}`));
  const bin = path.join(folder.path, "node_modules", name, "bin");
  if ((await folder.try("test", ["-x", path.join(bin, "node")])).code !== 0) {
    folder.write("package.json", JSON.stringify({ private: true }));
    await folder.run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", `${name}@${major}`]);
  }
  return bin;
}
