import type { Fault } from "../model/observed";
import { sshTransport } from "../model/transport";
import type { Context } from "./context";
import { askEngine, isAtLeast } from "./engine";
import type { NamedKeys } from "./known-hosts";
import type { SshLog } from "./ssh-log";
import { askedHostKey, type Engines, findGaps } from "./terraform-ssh";

/** What Terraform's client will not get along with, and what depends on its version. */
export interface Fit {
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
}

/** Whether Terraform's client and a server have algorithms in common, by what the server offered to ssh. */
export async function negotiationFit(subject: string, { proposal }: SshLog, context: Context): Promise<Fit> {
  const { gaps, closedBy } = proposal ? findGaps(proposal) : { gaps: [] };
  if (gaps.length === 0) return { faults: [], notes: [] };
  const engine = closedBy && (await askEngine(context));
  if (engine && closedBy && isAtLeast(engine, closedBy)) return { faults: [], notes: [] };
  const told = gaps.map(({ kind, offered }) => `the ${kind} ${offered.join(", ") || "none"}`).join(" and only ");
  if (closedBy && !engine) {
    return { faults: [], notes: [`${subject} offers only ${told}, which needs ${engineNames(closedBy)}`] };
  }
  const lacking = engine ? `${engine.name} ${engine.version.join(".")} does` : "Terraform's SSH does";
  const settings = gaps.map(({ option, example }) => `${example} to services.openssh.settings.${option}`).join(", ");
  const newer = closedBy ? `, or deploy with ${engineNames(closedBy)}` : "";
  return {
    faults: [
      {
        what: `${subject} offers only ${told}, which ${lacking} not have`,
        remedy: `add ${settings} there${newer}; or ${sshTransport}`,
      },
    ],
    notes: [],
  };
}

function engineNames(engines: Engines): string {
  return Object.entries(engines)
    .map(([name, [major, minor]]) => `${name} ${major}.${minor}`)
    .join(" or ");
}

/** A login of several steps: Terraform has one of each kind. */
export function stepsFault(subject: string, { partial }: SshLog): Fault | undefined {
  return partial
    ? {
        what: `${subject} wants a second key or another step after the first, and Terraform takes one`,
        remedy: `let one key suffice there (AuthenticationMethods publickey in sshd's configuration); or ${sshTransport}`,
      }
    : undefined;
}

/** Whether the plain key that Go will ask a server for is one it is handed; of a certificate, certificate-fit.ts tells. */
export function hostKeyFault(
  subject: string,
  { proposal }: SshLog,
  { host, port, keys }: NamedKeys,
  setting: string,
): Fault | undefined {
  const asked = proposal && askedHostKey(proposal);
  if (proposal && !asked) {
    return {
      what: `${subject} has only host keys of kinds that Terraform's SSH cannot check: ${proposal.hostKeys.join(", ")}`,
      remedy: `give it an ed25519 or ecdsa key (services.openssh.hostKeys); or ${sshTransport}`,
    };
  }
  if (!asked || asked.certificate || keys.some((key) => key.startsWith(`${asked.type} `))) return undefined;
  const kind = /rsa|ecdsa|ed25519/.exec(asked.type)?.[0] ?? asked.type;
  return {
    what: `Terraform will ask ${subject} for its ${asked.type} key, which is not among those known of it`,
    remedy: `add it to known_hosts (\`ssh-keyscan -t ${kind} -p ${port} ${host}\` prints it; compare it with the host's own /etc/ssh/ssh_host_${kind}_key.pub), or to ${setting}; or ${sshTransport}`,
  };
}
