import { spawnSync } from "node:child_process";
import fs from "node:fs";
import type { ContainerSettings } from "../../src/model/container";
import { containerModule } from "../../src/model/module";
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
  const text = programText("converge") + programText("reap");
  expect(text).not.toMatch(/^\s*#(?! shellcheck)| # sets /m);
  expect(text).toContain("/^# Written by cdktf-nixos-containers;/d' ");
});

test("the programs stay small enough to upload with every container", () => {
  expect(Math.max(...programs.map(([, text]) => text.length))).toBeLessThan(64_000);
});

test.each(["25.05", ""])(
  "container.nix comes out on a host as everybody else has it, with state version '%s'",
  (version) => {
    const program = convergeProgram(desired("web", "{ }\n"), { stateVersion: version });
    const part = (pattern: RegExp): string => pattern.exec(program)?.[0] ?? "";
    const wanted = part(/^w_container_nix='[^']*'$/m);
    const functions = [part(/^say\(\) .*$/m), part(/^container_module\(\) \{$[^]*?^\}$/m)];
    const script = [`w_state_version=${version}`, wanted, ...functions, "container_module"].join("\n");
    const { stdout } = spawnSync("sh", ["-s"], { input: script, encoding: "utf8" });
    expect(stdout).toBe(containerModule("configuration.nix", version));
  },
);

test.each([
  ["start timeout", { timeouts: { start: 90 } }, []],
  ["start order", { bindMounts: { "/x": { hostPath: "/tank/x" } } }, []],
  ["start order and timeout", { bindMounts: { "/x": { hostPath: "/tank/x" } }, timeouts: { start: 90 } }, []],
  ["start timeout", {}, ["[Service]", "TimeoutStartSec=90"]],
  ["start order", {}, ["[Unit]", "RequiresMountsFor=/tank/x"]],
  ["start order and timeout", {}, ["[Unit]", "RequiresMountsFor=/tank/x", "[Service]", "TimeoutStartSec=90"]],
  ["start order and timeout", {}, undefined],
])(
  "that the unit is told of the %s is said in these words: %j after %j",
  (words, settings: ContainerSettings, dropIn) => {
    const program = convergeProgram(desired("web", "{ }\n", settings), { ...(dropIn && { dropIn }) });
    expect(program).toContain(`\nw_unit_words='${words}'\n`);
  },
);

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
