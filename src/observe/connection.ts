import { isIP } from "node:net";
import type { Connection, Fault, ObservedHost } from "../model/observed";
import { sshTransport, usesTerraformSsh } from "../model/transport";
import { certificateFit } from "./certificate-fit";
import type { Context } from "./context";
import { type Failure, failure } from "./failure";
import { acceptedIdentity, type Identity, likelyIdentity } from "./identity";
import { fingerprint } from "./key-file";
import { findKnownKeys, type HostKeys, hostKeyText, type NamedKeys, publicKey } from "./known-hosts";
import { terraformAddresses } from "./name-service";
import type { Route } from "./route";
import type { Session } from "./session";
import type { ResolvedTarget } from "./ssh-config";
import type { SshLog } from "./ssh-log";
import { hostKeyFault, negotiationFit, stepsFault } from "./terraform-fit";

/** How Terraform reaches a host that let us in, and what keeps it from that. */
export interface Proven {
  readonly connection: Connection;
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
}

/** What a host said of itself once it had proved who it is. */
export type Told = Pick<ObservedHost, "hostKeys" | "hostCertificates" | "authTries">;

/** The connection for a host that let us in, given what it says of itself. */
export async function provenConnection(
  route: Route,
  session: Session,
  told: Told,
  context: Context,
): Promise<Proven | Failure> {
  const { target, jump } = route;
  const { log } = session;
  const name = await terraformName(target, log, context);
  const certificates = told.hostCertificates ?? [];
  const shown = { subject: target.address, target, log, certificates };
  const keys = await provenKeys(route, session, told.hostKeys, context);
  const fit = await certificateFit(name.host, keys, shown, context);
  const host: NamedKeys = { ...fit.keys, host: fit.host, port: target.port };
  const { identity, fault } = await acceptedIdentity(log, target, context, told.authTries);
  const bastion = jump && session.jump && (await provenBastion(target, jump, session.jump, identity, context));
  const hostKey = hostKeyText(host, bastion?.keys);
  const isTerraform = usesTerraformSsh(route.host);
  if (hostKey === undefined && isTerraform) {
    return failure(
      `no host key of ${target.address}${jump ? " and its jump host" : ""} is known in a form that Terraform can check`,
      `let known_hosts name the keys of both (a KnownHostsCommand does not serve Terraform); or ${sshTransport}`,
    );
  }
  const connection: Connection = {
    ...dialled(target, fit.host),
    ...identity,
    hostKey: hostKey ?? "",
    ...(bastion && { bastion: bastion.connection }),
  };
  if (!isTerraform) return { connection, faults: [], notes: [] };
  const negotiated = await negotiationFit(target.address, log, context);
  const faults = [
    ...(bastion?.faults ?? []),
    ...negotiated.faults,
    fit.fault,
    hostKeyFault(target.address, log, host, "hostKey"),
    stepsFault(target.address, log),
    fault,
  ].filter((one) => one !== undefined);
  return { connection, faults, notes: [...(bastion?.notes ?? []), ...name.notes, ...negotiated.notes] };
}

/** How Terraform would reach a host that could not be observed; undefined when it could not verify the host. */
export async function likelyConnection(route: Route, context: Context): Promise<Connection | undefined> {
  const { target, jump } = route;
  const { jumpHostKey } = route.host;
  const ofJump =
    jump && named(jump, jumpHostKey ? { keys: jumpHostKey, authorities: [] } : await findKnownKeys(jump, context));
  const hostKey = hostKeyText(named(target, await trustedKeys(route, context)), ofJump);
  if (hostKey === undefined) return undefined;
  const identity = await likelyIdentity(target);
  const { identityFile } = jump ? await likelyIdentity(jump) : {};
  const ofFile = !identity.agent && identityFile !== undefined && { identityFile };
  const bastion = jump && { ...dialled(jump, jump.hostName), ...ofFile };
  return { ...dialled(target, target.hostName), ...identity, hostKey, ...(bastion && { bastion }) };
}

interface ProvenBastion {
  readonly connection: NonNullable<Connection["bastion"]>;
  readonly keys: NamedKeys;
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
}

