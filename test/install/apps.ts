import { readFileSync } from "node:fs";
import path from "node:path";

const template = path.join(path.dirname(require.resolve("@cdktf/cli-core/package.json")), "templates/typescript");

function fromTemplate(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(template, name), "utf8")]));
}

const container = `{
      host: web1,
      config: { services: { postgresql: { enable: true } } },
      network: { privateNetwork: true, hostAddress: "192.168.100.10", localAddress: "192.168.100.11" },
      autoStart: true,
    }`;

const stackClass = (types: boolean): string => `
export class MyStack extends TerraformStack {
  constructor(scope${types ? ": Construct" : ""}, id${types ? ": string" : ""}) {
    super(scope, id);
    const web1 = new NixosHost(this, "web1", { address: "web1.example.org" });
    new NixosContainer(this, "database", ${container});
  }
}
`;

const importsOf = (framework: string): string => `import { App, TerraformStack } from "${framework}";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";
`;
const imports = importsOf("cdktf");

/** Fails to compile where a type is missing: an unneeded @ts-expect-error is an error itself. */
export const typesOfAllEntries = `
import { NixosContainer, type NixosContainerProps, type NixosHost } from "cdktf-nixos-containers";
import { planText, type Plan } from "cdktf-nixos-containers/engine";
import { EmbeddedHost } from "cdktf-nixos-containers/embedded-host";

export function isTyped(host: NixosHost, plan: Plan): string {
  const props: NixosContainerProps = { host, config: "{ }" };
  // @ts-expect-error a boolean
  const wrong: NixosContainerProps = { ...props, autoStart: "yes" };
  // @ts-expect-error a number
  const text: number = planText(plan);
  // @ts-expect-error a class
  const host2: number = EmbeddedHost;
  return [wrong, text, host2, NixosContainer.name].join();
}
`;

/** CDKTF's own TypeScript template, with the example of the README as its main.ts and a unit test of it. */
export const templateProject: Readonly<Record<string, string>> = {
  ...fromTemplate("tsconfig.json", "jest.config.js", "setup.js"),
  "package.json": JSON.stringify({ name: "my-stack", private: true }),
  "main.ts": `import { Construct } from "constructs";
${imports}${stackClass(true)}
const app = new App();
new MyStack(app, "my-stack");
app.synth();
`,
  "types.ts": typesOfAllEntries,
  "__tests__/main-test.ts": `import "cdktf/lib/testing/adapters/jest"; // Load types for expect matchers
import { Testing } from "cdktf";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { NixosError, NixosContainer, NixosHost } from "cdktf-nixos-containers";
import { MyStack } from "../main";

test("the database is there", () => {
  const synthesized = Testing.synth(new MyStack(Testing.app(), "test"));
  expect(synthesized).toHaveResource(Resource);
  expect(synthesized).toContain("web1_database");
});

test("a wrong name is refused", () => {
  expect(() =>
    Testing.synthScope((scope) => {
      const host = new NixosHost(scope, "web1", { address: "web1" });
      new NixosContainer(scope, "data_base", { host, config: "{ }" });
    }),
  ).toThrow(NixosError);
});
`,
};

/** A project of ECMAScript modules: in JavaScript, in TypeScript, and a unit test. */
export const esmProject: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "my-stack", private: true, type: "module" }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: { target: "es2022", module: "nodenext", strict: true, skipLibCheck: true, types: ["node"] },
    include: ["*.ts"],
  }),
  "stack.mjs": imports.replace("App, ", "") + stackClass(false),
  "main.mjs": `import { App } from "cdktf";
import { MyStack } from "./stack.mjs";
import { planText } from "cdktf-nixos-containers/engine";
import { EmbeddedHost } from "cdktf-nixos-containers/embedded-host";
const app = new App();
new MyStack(app, "my-stack");
app.synth();
console.log(typeof planText, typeof EmbeddedHost.start);
`,
  "main.ts": `import { Construct } from "constructs";
${imports}${stackClass(true)}
const app = new App();
new MyStack(app, "my-typed-stack");
app.synth();
`,
  "types.ts": typesOfAllEntries,
  "jest.config.mjs": `export default { testMatch: ["**/*.test.mjs"], transform: {} };`,
  "stack.test.mjs": `import { Testing } from "cdktf";
import { MyStack } from "./stack.mjs";
test("the database is there", () => {
  expect(Testing.synth(new MyStack(Testing.app(), "test"))).toContain("web1_database");
});
`,
};

/** A project on cdktn alone, whose compiler also reads the types of what it imports. */
export const typesProject: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "my-stack", private: true }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: { target: "es2022", module: "nodenext", strict: true, skipLibCheck: false, types: ["node"] },
    include: ["*.ts"],
  }),
  "main.ts": `import { Construct } from "constructs";
${importsOf("cdktn")}${stackClass(true)}
const app = new App();
new MyStack(app, "my-stack");
app.synth();
`,
};

/** A project of plain CommonJS, the same on cdktf and on cdktn; HOST chooses another host. */
export const plainProject = (framework: string): Readonly<Record<string, string>> => ({
  "package.json": JSON.stringify({ name: "my-stack", private: true }),
  "cdktf.json": JSON.stringify({
    language: "typescript",
    app: "node main.js",
    projectId: "project",
    sendCrashReports: "false",
  }),
  "main.js": `const { App, TerraformStack } = require("${framework}");
const { NixosContainer, NixosHost } = require("cdktf-nixos-containers");
const app = new App();
const stack = new TerraformStack(app, "my-stack");
const web1 = new NixosHost(stack, "web1", JSON.parse(process.env.HOST ?? '{ "address": "web1.example.org" }'));
new NixosContainer(stack, "database", { host: web1, config: "{ services.postgresql.enable = true; }", autoStart: true });
app.synth();
`,
  "observed.js": `const { EmbeddedHost } = require("cdktf-nixos-containers/embedded-host");
const { spawn } = require("node:child_process");
EmbeddedHost.start({ name: "web1" }).then((host) => {
  const { address, port, user, identityFile, hostKey } = host;
  const env = { ...process.env, HOST: JSON.stringify({ address, port, user, identityFile, hostKey }) };
  const child = spawn(process.argv[2], process.argv.slice(3), { env, stdio: "inherit" });
  child.on("close", async (code) => {
    await host.stop();
    process.exitCode = code;
  });
});
`,
});
