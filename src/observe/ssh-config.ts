import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Context } from "./context";
import { type Failure, failure, isFailure } from "./failure";
import { localUser } from "./local-user";
import { expandHome, expandPath, optionPath } from "./ssh-token";

/** A host as ssh is asked for it: what is given here takes precedence over ssh's configuration. */
export interface SshTarget {
  /** Name, IP address or alias. */
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
  /** Absolute path. */
  readonly identityFile?: string;
  /** `[user@]host[:port]`, alias, several with commas, or `none`. */
  readonly proxyJump?: string;
}

/** What ssh makes of a target. */
export interface ResolvedTarget extends SshTarget {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** Absolute paths, existing or not. */
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  /** Existing known_hosts files, the user's before the system's. */
  readonly knownHostsFiles: readonly string[];
  /** Whether ssh writes down the keys it is shown: in the first file of the user's, unless that is none. */
  readonly writesKnownHosts: boolean;
  /** Whether a KnownHostsCommand vouches for keys too. */
  readonly knownHostsCommand: boolean;
  readonly hostKeyAlias?: string;
  /** Socket of the agent, when the configuration names another than SSH_AUTH_SOCK; `none` for no agent at all. */
  readonly identityAgent?: string;
  readonly proxyCommand?: string;
  /** What makes ssh resolve this target the same way again, the address last. */
  readonly args: readonly string[];
}

/** Options of ssh's configuration that would keep a program from running over the connection, and their neutral values. */
const neutral: Readonly<Record<string, string>> = {
  sessiontype: "default",
  stdinnull: "no",
  forkafterauthentication: "no",
};

/**
 * Asks `ssh -G` what the target is. Where nothing names a user, ssh would take the local one's name; for `rootByDefault` it is root.
 * An unknown alias is echoed back by ssh, and only shows when connecting.
 */
export async function resolveTarget(
  target: SshTarget,
  rootByDefault: boolean,
  context: Context,
): Promise<ResolvedTarget | Failure> {
  const resolved = await askSsh(target, context.sshConfig, context);
  const local = localUser()?.name;
  if (isFailure(resolved) || !rootByDefault || target.user !== undefined) return resolved;
  if (resolved.user === "root" || resolved.user !== local) return resolved;
  if (await namesUser(target, context)) return resolved;
  return askSsh({ ...target, user: "root" }, context.sshConfig, context); // again: `Match user` may say more of root
}

/**
 * Whether ssh's configuration names the user. `ssh -G` does not tell the local name from a configured one of the same
 * spelling: so ask again with a configuration that goes on, after the very same files, with one more user.
 */
async function namesUser(target: SshTarget, context: Context): Promise<boolean> {
  const file = path.join(context.folder, "user-default");
  const included = context.sshConfig ? [context.sshConfig] : [expandHome("~/.ssh/config"), "/etc/ssh/ssh_config"];
  const lines = included.flatMap((name) => [`Include "${name}"`, "Match all"]);
  await writeFile(file, [...lines, "User root", ""].join("\n"));
  const resolved = await askSsh(target, file, context);
  return isFailure(resolved) || resolved.user !== "root";
}

