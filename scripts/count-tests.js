"use strict";
// Adds up jest's JSON results in a folder and prints them on one line. A test file that does not even load is one failure.
const { readdirSync, readFileSync } = require("node:fs");
const path = require("node:path");

const folder = process.argv[2];
const runs = readdirSync(folder).map((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")));
const sum = (...names) => runs.flatMap((run) => names.map((name) => run[name])).reduce((a, b) => a + b, 0);

const passed = sum("numPassedTests");
const failed = sum("numFailedTests", "numRuntimeErrorTestSuites");
const skipped = sum("numPendingTests", "numTodoTests");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
