import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { fc } from "../support/properties";
import { probeProgram, programText, shellQuote } from "../../src/script";
import { describeWith } from "../support/tools";
import { convergeProgram, desired, reapProgram, teardownProgram } from "./program";

const programs: [name: string, text: string][] = [
  [
    "probe",
    `#!/bin/sh\n${probeProgram({ nonce: "n", become: true, sources: ["/srv"], owners: ["o"], syntax: [{ sha256: "a", text: "{ }" }] })}`,
  ],
  [
    "probe, the part that runs as root",
    `#!/bin/sh\np_reaps=''\nprobe_requests() {\n  source_kind /srv\n  observe_access web\n  check_syntax a b\n}\n${programText("probe")}`,
  ],
  [
    "converge",
    convergeProgram(
      desired("web", "{ }\n", { network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" }, autoStart: true }),
    ),
  ],
  ["reap", reapProgram([{ name: "web", base: "abc" }])],
  ["teardown", teardownProgram("0123")],
];

describeWith("shellcheck", "the programs as they are rendered", () => {
  test.each(programs)("%s is clean", (_name, text) => {
    // SC2034: the probe's root part shares its list of places with programs that use more of them.
    const { stdout, status } = spawnSync("shellcheck", ["-s", "sh", "-e", "SC2034", "-"], {
      input: text,
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([0, ""]);
  });

  test("a fault in one is noticed", () => {
    expect(
      spawnSync("shellcheck", ["-s", "sh", "-"], {
        input: `${programs[3]?.[1] ?? ""}\nrm -rf $w_owner/\n`,
        encoding: "utf8",
      }).status,
    ).toBe(1);
  });
});

test("any value arrives in a program as it is", () => {
  const unit = fc.string({
    unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", "!", " ", "*", "a", "é", "{", "%", "\t", "-"),
  });
  fc.assert(
    fc.property(fc.array(unit, { minLength: 20, maxLength: 40 }), (values) => {
      const program = values.map((value) => `printf '%s\\0' ${shellQuote(value)}`).join("\n");
      const { stdout } = spawnSync("sh", ["-s"], { input: program, encoding: "utf8" });
      expect(stdout.split("\0").slice(0, -1)).toEqual(values);
    }),
    { numRuns: 15 },
  );
});

test("comments stay behind, and nothing else does", () => {
  const text = programText("converge");
  expect(text).not.toMatch(/^\s*#(?! shellcheck)/m);
  expect(text).toContain("say '# Written by cdktf-nixos-containers");
});

test("the programs stay small enough to upload with every container", () => {
  expect(Math.max(...programs.map(([, text]) => text.length))).toBeLessThan(45_000);
});

test("a bundled app is told that the programs are not in the bundle", () => {
  const read = jest.spyOn(fs, "readFileSync").mockImplementation(() => {
    throw Object.assign(new Error("no such file"), { code: "ENOENT" });
  });
  let thrown: unknown;
  try {
    programText("receive");
  } catch (error) {
    thrown = error; // it is looked at below: jest itself reads files for that
  } finally {
    read.mockRestore();
  }
  expect(String(thrown)).toMatch(/receive\.sh among them, are not in .*\n.*leave it out of the bundle/);
  expect(programText("receive")).toContain("workdir");
});
