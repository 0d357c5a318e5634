"use strict";
// Stands for Terraform where only its local-exec matters: runs what it is told to, and says how it ended.
const { spawn } = require("node:child_process");

process.on("message", ({ id, env, shell }) => {
  const child = spawn(shell, ["-c", 'eval "$CDKTF_NIXOS_CLIENT"'], { env, stdio: ["ignore", "pipe", "pipe"] });
  process.send({ id, pid: child.pid });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => process.send({ id, output: data.toString("utf8") }));
  }
  child.on("close", (code) => process.send({ id, code }));
});
process.on("disconnect", () => process.exit());
