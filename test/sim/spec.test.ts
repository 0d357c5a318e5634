import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describeWith } from "../support/tools";

const SIM = path.join(__dirname, "../../src/sim");

test("every clause of the specification has a test, and every test a clause", () => {
  const clauses = [...fs.readFileSync(path.join(SIM, "SPEC.md"), "utf8").matchAll(/^- (\d+\.\d+) /gm)].map(
    (match) => match[1],
  );
  const tests = fs
    .readdirSync(__dirname)
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => [
      ...fs.readFileSync(path.join(__dirname, file), "utf8").matchAll(/^ *(?:test\(|\]\)\()"(\d+\.\d+) /gm),
    ])
    .map((match) => match[1]);
  expect(clauses.length).toBeGreaterThan(70);
  expect([...new Set(tests)].sort()).toEqual([...clauses].sort());
});

describeWith("shellcheck", "shellcheck", () => {
  test("every double and its library pass shellcheck", () => {
    const files = ["bin", "lib"].flatMap((folder) =>
      fs.readdirSync(path.join(SIM, folder)).map((name) => path.join(SIM, folder, name)),
    );
    const check = (...words: string[]) => spawnSync("shellcheck", words, { encoding: "utf8" });
    const { stdout, status } = check("-x", "-P", "SCRIPTDIR", ...files);
    expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
    expect(spawnSync("shellcheck", ["-s", "sh", "-"], { input: "echo $1\n" }).status).toBe(1);
  });
});
