import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "./app";

const root = path.resolve(__dirname, "../..");
const quoted = (name: string): string => JSON.stringify(path.join(root, name));

/** Runs a program that is an app of its own, as `node FILE` does: nothing of cdktf or jest is around it. */
function node(file: string, text: string): { status: number | null; stdout: string; stderr: string } {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, file), text);
  writeFileSync(path.join(folder, "cdktf.json"), JSON.stringify({ projectId: "project" }));
  const env = { ...process.env, JEST_WORKER_ID: undefined, CDKTF_NIXOS_OBSERVE: "off" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder, env, encoding: "utf8" });
  return { status, stdout, stderr };
}

const app = (synth: string): string => `
const app = new App();
const stack = new TerraformStack(app, "prod");
const web1 = new NixosHost(stack, "web1", { address: "web1" });
new NixosContainer(stack, "a_b", { host: web1, config: "{ }" });
${synth}`;
const commonjs = `const { App, TerraformStack } = require(${quoted("node_modules/cdktf")});
const { NixosContainer, NixosHost } = require(${quoted("dist/constructs")});`;
const esm = `import cdktf from ${quoted("node_modules/cdktf/lib/index.js")};
import { NixosContainer, NixosHost } from ${quoted("dist/constructs/index.js")};
const { App, TerraformStack } = cdktf;`;

describe("an app that is run bare (first hour 36)", () => {
  const told =
    /^the container name "a_b" [^\n]+\(construct prod\/a_b, container a_b, host web1, main\.m?js:\d+\)\n {2}→ [^\n]+\n$/;

  test.each([
    ["CommonJS", "main.js", commonjs + app("app.synth();")],
    ["ECMAScript module", "main.mjs", esm + app("app.synth();")],
    ["CommonJS with an asynchronous main", "main.js", commonjs + app("(async () => { await null; app.synth(); })();")],
  ])("ends with the message alone, and exit code 1: %s", (_title, file, text) => {
    const { status, stdout, stderr } = node(file, text);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(told);
  });

  test("can catch it, and goes on", () => {
    const { status, stdout, stderr } = node(
      "main.js",
      commonjs + app("try { app.synth(); } catch ({ name, problems }) { console.log(name, problems.length); }"),
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "NixosError 1\n", stderr: "" });
  });

  test("can throw another error instead, which node shows as ever", () => {
    const { status, stderr } = node(
      "main.js",
      commonjs + app(`try { app.synth(); } catch (cause) { throw new Error("mine", { cause }); }`),
    );
    expect(status).toBe(1);
    expect(stderr).toContain("Error: mine");
    expect(stderr).toContain("Node.js v");
  });

  test("can have a handler of its own", () => {
    const handler = `process.on("uncaughtException", ({ name }) => { console.log("handled", name); process.exitCode = 3; });`;
    const { status, stdout, stderr } = node("main.js", commonjs + app(`${handler} app.synth();`));
    expect({ status, stdout, stderr }).toEqual({ status: 3, stdout: "handled NixosError\n", stderr: "" });
  });
});
