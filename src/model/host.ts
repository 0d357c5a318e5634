import type { Problem, Where } from "./error";
import { checkShape, hostShape } from "./shape";

/** Where a host is and how to log in to it. */
export interface HostSettings {
  /** Name, IP address or alias of ~/.ssh/config. */
  readonly address: string;
  /**
   * User to log in as. Any other than root needs sudo without a password.
   * @default what `ssh -G` says for the address, and root where it says nothing of its own
   */
  readonly user?: string;
  /**
   * SSH port, 1 to 65535.
   * @default what `ssh -G` says for the address: 22
   */
  readonly port?: number;
  /**
   * Path of the private key; `~` is the home directory.
   * @default what `ssh -G` says for the address, and the agent
   */
  readonly identityFile?: string;
  /**
   * The host's public key, such as "ssh-ed25519 AAAA…". It is pinned: any other key is an error.
   * @default the keys in known_hosts
   */
  readonly hostKey?: string;
  /**
   * A host to go through: [user@]name[:port] or alias. One, no more: Terraform knows one bastion.
   * @default what `ssh -G` says for the address
   */
  readonly proxyJump?: string;
  /**
   * Whether to become root with sudo.
   * @default true for any user but root
   */
  readonly become?: boolean;
}

/** A host as the code names it, checked. */
export interface DesiredHost extends HostSettings {
  /** Path of its construct, which names it in the app. */
  readonly construct: string;
  /** Short name for people: the construct's id. */
  readonly label: string;
  /** Whether the address is only known after apply: it cannot be observed then. */
  readonly addressUnknown: boolean;
}

const keyTypes =
  /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;

/** Whether a value is one of CDKTF's tokens. */
function isToken(value: unknown): boolean {
  return (typeof value === "string" && value.includes("${TfToken[")) || (typeof value === "number" && value < -1e200);
}

/** Everything wrong with a host's settings; empty when they are sound. */
export function hostProblems(given: HostSettings, where: Where): Problem[] {
  const problems: Problem[] = [];
  const refuse = (what: string, remedy: string): void => void problems.push({ code: "input", what, where, remedy });
  const tokens = Object.keys(given).filter(
    (field) => field !== "address" && isToken(given[field as keyof HostSettings]),
  );
  for (const field of tokens) {
    refuse(
      `${field} is a value that Terraform only knows after apply`,
      "give a value known at synth; only the address may be one of Terraform's",
    );
  }
  const shaped = checkShape(
    hostShape,
    given,
    where,
    tokens.map((field) => [field]),
  );
  problems.push(...shaped.problems);
  const settings = shaped.isFaulty("address") ? { ...shaped.sound, address: "localhost" } : shaped.sound;
  const { address, user, port, hostKey, proxyJump } = settings;
  if (
    !address.includes("${TfToken[") &&
    !/^[a-zA-Z0-9_]([a-zA-Z0-9_.:%-]*[a-zA-Z0-9_])?$/.test(address) &&
    address !== "::1"
  ) {
    refuse(
      `address ${JSON.stringify(address)} is not a host name, IP address or ssh alias`,
      'write it like "web1.example.org"; user and port have props of their own',
    );
  }
  const [, named, portText] = /^([^:]+):(\d+)$/.exec(address) ?? [];
  if (named !== undefined) {
    refuse(`address ${JSON.stringify(address)} has a port`, `write address: "${named}", port: ${portText ?? ""}`);
  }
  const { identityFile } = settings;
  if (identityFile !== undefined && (identityFile === "" || /[\r\n]/.test(identityFile))) {
    refuse(`identityFile ${JSON.stringify(identityFile)} is not a path`, 'write it like "~/.ssh/id_ed25519"');
  }
  if (user !== undefined && !/^[a-zA-Z_][a-zA-Z0-9_.-]*\$?$/.test(user)) {
    refuse(`user ${JSON.stringify(user)} is not a user name`, 'write it like "deploy"');
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
    refuse(`port ${String(port)} is not a port`, "use a whole number from 1 to 65535");
  }
  if (hostKey !== undefined) {
    const [type = "", blob = "", ...rest] = hostKey.trim().split(/ +/);
    if (!keyTypes.test(type) || !/^[A-Za-z0-9+/]{40,}={0,2}$/.test(blob) || /[\r\n]/.test(hostKey) || rest.length > 1) {
      refuse(
        `hostKey ${JSON.stringify(hostKey)} is not a public key`,
        'give one line of the host\'s /etc/ssh/ssh_host_ed25519_key.pub, like "ssh-ed25519 AAAA…"',
      );
    }
  }
  if (
    proxyJump !== undefined &&
    !/^([a-zA-Z_][a-zA-Z0-9_.-]*@)?(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9_][a-zA-Z0-9_.-]*)(:\d{1,5})?$/.test(proxyJump)
  ) {
    refuse(
      `proxyJump ${JSON.stringify(proxyJump)} is not one jump host`,
      proxyJump.includes(",")
        ? "name a single one: Terraform connects through one bastion, no more"
        : 'write it like "admin@bastion.example.org:22"',
    );
  }
  if (settings.become === false && user !== undefined && user !== "root") {
    refuse(
      `become is false for user ${JSON.stringify(user)}, and nixos-container needs root`,
      "leave become out, or log in as root",
    );
  }
  return problems;
}