/** Terraform tries one identity for both hops, unless the bastion has a key file of its own. */
async function provenBastion(
  target: ResolvedTarget,
  jump: ResolvedTarget,
  session: NonNullable<Session["jump"]>,
  identity: Identity,
  context: Context,
): Promise<ProvenBastion> {
  const subject = `the jump host ${jump.address}`;
  const { log } = session;
  const name = await terraformName(jump, log, context);
  const shown = { subject, target: jump, log, certificates: [] };
  const fit = await certificateFit(name.host, bastionKeys(session), shown, context);
  const keys: NamedKeys = { ...fit.keys, host: fit.host, port: jump.port };
  const negotiated = await negotiationFit(subject, log, context);
  const { identity: own, fault } = await acceptedIdentity(log, jump, context);
  const faults = [
    ...negotiated.faults,
    fit.fault,
    hostKeyFault(subject, log, keys, "the jump host's hostKey (proxyJump: { address, hostKey })"),
    stepsFault(subject, log),
    fault ?? identityMismatch(own, identity, jump, target),
  ].filter((one) => one !== undefined);
  const { identityFile } = own;
  return {
    connection: { ...dialled(jump, fit.host), ...(identityFile !== undefined && { identityFile }) },
    keys,
    faults,
    notes: [...name.notes, ...negotiated.notes],
  };
}

/** What of a bastion's own identity Terraform has no place for. */
function identityMismatch(
  own: Identity,
  identity: Identity,
  jump: ResolvedTarget,
  target: ResolvedTarget,
): Fault | undefined {
  if (own.certificateFile !== undefined && own.certificateFile !== identity.certificateFile) {
    return {
      what: `the jump host ${jump.address} takes a certificate from a file, which Terraform knows for the host behind it only`,
      remedy: `load key and certificate into an agent with ssh-add, for both hosts; or ${sshTransport}`,
    };
  }
  if (own.agent && !identity.agent && identity.identityFile !== undefined) {
    return {
      what: `the key for the jump host ${jump.address} is in the agent and the one for ${target.address} in a file, and Terraform tries only one of the two`,
      remedy: `load the other one too: \`ssh-add ${identity.identityFile}\`; or ${sshTransport}`,
    };
  }
  return undefined;
}

/** The name Terraform finds a host by: its address, where only this machine's name service knows the name. */
async function terraformName(
  { hostName, address }: ResolvedTarget,
  log: SshLog,
  context: Context,
): Promise<{ readonly host: string; readonly notes: readonly string[] }> {
  if (log.address === undefined || isAddress(hostName)) return { host: hostName, notes: [] };
  const found = await terraformAddresses(hostName, context.names);
  if (found === undefined || found.length > 0) return { host: hostName, notes: [] };
  const alias = hostName === address ? "" : ` (${address})`;
  const note = `neither DNS nor the hosts file knows the name ${hostName}${alias}, so Terraform is told the address that ssh found: ${log.address}`;
  return { host: log.address, notes: [note] };
}

function isAddress(name: string): boolean {
  return isIP(name) !== 0;
}

/** Every key of the host, in a lasting order; the one that vouched for it is among them, and a pinned one comes first then. */
async function provenKeys(
  route: Route,
  session: Session,
  reported: readonly string[],
  context: Context,
): Promise<HostKeys> {
  const shown = session.log.hostKeyFingerprint;
  const own = sorted(reported.flatMap((line) => publicKey(line) ?? []));
  const isShown = (key: string): boolean => fingerprint(key) === shown;
  if (own.some(isShown) && !session.log.hostCertificate) return { keys: own, authorities: [] };
  const trusted = await trustedKeys(route, context);
  const missing = own.some(isShown) ? [] : trusted.keys.filter((key) => own.length === 0 || isShown(key));
  const authorities = session.log.hostCertificate ? trusted.authorities : [];
  return { keys: [...new Set([...missing, ...own])], authorities };
}

/** The bastion's keys by type; of one type, the one it showed comes first, for that is the one Go takes. */
function bastionKeys({ log, keys }: NonNullable<Session["jump"]>): HostKeys {
  const rank = (key: string): string =>
    `${key.split(" ")[0] ?? ""} ${fingerprint(key) === log.hostKeyFingerprint ? 0 : 1}`;
  return { ...keys, keys: [...keys.keys].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0)) };
}

/** The keys trusted before any contact: the pinned ones, or those of known_hosts. */
async function trustedKeys({ host, target }: Route, context: Context): Promise<HostKeys> {
  return host.hostKey === undefined ? findKnownKeys(target, context) : { keys: host.hostKey, authorities: [] };
}

function named({ hostName, port }: ResolvedTarget, keys: HostKeys): NamedKeys {
  return { host: hostName, port, ...keys };
}

function dialled({ port, user }: ResolvedTarget, host: string): Pick<Connection, "host" | "port" | "user"> {
  return { host, port, user };
}

function sorted(keys: readonly string[]): string[] {
  return [...new Set(keys)].sort();
}
