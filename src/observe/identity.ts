import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import type { Connection } from "../model/observed";
import type { Context } from "./context";
import { type Failure, failure } from "./failure";
import { keyFile } from "./key-file";
import { encryptedFailure } from "./route";
import type { ResolvedTarget } from "./ssh-config";
import type { AcceptedKey, SshLog } from "./ssh-log";

/** The one identity Terraform is told. */
export type Identity = Pick<Connection, "identityFile" | "certificateFile" | "agent" | "agentIdentity">;

/** The identity with which ssh logged in, in Terraform's terms; a failure when Terraform could not use it. */
export async function acceptedIdentity(
  log: SshLog,
  target: ResolvedTarget,
  context: Context,
): Promise<Identity | Failure> {
  const key = log.accepted.at(-1);
  if (!key) return log.byKey ? likelyIdentity(target) : { agent: false }; // an ssh that says less; or let in without a key
  if (key.agent) {
    const socket = foreignAgent(target);
    if (socket !== undefined) {
      return failure(
        `the key for ${target.address} is in the agent at ${socket} (IdentityAgent), where Terraform does not look`,
        `set SSH_AUTH_SOCK=${socket}`,
      );
    }
    return { agent: true, agentIdentity: agentIdentity(key.label) };
  }
  if (key.token || key.type.endsWith("-SK")) {
    return failure(
      `the key ${key.label} for ${target.address} is in a hardware token, which Terraform cannot use by itself`,
      "load it into an agent with ssh-add, or use another key",
    );
  }
  const file = path.resolve(key.label);
  return key.type.endsWith("-CERT") ? certified(key, file, target, context) : { agent: false, identityFile: file };
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

/** Terraform's `agent_identity`: the path of a key file it can read, else the key's comment in the agent. */
function agentIdentity(label: string): string {
  return existsSync(label) || existsSync(`${label}.pub`) ? path.resolve(label) : label;
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
): Promise<Identity | Failure> {
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
        return { agent: false, identityFile, certificateFile };
      }
    }
  }
  return failure(
    `the certificate ${key.label} for ${target.address} belongs to no key file that Terraform could read`,
    "load key and certificate into the agent together (ssh-add does), or use a key file without a passphrase",
  );
}

async function fileFingerprint(file: string, context: Context): Promise<string | undefined> {
  const answer = await context.run("ssh-keygen", ["-l", "-f", file], { timeout: 30 });
  return /(SHA256:\S+)/.exec(answer.stdout.toString("utf8"))?.[1];
}
