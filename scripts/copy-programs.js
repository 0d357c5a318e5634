"use strict";
// The compiler copies no shell programs: put each .sh file, with its folder, where the compiled code reads it.
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
for (const entry of fs.readdirSync(path.join(root, "src"), { recursive: true, withFileTypes: true })) {
  const from = path.join(entry.parentPath, entry.name);
  const isProgram = entry.name.endsWith(".sh") || path.basename(entry.parentPath) === "bin";
  if (!entry.isFile() || !isProgram || entry.name.endsWith(".ts")) continue;
  const to = path.join(root, "dist", path.relative(root, from));
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
}
