import type { Connection } from "../model/observed";
import type { Context } from "./context";
import { type Failure, failure, isFailure } from "./failure";
import { acceptedIdentity, type Identity, likelyIdentity } from "./identity";
import { fingerprint } from "./key-file";
import { findKnownKeys, type HostKeys, hostKeyText, type NamedKeys, publicKey } from "./known-hosts";
import type { Route } from "./route";
import type { Session } from "./session";
import type { ResolvedTarget } from "./ssh-config";

/** How Terraform reaches a host that let us in, given the keys the host says it has. */
export async function provenConnection(
  route: Route,
  session: Session,
  reported: readonly string[],
  context: Context,
): Promise<Connection | Failure> {
  const identity = await acceptedIdentity(session.log, route.target, context);
  if (isFailure(identity)) return identity;
  const bastion = await provenBastion(route, session, identity, context);
  if (bastion && isFailure(bastion)) return bastion;
  const keys = await provenKeys(route, session, reported, context);
  const hostKey = hostKeyText(keys, route.jump && session.jump && bastionKeys(route.jump, session.jump));
  if (hostKey === undefined) {
    return failure(
      `no host key of ${route.target.address}${route.jump ? " and its jump host" : ""} is known in a form that Terraform can check`,
      "let known_hosts name the keys of both (a KnownHostsCommand does not serve Terraform)",
    );
  }
  return connectionOf(route, identity, hostKey, bastion);
}

/** How Terraform would reach a host that could not be observed; undefined when it could not verify the host. */
export async function likelyConnection(route: Route, context: Context): Promise<Connection | undefined> {
  const { target, jump } = route;
  const ofJump = jump && named(jump, await findKnownKeys(jump, context));
  const hostKey = hostKeyText(named(target, await trustedKeys(route, context)), ofJump);
  if (hostKey === undefined) return undefined;
  const identity = await likelyIdentity(target);
  const { identityFile } = jump ? await likelyIdentity(jump) : {};
  const bastion = jump && { ...dialled(jump), ...(!identity.agent && identityFile !== undefined && { identityFile }) };
  return connectionOf(route, identity, hostKey, bastion);
}

function connectionOf(
  { target }: Route,
  identity: Identity,
  hostKey: string,
  bastion: Connection["bastion"],
): Connection {
  return { ...dialled(target), ...identity, hostKey, ...(bastion && { bastion }) };
}

/** Terraform tries one identity for both hops, unless the bastion has a key file of its own. */
async function provenBastion(
  { target, jump }: Route,
  session: Session,
  identity: Identity,
  context: Context,
): Promise<NonNullable<Connection["bastion"]> | Failure | undefined> {
  if (!jump || !session.jump) return undefined;
  const own = await acceptedIdentity(session.jump.log, jump, context);
  if (isFailure(own)) return own;
  if (own.certificateFile !== undefined && own.certificateFile !== identity.certificateFile) {
    return failure(
      `the jump host ${jump.address} takes a certificate from a file, which Terraform knows for the host behind it only`,
      "load key and certificate into an agent with ssh-add, for both hosts",
    );
  }
  if (own.agent && !identity.agent && identity.identityFile !== undefined) {
    return failure(
      `the key for the jump host ${jump.address} is in the agent and the one for ${target.address} in a file, and Terraform tries only one of the two`,
      `load the other one too: \`ssh-add ${identity.identityFile}\``,
    );
  }
  return { ...dialled(jump), ...(own.identityFile !== undefined && { identityFile: own.identityFile }) };
}

/** Every key of the host, in a lasting order; the one that vouched for it is among them, and a pinned one comes first then. */
async function provenKeys(
  route: Route,
  session: Session,
  reported: readonly string[],
  context: Context,
): Promise<NamedKeys> {
  const shown = session.log.hostKeyFingerprint;
  const own = sorted(reported.flatMap((line) => publicKey(line) ?? []));
  const isShown = (key: string): boolean => fingerprint(key) === shown;
  if (own.some(isShown) && !session.log.hostCertificate) return named(route.target, { keys: own, authorities: [] });
  const trusted = await trustedKeys(route, context);
  const missing = own.some(isShown) ? [] : trusted.keys.filter((key) => own.length === 0 || isShown(key));
  const authorities = session.log.hostCertificate ? trusted.authorities : [];
  return named(route.target, { keys: [...new Set([...missing, ...own])], authorities });
}

/** The bastion's keys by type; of one type, the one it showed comes first, for that is the one Go takes. */
function bastionKeys(jump: ResolvedTarget, { log, keys }: NonNullable<Session["jump"]>): NamedKeys {
  const rank = (key: string): string =>
    `${key.split(" ")[0] ?? ""} ${fingerprint(key) === log.hostKeyFingerprint ? 0 : 1}`;
  return named(jump, {
    ...keys,
    keys: [...keys.keys].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0)),
  });
}

/** The keys trusted before any contact: the pinned ones, or those of known_hosts. */
async function trustedKeys({ host, target }: Route, context: Context): Promise<HostKeys> {
  return host.hostKey === undefined ? findKnownKeys(target, context) : { keys: host.hostKey, authorities: [] };
}

function named({ hostName, port }: ResolvedTarget, keys: HostKeys): NamedKeys {
  return { host: hostName, port, ...keys };
}

function dialled({ hostName, port, user }: ResolvedTarget): Pick<Connection, "host" | "port" | "user"> {
  return { host: hostName, port, user };
}

function sorted(keys: readonly string[]): string[] {
  return [...new Set(keys)].sort();
}
