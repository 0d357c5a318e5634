import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { repository } from "./packed";

interface Manifest {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string } | string>>;
  readonly typesVersions: { readonly "*": Readonly<Record<string, readonly string[]>> };
}

const manifest = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as Manifest;

/** The packages that the sources of a folder import, with the files that do. */
function imported(folder: string): Map<string, string[]> {
  const packages = new Map<string, string[]>();
  for (const entry of readdirSync(path.join(repository, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    const file = path.relative(repository, path.join(entry.parentPath, entry.name));
    const text = readFileSync(path.join(repository, file), "utf8");
    for (const [, name = ""] of text.matchAll(
      /(?:\bfrom|\bimport\(|\brequire\(|^import)\s*"((?:@[\w-]+\/)?\w[\w.:-]*)/gm,
    )) {
      if (name.startsWith("node:") || builtinModules.includes(name)) continue;
      packages.set(name, [...(packages.get(name) ?? []), file]);
    }
  }
  return packages;
}

test("the peers are constructs and either framework, with ssh2 for who starts an embedded host, and nothing else", () => {
  expect(manifest.peerDependencies).toEqual({
    cdktf: ">=0.21.0 <1.0.0", // CDKTF ended with 0.21: what is above is cdktn under the alias that npm can give it
    cdktn: ">=0.24.0 <1.0.0",
    constructs: "^10.4.2",
    ssh2: "^1.17.0",
  });
  const optional = Object.keys(manifest.peerDependencies).filter((name) => name !== "constructs");
  expect(manifest.peerDependenciesMeta).toEqual(Object.fromEntries(optional.map((name) => [name, { optional: true }])));
});

test("what constructs/ imports beside the engine are the peers, and the null provider where that is installed", () => {
  // As a peer, even an optional one, it would bring its own peer, cdktf 0.21, and npm refuse cdktn under that name.
  const { ssh2: _ofEmbeddedHosts, ...peers } = manifest.peerDependencies;
  expect([...imported("constructs").keys()].sort()).toEqual(["@cdktf/provider-null", ...Object.keys(peers)].sort());
});

test("the dependencies are what the engine imports, no more and no less", () => {
  const packages = imported("src");
  expect([...packages.keys()].sort()).toEqual([...Object.keys(manifest.dependencies), "ssh2"].sort());
  for (const file of packages.get("ssh2") ?? []) expect(path.dirname(file)).toBe("src/sim");
});

test("ssh2, which may be missing, is imported for its types alone, and loaded in one place", () => {
  const files = imported("src").get("ssh2") ?? [];
  const textOf = (file: string) => readFileSync(path.join(repository, file), "utf8");
  for (const file of files) expect([file, /^import (?!type ).*"ssh2"/m.test(textOf(file))]).toEqual([file, false]);
  expect(files.filter((file) => textOf(file).includes('(__filename)("ssh2")'))).toEqual(["src/sim/ssh2.ts"]);
});

test("the command bears the package's own name too, so that npx asks the registry for no other", () => {
  expect(Object.keys(manifest.bin)).toEqual(["cdktf-nixos", manifest.name]);
  expect(new Set(Object.values(manifest.bin)).size).toBe(1);
});

test("execa, which is an ECMAScript module, is imported dynamically and in one place", () => {
  expect(imported("src").get("execa")).toEqual(["src/observe/process.ts"]);
  const text = readFileSync(path.join(repository, "src/observe/process.ts"), "utf8");
  expect(text).toMatch(/await import\("execa"\)/);
  expect(text).not.toMatch(/^import (?!type ).*"execa"/m);
});

test("each entry has its types, also for compilers that know no exports", () => {
  const entries = Object.entries(manifest.exports).flatMap(([name, entry]) =>
    typeof entry === "string" || name === "." ? [] : [[name.slice("./".length), [entry.types]] as const],
  );
  expect(entries.map(([name]) => name)).toEqual(["engine", "embedded-host"]);
  expect(manifest.typesVersions["*"]).toEqual(Object.fromEntries(entries));
});

test("the lock names no registry", () => {
  const lock = readFileSync(path.join(repository, "package-lock.json"), "utf8");
  expect(lock).not.toMatch(/"resolved"|https?:\/\/registry/);
  expect(lock).toContain('"integrity"');
  const { packages } = JSON.parse(lock) as { packages: Record<"", Partial<Manifest>> };
  expect(packages[""].peerDependencies).toEqual(manifest.peerDependencies);
  expect(packages[""].dependencies).toEqual(manifest.dependencies);
});
