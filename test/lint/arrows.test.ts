import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const repository = path.join(__dirname, "..", "..");

/** What ESLint says of texts as if they stood in these files; one process for all, since its configuration is ESM. */
function lint(texts: readonly Text[]): string[][] {
  const run = spawnSync(process.execPath, [path.join(__dirname, "lint-texts.mjs")], {
    cwd: repository,
    encoding: "utf8",
    input: JSON.stringify(texts),
    timeout: 120_000,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as string[][];
}

interface Text {
  readonly file: string;
  readonly text: string;
}

const imports = (specifier: string) => `import { x } from "${specifier}";\nx();\n`;
const types = (specifier: string) => `import type { X } from "${specifier}";\nexport type Y = X;\n`;
const dynamic = (specifier: string) => `export const x = import("${specifier}");\n`;

/** For each rule: what it forbids, and beside it the nearest thing that it allows. */
const cases: readonly (readonly [rule: string, forbidden: Text, allowed: Text])[] = [
  arrow("src/model", "../nix/x", "./x"),
  arrow("src/nix", "../plan/x", "../model/x"),
  arrow("src/plan", "../render/x", "../model/x"),
  arrow("src/render", "../cli/x", "../plan/x"),
  arrow("src/script", "../observe/x", "../model/x"),
  arrow("src/observe", "../plan/x", "../script/x"),
  arrow("src/cli", "../observe/x", "../render/x"),
  arrow("src/cli", "../../constructs/x", "../model/x"),
  arrow("src/sim", "../model/x", "./x"),
  arrow("src/plan", "../../constructs", "../model"),
  arrow("src/plan/deeper", "../../nix/x", "../../model/x"),
  arrow("src", "../constructs/x", "./plan/x"),
  arrow("src/render", "..", "../model"),
  arrow("constructs", "../src/sim/x", "../src/plan/x"),
  arrow("constructs", "../test/x", "../src"),
  arrow("constructs/framework", "../fleet/x", "../../src/plan/x"),
  arrow("constructs/fleet", "../carrier/x", "../framework/x"),
  arrow("constructs/transport", "../carrier/x", "../framework/x"),
  arrow("constructs/carrier", "../stack-hosts", "../fleet/x"),
  arrow("examples/demo", "../../test/support/x", "../../constructs"),
  arrow("bench", "../test/x", "../src/sim/x"),
  ["src/ is usable without cdktf", at("src/plan", imports("cdktf")), framework(imports("cdktf"))],
  ["one file knows the frameworks", at("constructs", imports("cdktn")), framework(imports("cdktn"))],
  ["their types are in that file alone too", at("constructs", types("cdktf")), framework(types("cdktf"))],
  ["src/ is usable without constructs", at("src/cli", imports("constructs")), at("constructs", imports("constructs"))],
  [
    "src/ is usable without the null provider",
    at("src/render", imports("@cdktf/provider-null/lib/resource")),
    framework(imports("@cdktf/provider-null/lib/resource")),
  ],
  [
    "a type is an import",
    at("src/plan", `export type X = import("cdktf").App;\n`),
    at("src/plan", "export type X = 1;\n"),
  ],
  [
    "a re-export is an import",
    at("src/plan", `export * from "../nix/x";\n`),
    at("src/plan", `export * from "../model/x";\n`),
  ],
  ["a dynamic import is one", at("src/plan", dynamic("../nix/x")), at("src/plan", dynamic("../model/x"))],
  [
    "a require is an import",
    at("src/plan", `import x = require("../nix/x");\nx();\n`),
    at("src/plan", `import x = require("../model/x");\nx();\n`),
  ],
  ["execa is imported dynamically", at("src/observe", imports("execa")), at("src/observe", dynamic("execa"))],
  [
    "execa is imported dynamically in tests too",
    at("test/observe", imports("execa")),
    at("test/observe", dynamic("execa")),
  ],
  ["execa is for src/observe", at("src/cli", dynamic("execa")), at("src/observe", dynamic("execa"))],
  ["ssh2 is for the embedded host", at("src/observe", imports("ssh2")), at("src/sim", imports("ssh2"))],
];

describe("the import arrows", () => {
  const complaints = lint(cases.flatMap(([, forbidden, allowed]) => [forbidden, allowed]));

  test("the examples of this test are TypeScript", () => {
    expect(complaints.flat().filter((complaint) => complaint.startsWith("Parsing error"))).toEqual([]);
  });

  test.each(cases.map(([rule], index) => [rule, complaints[2 * index], complaints[2 * index + 1]] as const))(
    "%s",
    (_rule, ofForbidden, ofAllowed) => {
      expect(ofForbidden).toContain("house/arrows");
      expect(ofAllowed).not.toContain("house/arrows");
    },
  );
});

describe("the house rules", () => {
  const rules: readonly (readonly [rule: string, forbidden: Text, allowed: Text])[] = [
    ["no-console", at("src/plan", `console.log("x");\n`), at("src/cli", `console.log("x");\n`)],
    ["no-console", at("constructs", `console.warn("x");\n`), at("bench", `console.warn("x");\n`)],
    ["no-console", at("test/plan", `console.error("x");\n`), at("examples/demo", `console.error("x");\n`)],
    [
      "@typescript-eslint/no-explicit-any",
      at("src/plan", "export const x = (y: any) => String(y);\n"),
      at("src/plan", "export const x = (y: unknown) => String(y);\n"),
    ],
    ["no-restricted-syntax", at("src/plan", "export default 1;\n"), at("src/plan", "export const x = 1;\n")],
  ];
  const complaints = lint(rules.flatMap(([, forbidden, allowed]) => [forbidden, allowed]));

  test.each(rules.map(([rule], index) => [rule, complaints[2 * index], complaints[2 * index + 1]] as const))(
    "%s bites",
    (rule, ofForbidden, ofAllowed) => {
      expect(ofForbidden).toContain(rule);
      expect(ofAllowed).not.toContain(rule);
    },
  );

  test("the whole repository is linted, so nothing is outside these rules", () => {
    const manifest = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    expect(manifest.scripts["lint"]).toContain("eslint .");
  });
});

function at(folder: string, text: string): Text {
  return { file: `${folder}/virtual-file.ts`, text };
}

function framework(text: string): Text {
  return { file: "constructs/framework/framework.ts", text };
}

function arrow(folder: string, forbidden: string, allowed: string) {
  const rule = `${folder} may import ${allowed}, and not ${forbidden}`;
  return [rule, at(folder, imports(forbidden)), at(folder, imports(allowed))] as const;
}
