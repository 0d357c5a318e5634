import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { NixosError } from "../model/error";
import type { Observation } from "../model/observed";
import { printable } from "./failure";
import type { ObserveRequest } from "./request";
import { decode, encode } from "./wire";

/**
 * Observes hosts and waits for it, as constructs must: one child process does the work.
 *
 * @throws NixosError when the child process breaks down; hosts that fail are answers
 */
export function observeSync(request: ObserveRequest): Observation[] {
  const program = childProgram();
  const child = spawnSync(process.execPath, [program], {
    input: encode(request),
    env: process.env, // under jest, the default is another one
    encoding: "utf8",
    maxBuffer: 1024 * 1024 * 1024,
    stdio: "pipe", // what a child writes to an inherited stderr, cdktf shows as errors
    windowsHide: true,
  });
  if (child.status === 0 && child.stdout !== "") {
    return decode(child.stdout) as Observation[];
  }
  const how =
    child.error?.message ?? (child.signal ? `was ended by ${child.signal}` : `exited with ${String(child.status)}`);
  throw broken(
    `the observer of the hosts broke down: ${how}`,
    "try again; if it stays so, report it as a bug with this text",
    child.stderr,
  );
}

/** The compiled child program: beside this file, or in dist when this file runs from its source. */
function childProgram(): string {
  const isSource = path.extname(__filename) === ".ts";
  const program = isSource
    ? path.join(__dirname, "..", "..", "dist", "src", "observe", "main.js")
    : path.join(__dirname, "main.js");
  if (!existsSync(program)) {
    throw broken(
      `the observer is not built: there is no ${program}`,
      isSource ? "run `npm run build`" : "install the package anew",
    );
  }
  return program;
}

function broken(what: string, remedy: string, stderr?: string | null): NixosError {
  const detail = printable(stderr ?? "");
  return new NixosError([{ code: "internal", what, where: {}, remedy, ...(detail && { detail }) }]);
}
