import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { providerMirror, providerMirrorLine } from "../support/provider-mirror";
import { describeUnless } from "../support/tools";

const main = `
import { App, TerraformStack } from "cdktf";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";

const app = new App();
const stack = new TerraformStack(app, "hello");
new NullProvider(stack, "null");
new Resource(stack, "one", {
  triggers: { word: process.env["WORD"] ?? "" },
  provisioners: [{ type: "local-exec", command: \`echo \${process.env["WORD"]} >> \${__dirname}/ran\` }],
});
app.synth();
`;

const repository = path.join(__dirname, "..", "..");
const mirror = providerMirror();

describeUnless(mirror.kind === "none" && mirror.reason, `the real cdktf with ${providerMirrorLine(mirror)}`, () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "null-provider-cdktf-"));
    writeFileSync(path.join(folder, "main.ts"), main);
    writeFileSync(path.join(folder, "cdktf.json"), JSON.stringify(settings));
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const settings = {
    language: "typescript",
    app: "npx ts-node --transpile-only main.ts",
    projectId: "b1b7b5f5-6d5e-4d3c-9a55-2f3c8f6a0001",
    sendCrashReports: "false",
  };
  const compilerOptions = { target: "es2022", module: "nodenext", moduleResolution: "nodenext", types: ["node"] };

  function cdktf(word: string, ...command: string[]): string {
    const run = spawnSync(path.join(repository, "node_modules", ".bin", "cdktf"), command, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...mirror.env, WORD: word },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
    });
    const output = stripVTControlCharacters(run.stdout + run.stderr);
    if (run.status !== 0) throw new Error(`cdktf ${command.join(" ")} ended with ${run.status}:\n${output}`);
    return output;
  }

  test("deploys a null_resource, plans nothing for what is deployed, and replaces what changed", () => {
    cdktf("first", "deploy", "--auto-approve");
    expect(readFileSync(path.join(folder, "ran"), "utf8")).toBe("first\n");

    expect(cdktf("first", "diff")).toContain("No changes.");
    const changed = cdktf("second", "diff");
    expect(changed).not.toContain("No changes.");
    expect(changed).toContain("must be replaced");

    cdktf("second", "deploy", "--auto-approve");
    expect(readFileSync(path.join(folder, "ran"), "utf8")).toBe("first\nsecond\n");
    expect(cdktf("second", "diff")).toContain("No changes.");

    cdktf("second", "destroy", "--auto-approve");
  }, 300_000);
});
