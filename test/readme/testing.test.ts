import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkPackages, transpiled } from "../support/copied-app";
import { run } from "../support/project";
import { describeWith } from "../support/tools";
import { readPage, root } from "./pages";

describeWith("ssh", "the tests that docs/testing.md shows", () => {
  test("pass, and one that cannot does not", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cdktf-nixos-testing-"));
    try {
      linkPackages(folder);
      const blocks = readPage("docs/testing.md").blocks.filter(({ language }) => language === "ts");
      for (const { name, text } of blocks) writeFileSync(join(folder, name.replace(/\.ts$/, ".js")), transpiled(text));
      writeFileSync(join(folder, "control.test.js"), 'test("control", () => expect(1).toBe(2));\n');
      writeFileSync(join(folder, "jest.config.js"), "module.exports = { testTimeout: 60_000 };\n");
      const jest = join(root, "node_modules/jest/bin/jest.js");
      const { output } = await run("node", [jest, "--rootDir", folder, "--maxWorkers", "1"], {
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: "" },
      });
      const outcomes = [...output.matchAll(/^(PASS|FAIL) \.\/(\S+)\.test\.js/gm)].map(
        ([, outcome, name]) => `${name} ${outcome}`,
      );
      const expected = blocks.map(({ name }) => `${name.replace(/\.test\.ts$/, "")} PASS`);
      expect([output, outcomes.sort()]).toEqual([output, [...expected, "control FAIL"].sort()]);
      expect(blocks.map(({ name }) => name)).toEqual(expect.arrayContaining(["unit.test.ts", "observed.test.ts"]));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
