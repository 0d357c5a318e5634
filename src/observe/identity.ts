import { existsSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Connection, Fault } from "../model/observed";
import { sshTransport } from "../model/transport";
import type { Context } from "./context";
import { type Failure } from "./failure";
import { fingerprint, keyFile } from "./key-file";
import { encryptedFailure } from "./route";
import type { ResolvedTarget } from "./ssh-config";
import type { AcceptedKey, SshLog } from "./ssh-log";

/** The one identity Terraform is told. */
export type Identity = Pick<Connection, "identityFile" | "certificateFile" | "agent" | "agentIdentity">;

/** An identity, and why Terraform cannot log in with it, if it cannot. */
export interface Identified {
  readonly identity: Identity;
  readonly fault?: Fault;
}

/** How many keys sshd lets a client try, unless it is told otherwise. */
const usualTries = 6;

/** The identity with which ssh logged in, in Terraform's terms. */
export async function acceptedIdentity(
  log: SshLog,
  target: ResolvedTarget,
  context: Context,
  tries = usualTries,
): Promise<Identified> {
  const key = log.accepted.at(-1);
  // An ssh that says less; or let in without a key.
  if (!key) return { identity: log.byKey ? await likelyIdentity(target) : { agent: false } };
  if (key.agent) return agentKey(key, target, context, tries);
  if (key.token || key.type.endsWith("-SK")) {
    return unusable(
      `the key ${key.label} for ${target.address} is in a hardware token, which Terraform cannot use by itself`,
      "load it into an agent with ssh-add, or use another key",
    );
  }
  const file = path.resolve(key.label);
  return key.type.endsWith("-CERT")
    ? certified(key, file, target, context)
    : { identity: { agent: false, identityFile: file } };
}

/** A guess, such as for a host that let nobody in: the first key that could be used. */
export async function likelyIdentity(target: ResolvedTarget): Promise<Identity> {
  for (const file of target.identityFiles) {
    if ((await keyFile(file)) === "plain") return { agent: false, identityFile: file };
  }
  return { agent: Boolean(process.env["SSH_AUTH_SOCK"]) };
}

/** Why a login failed although the server would have taken a key: the key is encrypted. */
export async function encryptedKey(accepted: readonly AcceptedKey[]): Promise<Failure | undefined> {
  for (const key of accepted) {
    if (!key.agent && (await keyFile(key.label)) === "encrypted") return encryptedFailure(path.resolve(key.label));
  }
  return undefined;
}

/** A key of the agent: Terraform tries all the agent has, in its order, but the one that `agent_identity` names first. */
async function agentKey(
  key: AcceptedKey,
  target: ResolvedTarget,
  context: Context,
  tries: number,
): Promise<Identified> {
  const socket = foreignAgent(target);
  if (socket !== undefined) {
    return unusable(
      `the key for ${target.address} is in the agent at ${socket} (IdentityAgent), where Terraform does not look`,
      `set SSH_AUTH_SOCK=${socket}`,
    );
  }
  const file = await readableName(key, target, context);
  if (file !== undefined) return { identity: { agent: true, agentIdentity: file } };
  const keys = await agentKeys(context);
  const index = keys.findIndex(({ blob }) => blob === key.fingerprint);
  const comment = keys[index]?.comment ?? key.label;
  const bearers = keys.filter((other) => other.comment === comment).length;
  if (comment !== "" && bearers <= 1) return { identity: { agent: true, agentIdentity: comment } };
  if (index < tries) return { identity: { agent: true } };
  const named = existsSync(key.label) ? path.resolve(key.label) : undefined;
  return {
    identity: { agent: true },
    fault: {
      what: `the key for ${target.address} is number ${index + 1} in the agent, the host lets a client try ${tries}, and Terraform cannot pick it: ${comment === "" ? "it has no comment" : `its comment ${JSON.stringify(comment)} is not its alone`}, and no public key lies where it is looked for`,
      remedy:
        (named === undefined
          ? "write its public half to a file (`ssh-add -L` prints it) and name that file as IdentityFile"
          : `put the public key beside it: \`ssh-keygen -y -f ${named} > ${named}.pub\``) + `; or ${sshTransport}`,
    },
  };
}

