import type { Framework } from "./project";

/** How a project is made, and the Nodes it must work on. */
export interface Row {
  readonly name: string;
  readonly framework: Framework;
  /** What its code imports from. @default the framework */
  readonly library?: string;
  readonly nodes: readonly number[];
  /** The project that the framework's CLI makes, or a folder with nothing in it. */
  readonly start: "init" | "empty";
  /** A block of the documentation, or commands in which PACKAGE stands for the tarball. */
  readonly install: { readonly block: string } | { readonly commands: string };
  readonly style: Style;
}

/** How a project is written, and what its commands are. */
export interface Style {
  readonly files: (library: string) => Readonly<Record<string, string>>;
  /** What the typecheck and the unit tests need beside the install lines; PNPM or npm, as the row says. */
  readonly extra?: string;
  readonly typecheck: string;
  readonly synth: string;
  readonly test: string;
  /** What a unit test that passed prints. */
  readonly passed: RegExp;
}

const stack = (library: string): string => `import type { Construct } from "constructs";
import { TerraformStack } from "${library}";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

export class Containers extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const web1 = new NixosHost(this, "web1", { address: "web1.example.org" });
    new NixosContainer(this, "database", {
      host: web1,
      config: { services: { postgresql: { enable: true } } },
      network: { privateNetwork: true, hostAddress: "192.168.100.10", localAddress: "192.168.100.11" },
      autoStart: true,
    });
  }
}
`;

const main = (library: string, ending: string): string => `import { App } from "${library}";
import { Containers } from "./stack${ending}";

const app = new App();
new Containers(app, "containers");
app.synth();
`;

/** The template of both CLIs: CommonJS, ts-node, ts-jest. */
const template: Style = {
  files: (library) => ({
    "stack.ts": stack(library),
    "main.ts": main(library, ""),
    "__tests__/main-test.ts": `import { Testing } from "${library}";
import { Containers } from "../stack";

test("the database is there", () => {
  expect(Testing.synth(new Containers(Testing.app(), "test"))).toContain("web1_database");
});
`,
  }),
  typecheck: "npx tsc --noEmit",
  synth: "npx ts-node main.ts",
  test: "npx jest",
  passed: /1 passed/,
};

/** ECMAScript modules, with the TypeScript of today and node's own test runner. */
function modules(runner: string): Style {
  return {
    files: (library) => ({
      "stack.ts": stack(library),
      "main.ts": main(library, ".ts"),
      "stack.test.ts": `import assert from "node:assert/strict";
import { test } from "node:test";
import { Testing } from "${library}";
import { Containers } from "./stack.ts";

test("the database is there", () => {
  assert.match(Testing.synth(new Containers(Testing.app(), "test")), /web1_database/);
});
`,
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          ...{ target: "es2022", module: "nodenext", strict: true, noEmit: true, types: ["node"] },
          ...{
            allowImportingTsExtensions: true,
            verbatimModuleSyntax: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
          },
        },
      }),
    }),
    typecheck: "npx tsc",
    synth: `node ${runner} main.ts`,
    test: `node ${runner} --test stack.test.ts`,
    passed: /pass 1\b/,
  };
}

const pnpm = "npx --yes --prefer-offline pnpm@10";
const empty = "npm init -y && npm pkg set type=module";

/** Representative ways to use the package, each on the oldest and the newest Node that its framework's CLI has. */
export const rows: readonly Row[] = [
  {
    name: "cdktf init, npm, CommonJS, ts-node, ts-jest",
    framework: "cdktf",
    nodes: [20, 22],
    start: "init",
    install: { block: "install-cdktf" },
    style: template,
  },
  {
    name: "cdktn init, npm, CommonJS, ts-node, ts-jest",
    framework: "cdktn",
    nodes: [22, 24],
    start: "init",
    install: { block: "install-cdktn" },
    style: template,
  },
  {
    name: "cdktf init, the alias cdktf@npm:cdktn",
    framework: "cdktf",
    nodes: [22, 24],
    start: "init",
    install: { block: "install-alias" },
    style: template,
  },
  {
    name: "empty folder, npm, cdktn, ESM, node main.ts",
    framework: "cdktn",
    nodes: [22, 24],
    start: "empty",
    install: { block: "install-plain" },
    style: { ...modules(""), extra: "npm install -D typescript @types/node" },
  },
  {
    name: "empty folder, npm, cdktf, ESM, tsx",
    framework: "cdktf",
    nodes: [20, 22],
    start: "empty",
    install: { commands: `${empty} && npm install PACKAGE cdktf` },
    style: { ...modules("--import tsx"), extra: "npm install -D tsx typescript @types/node" },
  },
  {
    name: "empty folder, pnpm, cdktn, ESM, tsx",
    framework: "cdktn",
    nodes: [22, 24],
    start: "empty",
    install: { commands: `${empty} && ${pnpm} add PACKAGE cdktn` },
    style: { ...modules("--import tsx"), extra: `${pnpm} add -D tsx typescript @types/node constructs@~10.7` },
  },
];
