"use strict";
const { readFileSync, statfsSync } = require("node:fs");
const { availableParallelism } = require("node:os");

/** Where the files of tests live: in memory, if there is room for them and a program may be run there. */
function temporaryFolder() {
  const memory = "/dev/shm";
  try {
    const { bavail, bsize } = statfsSync(memory);
    const [, , type, options = "noexec"] =
      readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .map((line) => line.split(" "))
        .find(([, place]) => place === memory) ?? [];
    return type === "tmpfs" && !options.split(",").includes("noexec") && bavail * bsize > 4 * 2 ** 30
      ? memory
      : undefined;
  } catch {
    return undefined; // no Linux, or none with it
  }
}
process.env.TMPDIR ??= temporaryFolder() ?? "/tmp";

/** Sources run as they are; child processes run the build that `npm test` makes first. */
module.exports = {
  testEnvironment: "node",
  // Tests wait for other programs half of the time, so two cores get four workers; real hosts get one run at a time.
  maxWorkers: process.env.CDKTF_NIXOS_TEST_HOSTS ? 1 : availableParallelism() * 2,
  testSequencer: "<rootDir>/scripts/slow-first.js",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["<rootDir>/test/install/"], // minutes of npm, run by a command of its own
  transform: { "^.+\\.ts$": ["ts-jest", { tsconfig: "tsconfig.json" }] },
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
  // Real hosts evaluate NixOS, which takes its time.
  testTimeout: process.env.CDKTF_NIXOS_TEST_HOSTS ? 1_200_000 : 120_000,
};
