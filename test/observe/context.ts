import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import path from "node:path";
import type { DesiredHost } from "../../src/model/host";
import type { Observation } from "../../src/model/observed";
import type { Context } from "../../src/observe/context";
import { Gates } from "../../src/observe/gate";
import { observeHost } from "../../src/observe/observe-host";
import type { RunOptions, RunResult } from "../../src/observe/process";
import type { HostRequest } from "../../src/observe/request";

/** A context whose commands are run by node itself: jest cannot load execa, which is ESM. */
export function testContext(folder: string, settings: Partial<Context> = {}): Context {
  const own = mkdtempSync(path.join(folder, "context-"));
  let files = 0;
  return {
    folder: own,
    sshConfig: "none",
    connectTimeout: 5,
    timeout: 20,
    jumpGates: new Gates(8),
    run: runByNode,
    temporary: (name) => path.join(own, `${name}-${(files += 1)}`),
    ...settings,
  };
}

/** A checked host, on this machine unless told otherwise. */
export function desiredHost(settings: Partial<DesiredHost>): DesiredHost {
  return { construct: "stack/web1", label: "web1", addressUnknown: false, address: "127.0.0.1", ...settings };
}

export function hostRequest(settings: Partial<DesiredHost>): HostRequest {
  return { host: desiredHost(settings), sources: [], owners: [], syntax: [] };
}

/** Observes a host with a program of the test's own, in which @NONCE@ stands for the nonce. */
export function observeWith(program: string, settings: Partial<DesiredHost>, context: Context): Promise<Observation> {
  return observeHost(hostRequest(settings), ({ nonce }) => program.replaceAll("@NONCE@", nonce), context);
}

/** A program that frames the given records, as printf takes them. */
export function framed(...records: readonly string[]): string {
  const lines = ["@cdktf-nixos 1 @NONCE@ begin", ...records, "@cdktf-nixos 1 @NONCE@ end"];
  return lines.map((line) => `printf '${line}\\n'\n`).join("");
}

/** What an observation says, for people: why it failed, or what keeps Terraform from the host. */
export function said(observation: Observation): string {
  if (observation.kind === "observed" && observation.faults) {
    return observation.faults.map(({ what, remedy }) => `${what}\n-> ${remedy}`).join("\n");
  }
  if (observation.kind !== "failed") return observation.kind;
  return [observation.what, observation.detail ?? "", `-> ${observation.remedy}`].join("\n");
}

function runByNode(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const env = { ...process.env, LC_ALL: "C", SSH_ASKPASS_REQUIRE: "never", ...options.env };
    const child = spawn(file, args, { env, stdio: "pipe" });
    let timedOut = false;
    const timer = setTimeout(() => (timedOut = child.kill()), options.timeout * 1000);
    const finish = (rest: Partial<RunResult>): void => {
      clearTimeout(timer);
      const output = { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("utf8") };
      resolve({ ...output, timedOut, ...rest });
    };
    child.stdout.on("data", (data: Buffer) => stdout.push(data));
    child.stderr.on("data", (data: Buffer) => stderr.push(data));
    child.stdin.on("error", () => undefined); // it may end without reading
    child.on("error", (error: NodeJS.ErrnoException) => finish({ notStarted: error.code ?? "unknown" }));
    child.on("close", (exitCode) => finish({ exitCode: exitCode ?? undefined }));
    child.stdin.end(options.input ?? "");
  });
}