/** A path in which Terraform finds this very public key: it reads the file and the .pub beside it, an encrypted key not at all. */
async function readableName(key: AcceptedKey, target: ResolvedTarget, context: Context): Promise<string | undefined> {
  for (const name of [key.label, ...target.identityFiles]) {
    if ((await readPublicHalf(name, context)) === key.fingerprint) return path.resolve(name);
  }
  return undefined;
}

/** The fingerprint of the first key that Terraform can read of a file or its .pub. */
async function readPublicHalf(name: string, context: Context): Promise<string | undefined> {
  if ((await keyFile(name)) === "plain") {
    const answer = await context.run("ssh-keygen", ["-y", "-P", "", "-f", name], { timeout: 30 });
    if (answer.exitCode === 0) return fingerprint(answer.stdout.toString("utf8"));
  }
  for (const file of name.endsWith(".pub") ? [name] : [name, `${name}.pub`]) {
    const [, line] = /^((?:ssh|ecdsa|sk)-\S+ AAAA\S+)/m.exec(await readFile(file, "latin1").catch(() => "")) ?? [];
    if (line !== undefined) return fingerprint(line);
  }
  return undefined;
}

interface AgentKey {
  /** `SHA256:…` */
  readonly blob: string;
  readonly comment: string;
}

/** What the agent holds, in its order. */
async function agentKeys(context: Context): Promise<AgentKey[]> {
  const answer = await context.run("ssh-add", ["-L"], { timeout: 30 });
  return answer.stdout
    .toString("utf8")
    .split("\n")
    .flatMap((line) => {
      const [, key, comment = ""] = /^(\S+ AAAA\S+) ?(.*)$/.exec(line.trimEnd()) ?? [];
      return key === undefined ? [] : [{ blob: fingerprint(key), comment }];
    });
}

function unusable(what: string, remedy: string): Identified {
  return {
    identity: { agent: Boolean(process.env["SSH_AUTH_SOCK"]) },
    fault: { what, remedy: `${remedy}; or ${sshTransport}` },
  };
}

/** The agent's socket, when it is not the one that Terraform asks. */
function foreignAgent({ identityAgent }: ResolvedTarget): string | undefined {
  const ours = process.env["SSH_AUTH_SOCK"];
  if (identityAgent === undefined || (ours !== undefined && real(ours) === real(identityAgent))) return undefined;
  return identityAgent;
}

function real(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** A certificate goes with a private key, which ssh does not name: look for the file with the same fingerprint. */
async function certified(
  key: AcceptedKey,
  label: string,
  target: ResolvedTarget,
  context: Context,
): Promise<Identified> {
  const certificates = [label, `${label}-cert.pub`, ...target.certificateFiles].filter((file) =>
    file.endsWith("-cert.pub"),
  );
  const candidates = [label, ...certificates.map((file) => file.replace(/-cert\.pub$/, "")), ...target.identityFiles];
  for (const identityFile of candidates) {
    if ((await keyFile(identityFile)) !== "plain") continue;
    if ((await fileFingerprint(identityFile, context)) !== key.fingerprint) continue;
    for (const certificateFile of [label, ...certificates]) {
      if (certificateFile === identityFile || !existsSync(certificateFile)) continue;
      if ((await fileFingerprint(certificateFile, context)) === key.fingerprint) {
        return { identity: { agent: false, identityFile, certificateFile } };
      }
    }
  }
  return unusable(
    `the certificate ${key.label} for ${target.address} belongs to no key file that Terraform could read`,
    "load key and certificate into the agent together (ssh-add does), or use a key file without a passphrase",
  );
}

async function fileFingerprint(file: string, context: Context): Promise<string | undefined> {
  const answer = await context.run("ssh-keygen", ["-l", "-f", file], { timeout: 30 });
  return /(SHA256:\S+)/.exec(answer.stdout.toString("utf8"))?.[1];
}
