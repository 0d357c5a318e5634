import { isIP } from "node:net";
import type { Fault } from "../model/observed";
import { sshTransport } from "../model/transport";
import type { Context } from "./context";
import { readHostCertificate } from "./host-certificate";
import type { HostKeys } from "./known-hosts";
import { terraformAddresses } from "./name-service";
import type { ResolvedTarget } from "./ssh-config";
import type { SshLog } from "./ssh-log";
import { askedHostKey } from "./terraform-ssh";

/** How a host that shows certificates is dialled and checked. */
export interface CertificateFit {
  /** The name to dial: another one where the certificate is not for the first. */
  readonly host: string;
  readonly keys: HostKeys;
  readonly fault?: Fault;
}

/** What is known of the host: how ssh got there, and what it said of itself once it had proved who it is. */
export interface Shown {
  readonly subject: string;
  readonly target: ResolvedTarget;
  readonly log: SshLog;
  /** Lines of its certificates; a jump host tells none. */
  readonly certificates: readonly string[];
}

/**
 * Go asks for a certificate wherever one is offered, whatever plain keys it knows, and wants the very name it dialled among the
 * certificate's, with no wildcards and no HostKeyAlias.
 */
export async function certificateFit(
  host: string,
  keys: HostKeys,
  shown: Shown,
  context: Context,
): Promise<CertificateFit> {
  const { subject, target, log } = shown;
  const asked = log.proposal && askedHostKey(log.proposal);
  if (!asked?.certificate) return { host, keys };
  const certificate = shown.certificates
    .map((line) => readHostCertificate(line))
    .find((one) => one?.type === asked.type);
  const authorities = [...new Set([...keys.authorities, ...(certificate ? [certificate.authority] : [])])].sort();
  const vouched = { ...keys, authorities };
  if (authorities.length === 0) {
    const fault: Fault = {
      what: `${subject} will show Terraform a certificate, and no authority is known that vouches for it`,
      remedy: `add a \`@cert-authority ${host} …\` line to known_hosts, with the key of who signs its host certificates; or ${sshTransport}`,
    };
    return { host, keys: vouched, fault };
  }
  const principals = certificate?.principals ?? (log.hostCertificate ? log.principals : []);
  if (principals.length === 0 || principals.includes(host)) return { host, keys: vouched };
  const other = await sameHost(principals, shown, context);
  if (other !== undefined) return { host: other, keys: vouched };
  const wanted = [target.hostKeyAlias, target.address].find((name) => name !== undefined && principals.includes(name));
  const fault: Fault = {
    what: `Terraform dials ${host}, and the host certificate of ${subject} is for ${principals.join(", ")} alone`,
    remedy: `sign the certificate for ${host} too, or let HostName be ${wanted ?? principals.find((name) => !/[*?!]/.test(name)) ?? "a name it is for"}; or ${sshTransport}`,
  };
  return { host, keys: vouched, fault };
}

/** A name of the certificate that leads Terraform to where ssh went; what a jump host makes of names is not known here. */
async function sameHost(principals: readonly string[], { log }: Shown, context: Context): Promise<string | undefined> {
  const { address } = log;
  if (address === undefined) return undefined;
  for (const name of principals) {
    if (name === address) return name;
    if (/[*?!]/.test(name) || isIP(name) !== 0) continue;
    if ((await terraformAddresses(name, context.names))?.includes(address)) return name;
  }
  return undefined;
}
