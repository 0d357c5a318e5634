import { spawn, type ChildProcess } from "node:child_process";
import type { CommandResult, EmbeddedHost } from "../../src/sim";

/** Options of OpenSSH's clients that reach the host and nothing of this machine's configuration. */
export function sshOptions(host: EmbeddedHost): string[] {
  return [
    ...["-F", "none", "-i", host.identityFile],
    ...[
      "BatchMode=yes",
      "IdentitiesOnly=yes",
      "StrictHostKeyChecking=yes",
      `UserKnownHostsFile=${host.knownHosts}`,
    ].flatMap((o) => ["-o", o]),
  ];
}

/** The real ssh, running. */
export function startSsh(
  host: EmbeddedHost,
  command: string,
  options: readonly string[] = [],
  user = host.user,
): ChildProcess {
  return spawn("ssh", [...sshOptions(host), "-p", String(host.port), ...options, `${user}@${host.address}`, command]);
}

/** The real ssh, through. */
export function ssh(
  host: EmbeddedHost,
  command: string,
  options: readonly string[] = [],
  { user = host.user, stdin = "" } = {},
): Promise<CommandResult> {
  return finish(startSsh(host, command, options, user), stdin);
}

/** Any program, through. */
export function finish(child: ChildProcess, stdin = ""): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const output = { stdout: "", stderr: "" };
    child.stdout?.on("data", (data: Buffer) => (output.stdout += data.toString()));
    child.stderr?.on("data", (data: Buffer) => (output.stderr += data.toString()));
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(stdin);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...output }));
  });
}

/** Waits until something holds. @throws after half a minute */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`gave up waiting until ${what}`);
  }
}

/** Standard output of a command that must succeed. */
export async function output(host: EmbeddedHost, command: string, user?: string): Promise<string> {
  const result = await host.run(command, { ...(user ? { user } : {}) });
  if (result.code !== 0) throw new Error(`${command}: exit ${result.code}\n${result.stderr}`);
  return result.stdout.trimEnd();
}

/** Matches any text with this in it, typed as text. */
export function containing(text: string): string {
  return expect.stringContaining(text) as string;
}
