"use strict";
// Synthesizes the test app time and again, in the folder and the environment it is told: loading the framework, the half of a synth, is done once.
const path = require("node:path");
const { inspect } = require("node:util");

const app = path.join(__dirname, "app.js");

/** What `process.exit` comes to here. */
class Exit {
  constructor(code) {
    this.code = code;
  }
}

/** Runs the app from its first line, as a process of its own would; how it ended, and what it printed. */
function synthesize(folder, env) {
  const told = { stdout: "", stderr: "", output: "" };
  const kept = { exit: process.exit, stdout: process.stdout.write, stderr: process.stderr.write };
  const hear = (name) => (text) => {
    told[name] += text;
    told.output += text;
    return true;
  };
  process.chdir(folder);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.stdout.write = hear("stdout");
  process.stderr.write = hear("stderr");
  process.exit = (code) => {
    throw new Exit(code ?? process.exitCode ?? 0);
  };
  let code;
  try {
    delete require.cache[app];
    require(app);
    code = process.exitCode ?? 0;
  } catch (error) {
    code = error instanceof Exit ? error.code : 1;
    if (!(error instanceof Exit)) process.stderr.write(`${inspect(error)}\n`);
  } finally {
    process.exit = kept.exit;
    process.stdout.write = kept.stdout;
    process.stderr.write = kept.stderr;
    process.exitCode = undefined;
  }
  return { code, ...told };
}

process.on("message", ({ id, folder, env }) => process.send({ id, outcome: synthesize(folder, env) }));
