import { type Failure, failure } from "./failure";
import type { ResolvedTarget } from "./ssh-config";
import { shellWord } from "./ssh-token";

/** Who did not let us in, and how it was tried. */
export interface Attempt {
  readonly target: ResolvedTarget;
  /** The jump host it was tried through. */
  readonly via?: ResolvedTarget;
  readonly isJump: boolean;
  readonly pinned: boolean;
  /** Seconds. */
  readonly connectTimeout: number;
  /** The ssh configuration in place of the user's. */
  readonly sshConfig?: string;
  /** After a key was taken: the ways that lead on from there. */
  readonly steps?: readonly string[];
}

interface Cause {
  readonly pattern: RegExp;
  /** @default of every attempt */
  applies?(attempt: Attempt): boolean;
  what(subject: string, attempt: Attempt, said: string): string;
  remedy(attempt: Attempt, said: string): string;
}

const checkAddress = (attempt: Attempt): string =>
  `check address and port, and that it is up with sshd running (services.openssh.enable = true)${
    attempt.via ? `, as seen from ${attempt.via.address}` : ""
  }`;

/** What ssh says when it cannot log in, the most telling first. */
const causes: readonly Cause[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i,
    what: (subject, { pinned }) =>
      pinned
        ? `${subject} shows another key than the pinned hostKey`
        : `the host key of ${subject} is not the one in known_hosts`,
    remedy: ({ pinned, target, isJump }) =>
      "somebody may be in between: compare the key with /etc/ssh/ssh_host_*_key.pub at the host's own console; if it was reinstalled, " +
      (pinned
        ? `set ${isJump ? "the hostKey of proxyJump" : "hostKey"} to its new keys`
        : `forget the old key with \`ssh-keygen -R '${knownAs(target)}'\`, and add the new one`),
  },
  {
    pattern: /REVOKED HOST KEY|host key for .* was revoked|marked as revoked/i,
    what: (subject) => `the host key of ${subject} is revoked in known_hosts`,
    remedy: () => "give the host a new key, or connect to another host",
  },
  {
    pattern: /No .* host key is known for|Host key verification failed|no matching host key type/i,
    what: (subject, { pinned }) =>
      pinned ? `${subject} does not show the pinned hostKey` : `the host key of ${subject} is not known`,
    remedy: (attempt) =>
      attempt.pinned
        ? `set ${pinnedIn(attempt)} to the lines of the host's /etc/ssh/ssh_host_*_key.pub, read at its own console`
        : `${meet(attempt)}, or set ${pinnedIn(attempt)} to its /etc/ssh/ssh_host_*_key.pub`,
  },
  {
    pattern:
      /Could not resolve hostname|Name or service not known|Temporary failure in name resolution|nodename nor servname/i,
    what: (_subject, { target, isJump, via }) =>
      target.hostName.toLowerCase() === target.address.toLowerCase()
        ? `unknown host alias or name ${JSON.stringify(target.address)}${isJump ? " of the jump host" : ""}${via ? ` at the jump host ${via.address}` : ""}`
        : `${JSON.stringify(target.address)} leads to ${JSON.stringify(target.hostName)}, which is no known name`,
    remedy: () => "add it to ~/.ssh/config or to DNS, or correct the address",
  },
  {
    pattern: /^Load key ".+": bad permissions/m,
    what: (subject, _attempt, said) => `ssh does not use ${openKeys(said)} for ${subject}: others may read it`,
    remedy: (_attempt, said) => `\`chmod 600 ${openKeys(said)}\``,
  },
  {
    pattern: /^stepwise login$/m,
    what: (subject, { target, steps = [] }) =>
      `${subject} took the key of ${target.user}, and wants another step then: ${steps.join(", ") || "it does not say which"}`,
    remedy: ({ steps = [] }) =>
      (steps.includes("publickey") ? "name the second key in ~/.ssh/config too (IdentityFile), or let " : "let ") +
      "a key suffice for this user (AuthenticationMethods publickey in the host's sshd configuration): nobody is there to answer while hosts are observed and deployed to",
  },
  {
    pattern: /Permission denied|Too many authentication failures|No supported authentication methods/i,
    what: (subject, { target }) => `${subject} does not let ${target.user} in: it takes none of our keys`,
    remedy: ({ target, isJump }) =>
      `add your public key to ${target.user}'s authorized keys there (users.users.${target.user}.openssh.authorizedKeys.keys)` +
      (isJump ? ", or name the right key in ~/.ssh/config" : ", or set user, or identityFile to the right key"),
  },
  {
    pattern: /Connection refused/i,
    what: (subject) => `${subject} refuses the connection`,
    remedy: checkAddress,
  },
  {
    pattern: /No route to host|Network is unreachable|Host is down|Can't assign requested address/i,
    what: (subject) => `there is no route to ${subject}`,
    remedy: checkAddress,
  },
  {
    pattern: /administratively prohibited/i,
    what: (subject, { via }) => `the jump host ${via?.address ?? ""} does not forward to ${subject}`,
    remedy: () => "allow it there (AllowTcpForwarding and PermitOpen of sshd_config)",
  },
  {
    pattern: /timed out|timeout/i,
    what: (subject, { connectTimeout }) => `${subject} did not answer within ${connectTimeout} s`,
    remedy: (attempt) => `${checkAddress(attempt)}, and that no firewall is in the way`,
  },
  {
    pattern: /Unable to negotiate|no matching .* found/i,
    what: (subject) => `${subject} and this machine's ssh have no algorithm in common`,
    remedy: () => "upgrade the older side's OpenSSH",
  },
  {
    pattern: /Bad owner or permissions|Bad configuration option|terminating, \d+ bad configuration/i,
    what: (subject) => `ssh refuses its own configuration for ${subject}`,
    remedy: () => "mend ~/.ssh/config as ssh says",
  },
  {
    pattern: /\bUNKNOWN port \d+/,
    applies: ({ target, via }) => via === undefined && wayOf(target) !== undefined,
    what: (subject, { target }) => `${subject} is not reached: ${wayOf(target)} brought no connection`,
    remedy: (attempt) => `see below what it says, and that \`${commandLine(attempt)} true\` works`,
  },
  {
    pattern: /Connection (closed|reset)|kex_exchange_identification|banner exchange|Broken pipe|Received disconnect/i,
    what: (subject) => `${subject} closed the connection before the login`,
    remedy: () => "see the log of its sshd (journalctl -u sshd), and whether it or a firewall turns this machine away",
  },
];

