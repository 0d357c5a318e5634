import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";

/** The demo, which is an app of this package as any user's is, and hence a program of its own. */
const program = path.join(__dirname, "../../examples/demo/main.js");

/** Plays the demo with these words; returns its exit code. */
export function demoCommand(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [program, ...words], { stdio: "inherit" });
  // A Ctrl-C of the terminal reaches it too, and it clears up before it ends.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => void child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}
