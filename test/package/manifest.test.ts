import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { repository } from "./packed";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, object>>;
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
      /(?:\bfrom|\bimport\(|\brequire\(|^import)\s*"((?:@[^/"]+\/)?[^./"][^/"]*)/gm,
    )) {
      if (name.startsWith("node:") || builtinModules.includes(name)) continue;
      packages.set(name, [...(packages.get(name) ?? []), file]);
    }
  }
  return packages;
}

test("the peers are constructs and either framework, with the null provider of CDKTF, and nothing else", () => {
  expect(manifest.peerDependencies).toEqual({
    "@cdktf/provider-null": "^11.0.1",
    cdktf: ">=0.21.0 <1.0.0", // CDKTF ended with 0.21: what is above is cdktn under the alias that npm can give it
    cdktn: ">=0.24.0 <1.0.0",
    constructs: "^10.4.2",
  });
  const optional = Object.keys(manifest.peerDependencies).filter((name) => name !== "constructs");
  expect(manifest.peerDependenciesMeta).toEqual(Object.fromEntries(optional.map((name) => [name, { optional: true }])));
});

test("what constructs/ imports beside the engine are the peers", () => {
  expect([...imported("constructs").keys()].sort()).toEqual(Object.keys(manifest.peerDependencies).sort());
});

test("the dependencies are what the engine imports, no more and no less", () => {
  expect([...imported("src").keys()].sort()).toEqual(Object.keys(manifest.dependencies).sort());
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