/** Why nobody was let in, from ssh's own words. */
export function loginFailure(words: readonly string[], attempt: Attempt): Failure {
  const { target, isJump, steps } = attempt;
  const said = [...words, ...(steps ? ["stepwise login"] : [])].join("\n");
  const place = `${target.hostName} port ${target.port}`;
  const subject = `${isJump ? "the jump host " : ""}${target.address === target.hostName ? place : `${target.address} (${place})`}`;
  const detail = [`$ ${commandLine(attempt)}`, ...words];
  const cause = causes.find((one) => one.pattern.test(said) && (one.applies?.(attempt) ?? true));
  if (!cause) return failure(`ssh cannot log in to ${subject}`, `see what \`${commandLine(attempt)}\` says`, detail);
  return failure(cause.what(subject, attempt, said), cause.remedy(attempt, said), detail);
}

/** How a host's key comes to be known: by a first login, unless what is learned then is thrown away. */
function meet(attempt: Attempt): string {
  const { target } = attempt;
  if (target.writesKnownHosts) {
    return `log in once with \`${commandLine(attempt)}\` and compare the fingerprint it shows with the host's own`;
  }
  const scan = `ssh-keyscan${target.port === 22 ? "" : ` -p ${target.port}`} ${target.hostName}`;
  const where = attempt.via ? `, run at ${attempt.via.address},` : "";
  return `no login writes its key down (UserKnownHostsFile is /dev/null or none): name a file there for this host, put what \`${scan}\`${where} prints into it, and compare that with the host's own`;
}

function pinnedIn({ isJump }: Attempt): string {
  return isJump ? "the hostKey of proxyJump (proxyJump: { address, hostKey })" : "hostKey";
}

/** A command to try the same by hand. */
export function commandLine({ target, via, sshConfig }: Pick<Attempt, "target" | "via" | "sshConfig">): string {
  const over = via && `${via.user}@${via.hostName.includes(":") ? `[${via.hostName}]` : via.hostName}:${via.port}`;
  const jump = over ?? target.proxyJump;
  return [
    "ssh",
    ...(sshConfig === undefined ? [] : ["-F", sshConfig]),
    ...(target.identityFile === undefined ? [] : ["-i", target.identityFile]),
    ...(target.port === 22 ? [] : ["-p", String(target.port)]),
    ...(jump === undefined ? [] : ["-J", jump]),
    `${target.user}@${target.address}`,
  ]
    .map(shellWord)
    .join(" ");
}

/** What ssh goes by on its own to reach a host, if it is anything. */
function wayOf({ proxyCommand, proxyJump }: ResolvedTarget): string | undefined {
  if (proxyCommand !== undefined) return "its ProxyCommand";
  return proxyJump === undefined ? undefined : `the way over ${proxyJump}`;
}

/** The key files that ssh ignores because of their modes. */
function openKeys(said: string): string {
  return [...new Set([...said.matchAll(/^Load key "(.+)": bad permissions/gm)].map(([, file]) => file))].join(" ");
}

function knownAs({ hostKeyAlias, hostName, port }: ResolvedTarget): string {
  return hostKeyAlias ?? (port === 22 ? hostName : `[${hostName}]:${port}`);
}
