import { createHash } from "node:crypto";
import { usableType } from "../model/host-key";
import type { Context } from "./context";
import type { ResolvedTarget } from "./ssh-config";

/** The keys that vouch for one host. */
export interface HostKeys {
  /** `TYPE BLOB` of each key it may show itself. */
  readonly keys: readonly string[];
  /** `TYPE BLOB` of each authority that may have signed its certificate. */
  readonly authorities: readonly string[];
}

/** `TYPE BLOB` of a public key line, or undefined when it is none that Terraform can read. */
export function publicKey(line: string): string | undefined {
  const [type = "", blob = ""] = line.trim().split(/\s+/);
  return usableType.test(type) && /^[A-Za-z0-9+/]+=*$/.test(blob) ? `${type} ${blob}` : undefined;
}

/** A host as known_hosts files name it: `[host]:port`, and bare at port 22. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** The name under which ssh looks for a host's keys. */
export function lookupName(target: ResolvedTarget): string {
  return target.hostKeyAlias ?? knownHostsName(target.hostName.toLowerCase(), target.port);
}

/** Looks a host up as ssh does, in all its known_hosts files, hashed names and wildcards included. */
export async function findKnownKeys(target: ResolvedTarget, context: Context): Promise<HostKeys> {
  const found = await lookUp(lookupName(target), target.knownHostsFiles, context);
  const nothing = found.keys.length + found.authorities.length === 0;
  if (!nothing || target.hostKeyAlias !== undefined || target.port === 22) return found;
  return lookUp(target.hostName.toLowerCase(), target.knownHostsFiles, context); // ssh too tries without the port then
}

async function lookUp(name: string, files: readonly string[], context: Context): Promise<HostKeys> {
  const answers = await Promise.all(
    files.map((file) => context.run("ssh-keygen", ["-F", name, "-f", file], { timeout: 30 })),
  );
  const lines = answers.flatMap((answer) => answer.stdout.toString("utf8").split("\n"));
  return readKnownHosts(lines);
}

/** The keys of known_hosts lines, whatever their names; revoked ones are left out. */
export function readKnownHosts(lines: readonly string[]): HostKeys {
  const keys = new Set<string>();
  const authorities = new Set<string>();
  const revoked = new Set<string>();
  for (const line of lines) {
    const fields = line.trim().split(/\s+/);
    if (line.startsWith("#") || fields.length < 3) continue;
    const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
    const key = publicKey(fields.slice(1).join(" "));
    if (key === undefined) continue;
    (marker === "@cert-authority" ? authorities : marker === "@revoked" ? revoked : keys).add(key);
  }
  const sound = (all: ReadonlySet<string>): string[] => [...all].filter((key) => !revoked.has(key)).sort();
  return { keys: sound(keys), authorities: sound(authorities) };
}

/** known_hosts lines for a host under one name, as `findKnownKeys` would read them back. */
export function knownHostsLines(name: string, { keys, authorities }: HostKeys): string[] {
  return [...keys.map((key) => `${name} ${key}`), ...authorities.map((key) => `@cert-authority ${name} ${key}`)];
}

/** A host with its keys, as Terraform dials it. */
export interface NamedKeys extends HostKeys {
  readonly host: string;
  readonly port: number;
}

/**
 * Terraform's `host_key` for a host and its bastion, and `bastion_host_key` too: Terraform 1.11 checks the bastion against `host_key`.
 * It writes `HOST:PORT ` before the text, for the bastion likewise, and reads the whole as known_hosts lines. So the first key
 * stands bare, and all others carry their name. Undefined when no key is known: an empty text would check nothing.
 */
export function hostKeyText(host: NamedKeys, bastion?: NamedKeys): string | undefined {
  const lines = namedLines(host);
  if (!bastion) {
    const [first, ...rest] = host.keys.length > 0 ? host.keys : host.authorities;
    if (first === undefined) return undefined;
    const others =
      host.keys.length > 0 ? { keys: rest, authorities: host.authorities } : { keys: [], authorities: rest };
    return [first, ...namedLines({ ...host, ...others })].join("\n");
  }
  const ofBastion = namedLines(bastion);
  return lines.length === 0 || ofBastion.length === 0 ? undefined : [nobodysKey(), ...lines, ...ofBastion].join("\n");
}

function namedLines(host: NamedKeys): string[] {
  return knownHostsLines(knownHostsName(host.host, host.port), host);
}

/**
 * A key nobody holds, of a type no server shows, for the line that Terraform names after the host and after the bastion.
 * Go takes the first key of each type that a name has: a real key there would stand in the way of the other one's.
 */
function nobodysKey(): string {
  const type = "sk-ssh-ed25519@openssh.com";
  const point = createHash("sha256").update("cdktf-nixos-containers: nobody holds this key").digest();
  const parts = [Buffer.from(type), point, Buffer.from("ssh:")];
  const blob = parts.flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part]);
  return `${type} ${Buffer.concat(blob).toString("base64")}`;
}
