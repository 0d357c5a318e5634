import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Outcome } from "./project";

/** The process that synthesizes for this test file, and who waits for it. */
interface Server {
  readonly process: ChildProcess;
  readonly waiting: Map<number, { resolve(outcome: Outcome): void; reject(error: Error): void }>;
}

let server: Server | undefined;
let asked = 0;

/** Synthesizes the test app in a folder that has its app.json, with this environment; test/support/app.js runs from its first line each time. */
export function synthesize(folder: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const { process: child, waiting } = (server ??= start());
  const id = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    child.send({ id, folder, env });
  });
}

afterAll(() => {
  server?.process.disconnect();
  server = undefined;
});

function start(): Server {
  const child = fork(join(__dirname, "synth-server.js"), {
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const waiting: Server["waiting"] = new Map();
  child.on("message", ({ id, outcome }: { id: number; outcome: Outcome }) => {
    waiting.get(id)?.resolve(outcome);
    waiting.delete(id);
  });
  child.on("exit", (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the synth server ended with ${signal ?? code}`));
    server = undefined;
  });
  return { process: child, waiting };
}
