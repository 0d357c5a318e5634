import { existsSync } from "node:fs";
import path from "node:path";
import type { DesiredHost } from "../model/host";
import { sshTransport, usesTerraformSsh } from "../model/transport";
import type { Context } from "./context";
import { type Failure, failure, isFailure } from "./failure";
import { keyFile } from "./key-file";
import { type ResolvedTarget, resolveTarget, type SshTarget } from "./ssh-config";
import { expandHome } from "./ssh-token";

/** The way to a host: what ssh made of its address, and the host to jump over. */
export interface Route {
  readonly host: DesiredHost;
  readonly target: ResolvedTarget;
  /** The one host to jump over, which Terraform can go as well. */
  readonly jump?: ResolvedTarget;
  /** Whether ssh finds the way there by itself: over several jumps, or by a ProxyCommand. */
  readonly bySsh?: boolean;
}

/** Finds the way to a host that both ssh and Terraform can go; nothing is contacted. */
export async function findRoute(host: DesiredHost, context: Context): Promise<Route | Failure> {
  const identityFile = host.identityFile === undefined ? undefined : path.resolve(expandHome(host.identityFile));
  const { address, user, port, proxyJump } = host;
  const target = await resolveTarget({ address, user, port, proxyJump, identityFile }, true, context);
  if (isFailure(target)) return target;
  const unusable = identityFile === undefined ? undefined : await identityFault(identityFile, target);
  if (unusable) return unusable;
  const fault =
    target.proxyCommand === undefined ? undefined : proxyCommandFailure(`host ${address}`, target.proxyCommand);
  if (!fault && target.proxyJump === undefined) return { host, target };
  const jump = fault ?? (await findJump(target.proxyJump ?? "", address, context));
  if (!isFailure(jump)) return { host, target, jump };
  return usesTerraformSsh(host) ? jump : { host, target, bySsh: true };
}

async function findJump(proxyJump: string, address: string, context: Context): Promise<ResolvedTarget | Failure> {
  const remedy = `go through a single jump host, as Terraform knows one bastion, no more; or ${sshTransport}`;
  if (proxyJump.includes(",")) return failure(`the way to ${address} has two jumps: ${proxyJump}`, remedy);
  const asked = readJump(proxyJump);
  if (!asked)
    return failure(
      `the jump host ${JSON.stringify(proxyJump)} of ${address} cannot be read`,
      "write it like admin@bastion:22",
    );
  const jump = await resolveTarget(asked, false, context);
  if (isFailure(jump)) return jump;
  if (jump.proxyJump !== undefined) {
    return failure(`the way to ${address} has two jumps: ${jump.proxyJump}, then ${proxyJump}`, remedy);
  }
  if (jump.proxyCommand !== undefined) return proxyCommandFailure(`the jump host ${proxyJump}`, jump.proxyCommand);
  return jump;
}

/** Parses `[user@]host[:port]`, with brackets around an IPv6 address. */
export function readJump(text: string): SshTarget | undefined {
  const match = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:@[\]]+))(?::(\d+))?\/?$/.exec(text);
  const address = match?.[2] ?? match?.[3];
  if (!match || address === undefined || address.startsWith("-")) return undefined;
  const [, user, , , port] = match;
  return { address, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) };
}

function proxyCommandFailure(subject: string, command: string): Failure {
  return failure(
    `${subject} is reached by ssh's ProxyCommand, which Terraform cannot use`,
    `use ProxyJump (or proxyJump) to go through another host; or ${sshTransport}`,
    `ProxyCommand ${command}`,
  );
}

async function identityFault(file: string, target: ResolvedTarget): Promise<Failure | undefined> {
  const kind = await keyFile(file);
  const hasAgent = target.identityAgent !== "none" && Boolean(target.identityAgent ?? process.env["SSH_AUTH_SOCK"]);
  if (kind === "encrypted" && !hasAgent) return encryptedFailure(file);
  // An agent's key may be named by its public half.
  const exists = existsSync(file);
  if (kind !== "unreadable" || (hasAgent && (exists || existsSync(`${file}.pub`)))) return undefined;
  if (!exists) return failure(`the identity file ${file} does not exist`, "give the path of an existing private key");
  return failure(
    `the identity file ${file} cannot be read as a private key`,
    file.endsWith(".pub")
      ? `give the path of the private key: ${file.slice(0, -".pub".length)}`
      : "give the path of a private key that you may read",
  );
}

/** The failure for a key that asks for a passphrase, which nobody is there to type. */
export function encryptedFailure(file: string): Failure {
  return failure(
    `the key ${file} is encrypted, and no agent holds it`,
    `load it with \`ssh-add ${file}\`, or use a key without a passphrase: neither ssh in the background nor Terraform asks for one`,
  );
}