async function askSsh(
  target: SshTarget,
  sshConfig: string | undefined,
  context: Context,
): Promise<ResolvedTarget | Failure> {
  const { address, user, port, identityFile, proxyJump } = target;
  const args = [
    ...(sshConfig === undefined ? [] : ["-F", sshConfig]),
    ...(user === undefined ? [] : ["-o", `User=${user}`]),
    ...(port === undefined ? [] : ["-o", `Port=${port}`]),
    ...(identityFile === undefined
      ? []
      : ["-o", `IdentityFile=${optionPath(identityFile)}`, "-o", "IdentitiesOnly=yes"]),
    // Said to the connection as well: without a jump of ours, ssh would take the one of its configuration.
    ...(proxyJump === "none" ? ["-o", "ProxyJump=none", "-o", "ProxyCommand=none"] : []),
  ];
  const jump = proxyJump === undefined || proxyJump === "none" ? [] : ["-o", `ProxyJump=${proxyJump}`];
  const answer = await context.run("ssh", ["-T", "-G", ...args, ...jump, "--", address], { timeout: 30 });
  if (answer.notStarted !== undefined) {
    return failure(
      `ssh cannot be started (${answer.notStarted})`,
      "install OpenSSH's client, and see that `ssh` is on PATH",
    );
  }
  if (answer.timedOut) {
    return failure(
      `\`ssh -G ${address}\` did not answer within 30 s`,
      "look for a `Match exec` in ~/.ssh/config that hangs",
    );
  }
  if (answer.exitCode !== 0) {
    const remedy = `mend ssh's configuration: \`ssh -G ${address}\` must succeed`;
    return failure(`ssh cannot tell how to reach ${JSON.stringify(address)}`, remedy, answer.stderr);
  }
  return readAnswer(target, args, answer.stdout.toString("utf8"));
}

function readAnswer(target: SshTarget, args: readonly string[], text: string): ResolvedTarget {
  const values = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, key, value = ""] = /^(\S+) (.*)$/.exec(line.trimEnd()) ?? [];
    if (key !== undefined) values.set(key.toLowerCase(), [...(values.get(key.toLowerCase()) ?? []), value]);
  }
  const one = (key: string): string | undefined => values.get(key)?.[0];
  const set = (key: string): string | undefined => (one(key) === "none" ? undefined : one(key));
  const hostName = one("hostname") ?? target.address;
  const port = Number(one("port") ?? target.port ?? 22);
  const user = one("user") ?? target.user ?? "";
  const tokens = { hostName, port, user, address: target.address };
  const paths = (key: string): string[] =>
    (values.get(key) ?? []).filter((v) => v !== "none").map((v) => expandPath(v, tokens));
  const agent = one("identityagent");
  const hostKeyAlias = set("hostkeyalias");
  const proxyJump = set("proxyjump");
  const proxyCommand = set("proxycommand");
  const overrides = Object.entries(neutral).filter(([key, value]) => (one(key) ?? value) !== value);
  return {
    ...target,
    hostName,
    port,
    user,
    identityFiles: paths("identityfile"),
    certificateFiles: paths("certificatefile"),
    knownHostsFiles: ["userknownhostsfile", "globalknownhostsfile"].flatMap((key) =>
      existingFiles(one(key) ?? "", (name) => expandPath(name, tokens)),
    ),
    writesKnownHosts: !/^(\/dev\/null|none)(\s|$)/.test(one("userknownhostsfile") ?? ""),
    knownHostsCommand: set("knownhostscommand") !== undefined,
    ...(hostKeyAlias !== undefined && { hostKeyAlias }),
    ...(agent !== undefined && agent !== "SSH_AUTH_SOCK" && { identityAgent: agentSocket(agent, tokens) }),
    proxyJump,
    ...(proxyCommand !== undefined && { proxyCommand }),
    args: [...args, ...overrides.flatMap(([key, value]) => ["-o", `${key}=${value}`]), "--", target.address],
  };
}

function agentSocket(value: string, tokens: Parameters<typeof expandPath>[1]): string {
  if (value === "none") return value;
  return value.startsWith("$") && !value.startsWith("${")
    ? (process.env[value.slice(1)] ?? "none")
    : expandPath(value, tokens);
}

/** The files of a list that `ssh -G` prints with spaces between and no quotes: a path with spaces is found by looking. */
function existingFiles(list: string, expand: (name: string) => string): string[] {
  const words = list.split(" ").filter((word) => word !== "" && word !== "none");
  const files: string[] = [];
  for (let start = 0; start < words.length;) {
    let end = words.length;
    while (end > start && !existsSync(expand(words.slice(start, end).join(" ")))) end -= 1;
    if (end > start) files.push(expand(words.slice(start, end).join(" ")));
    start = Math.max(end, start + 1);
  }
  return files;
}
