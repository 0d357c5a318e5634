import { readFile, writeFile } from "node:fs/promises";
import { usesTerraformSsh } from "../model/transport";
import type { Context } from "./context";
import { findKnownKeys, type HostKeys, knownHostsLines, lookupName, readKnownHosts } from "./known-hosts";
import type { RunResult } from "./process";
import type { Route } from "./route";
import type { ResolvedTarget } from "./ssh-config";
import { parseSshLog, type SshLog } from "./ssh-log";
import { optionPath, shellWord } from "./ssh-token";

/** What came of one connection to a host. */
export interface Session {
  readonly result: RunResult;
  readonly log: SshLog;
  readonly jump?: {
    readonly log: SshLog;
    /** The keys known of the jump host, with those it proved to have as well. */
    readonly keys: HostKeys;
  };
}

/** What keeps ssh from asking, forwarding, sharing connections, running other commands, or writing anything down. */
const quiet = {
  BatchMode: "yes",
  StrictHostKeyChecking: "yes",
  ControlMaster: "no",
  ControlPath: "none",
  ClearAllForwardings: "yes",
  ForwardAgent: "no",
  ForwardX11: "no",
  Tunnel: "no",
  RemoteCommand: "none",
  RequestTTY: "no",
  PermitLocalCommand: "no",
  AddKeysToAgent: "no",
  VisualHostKey: "no",
  LogLevel: "DEBUG2", // tells which key got us in, and what the server offers; it goes to a file of its own, never to the user
};

/** Terraform logs in with a key: what else ssh could do without a terminal would be of no use to it. */
function logins({ host }: Route): Readonly<Record<string, string>> {
  return usesTerraformSsh(host) ? { PreferredAuthentications: "publickey" } : {};
}

/** Runs a program on a host with `sh`, whatever its login shell: one connection, the program on stdin. */
export async function runProgram(route: Route, program: string, context: Context): Promise<Session> {
  const logFile = context.temporary("log");
  const jump = route.jump && (await prepareJump(route, route.jump, context));
  const { target } = route;
  const args = [
    ...["-T", "-E", logFile],
    ...options({ ...quiet, ...logins(route), ConnectTimeout: String(context.connectTimeout), UpdateHostKeys: "no" }),
    ...(await pinned(route, context)),
    ...(jump ? options({ ProxyCommand: jump.command, ProxyUseFdpass: "no" }) : []),
    ...(route.bySsh && target.proxyJump !== undefined ? options({ ProxyJump: target.proxyJump }) : []),
    ...target.args,
    "sh -s",
  ];
  const result = await context.run("ssh", args, {
    input: program,
    timeout: context.timeout,
    env: {
      ...(jump && { SHELL: "/bin/sh" }), // which runs the ProxyCommand
      ...(route.bySsh && { SSH_ASKPASS: "false", SSH_ASKPASS_REQUIRE: "force" }), // nobody is there for the jumps' own ssh to ask
    },
  });
  const log = await readLog(logFile, context);
  if (!jump) return { result, log };
  const known = await readFile(jump.knownHosts, "utf8");
  return { result, log, jump: { log: await readLog(jump.logFile, context), keys: readKnownHosts(known.split("\n")) } };
}

/**
 * The command that leads over the jump host. ssh's own ProxyJump would pass none of our options on.
 * Terraform may prefer another of the jump host's keys than known_hosts has: with UpdateHostKeys ssh has the host prove
 * all of its keys, and writes them to the file, which is a temporary one here.
 */
async function prepareJump(
  route: Route,
  jump: ResolvedTarget,
  context: Context,
): Promise<{ readonly command: string; readonly logFile: string; readonly knownHosts: string }> {
  const logFile = context.temporary("jump-log");
  const knownHosts = context.temporary("jump-known-hosts");
  const { host, target } = route;
  const trusted = host.jumpHostKey && { keys: host.jumpHostKey, authorities: [] };
  const known = knownHostsLines(lookupName(jump), trusted ?? (await findKnownKeys(jump, context)));
  await writeFile(knownHosts, known.map((line) => `${line}\n`).join(""));
  const args = [
    ...["-T", "-E", logFile, "-W", `[${target.hostName}]:${target.port}`],
    ...options({ ...quiet, ...logins(route), ConnectTimeout: String(context.connectTimeout), UpdateHostKeys: "yes" }),
    ...options({ UserKnownHostsFile: optionPath(knownHosts), GlobalKnownHostsFile: "/dev/null" }),
    ...(trusted ? options(nobodyElse(jump)) : []),
    ...jump.args,
  ];
  const command = ["ssh", ...args.map(shellWord)].join(" ").replace(/%/g, "%%");
  return { command, logFile, knownHosts };
}

/** The host's key is a pinned one, or there is no connection: neither known_hosts nor DNS has a say then. */
async function pinned({ host, target }: Route, context: Context): Promise<string[]> {
  if (host.hostKey === undefined) return [];
  const file = context.temporary("known-hosts");
  await writeFile(file, host.hostKey.map((key) => `* ${key}\n`).join(""));
  return options({
    UserKnownHostsFile: optionPath(file),
    GlobalKnownHostsFile: "/dev/null",
    ...nobodyElse(target),
  });
}

/** Where keys are pinned, neither DNS nor a command has a say. */
function nobodyElse({ knownHostsCommand }: ResolvedTarget): Readonly<Record<string, string>> {
  return { VerifyHostKeyDNS: "no", ...(knownHostsCommand && { KnownHostsCommand: "none" }) };
}

function options(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

async function readLog(file: string, { folder }: Context): Promise<SshLog> {
  return parseSshLog(await readFile(file, "utf8").catch(() => ""), folder);
}
