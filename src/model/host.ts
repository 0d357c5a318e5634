import type { Problem, Refuse, Where } from "./error";
import { keyFaults, shown } from "./host-key";
import { checkShape, hostShape } from "./shape";
import { tokenFields, tokenName } from "./token-fields";
import { type Transport, transportRemedy, transports } from "./transport";

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
   * The host's public keys, such as "ssh-ed25519 AAAA…", a line each: as `cat /etc/ssh/ssh_host_*_key.pub` on the host or
   * ssh-keyscan print them. They are pinned: any other key is an error. Where the address is only known after apply, give all
   * that the host has: Terraform asks it for an rsa key, then for an ecdsa one, before ed25519.
   * @default the keys in known_hosts
   */
  readonly hostKey?: string | readonly string[];
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
  /**
   * How a deploy reaches it: "remote-exec" is Terraform's own SSH client; "ssh" is the ssh of the machine that deploys,
   * which reaches whatever `ssh` does (any key exchange, certificates, hardware keys, ProxyCommand, several jumps).
   * @default the app's setting `transport`: "remote-exec"
   */
  readonly transport?: Transport;
}

/** A host as the code names it, checked. */
export interface DesiredHost extends HostSettings {
  /** Path of its construct, which names it in the app. */
  readonly construct: string;
  /** Short name for people: the construct's id. */
  readonly label: string;
  /** Whether the address is only known after apply: it cannot be observed then. */
  readonly addressUnknown: boolean;
  /** The pinned keys, `TYPE BLOB` each. */
  readonly hostKey?: readonly string[];
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** Everything wrong with a host's settings; empty when they are sound. */
export function hostProblems(given: HostSettings, where: Where): Problem[] {
  const problems: Problem[] = [];
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "input", what, where, remedy });
  const { address: _address, ...others } = given;
  const tokens = tokenFields(others);
  for (const field of tokens) {
    refuse(
      `${tokenName(field)} is a value that Terraform only knows after apply`,
      "give a value known at synth; only the address may be one of Terraform's",
    );
  }
  const shaped = checkShape(hostShape, given, where, tokens);
  problems.push(...shaped.problems);
  const settings = shaped.isFaulty("address") ? { ...shaped.sound, address: "localhost" } : shaped.sound;
  const { address, user, port, hostKey, proxyJump, transport } = settings;
  if (
    !address.includes("${TfToken[") &&
    !/^[a-zA-Z0-9_]([a-zA-Z0-9_.:%-]*[a-zA-Z0-9_])?$/.test(address) &&
    address !== "::1"
  ) {
    refuse(
      `address ${shown(address)} is not a host name, IP address or ssh alias`,
      'write it like "web1.example.org"; user and port have props of their own',
    );
  }
  const [, named, portText] = /^([^:]+):(\d+)$/.exec(address) ?? [];
  if (named !== undefined) {
    refuse(`address ${shown(address)} has a port`, `write address: "${named}", port: ${portText ?? ""}`);
  }
  const { identityFile } = settings;
  if (identityFile !== undefined && /^\s*-----BEGIN|[\r\n]./.test(identityFile)) {
    refuse(
      "identityFile holds a key or another text of several lines, not the path of a key",
      'write the key to a file that only you may read (chmod 600), and give its path, like "~/.ssh/id_ed25519"',
    );
  } else if (identityFile !== undefined && (identityFile === "" || /[\r\n]/.test(identityFile))) {
    refuse(`identityFile ${shown(identityFile)} is not a path`, 'write it like "~/.ssh/id_ed25519"');
  }
  if (user !== undefined && !/^[a-zA-Z_][a-zA-Z0-9_.-]*\$?$/.test(user)) {
    refuse(`user ${shown(user)} is not a user name`, 'write it like "deploy"');
  }
  if (port !== undefined && !isPort(port)) {
    refuse(`port ${String(port)} is not a port`, "use a whole number from 1 to 65535");
  }
  if (hostKey !== undefined && !shaped.isFaulty("hostKey"))
    for (const [what, remedy] of keyFaults(hostKey)) refuse(what, remedy);
  if (
    proxyJump !== undefined &&
    !/^([a-zA-Z_][a-zA-Z0-9_.-]*@)?(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9_][a-zA-Z0-9_.-]*)(:\d{1,5})?$/.test(proxyJump)
  ) {
    refuse(
      `proxyJump ${shown(proxyJump)} is not one jump host`,
      proxyJump.includes(",")
        ? "name a single one: Terraform connects through one bastion, no more"
        : 'write it like "admin@bastion.example.org:22"',
    );
  }
  if (proxyJump !== undefined && tokenFields(address).length > 0) {
    refuse(
      `proxyJump ${shown(proxyJump)} stands beside an address that is only known after apply`,
      "ssh cannot be asked for the way to such a host: leave proxyJump out, and make it reachable directly",
    );
  }
  const jumpPort = /:(\d{1,5})$/.exec(proxyJump?.replace(/^.*\]/, "") ?? "")?.[1];
  if (jumpPort !== undefined && !isPort(Number(jumpPort))) {
    refuse(`proxyJump ${shown(proxyJump ?? "")} has a port that is none`, "use a whole number from 1 to 65535");
  }
  if (transport !== undefined && !transports.some((name) => name === transport)) {
    refuse(`transport ${shown(transport)} is none`, transportRemedy(transport));
  }
  if (settings.become === false && user !== undefined && user !== "root") {
    refuse(
      `become is false for user ${shown(user)}, and nixos-container needs root`,
      "leave become out, or log in as root",
    );
  }
  return problems;
}
