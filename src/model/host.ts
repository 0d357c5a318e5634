import { checkContainerNetwork, type ContainerNetwork } from "./container-network";
import type { Problem, Refuse, Where } from "./error";
import { keyFaults, shown } from "./host-key";
import { checkAddress, checkJump, checkUser } from "./host-name";
import { checkShape, hostShape } from "./shape";
import { hostHints } from "./suggestion";
import { chosenAddressFlaw, refuseTokens, tokenFields } from "./token-fields";
import { sshTransport, type Transport, transportRemedy, transports } from "./transport";

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
   * that the host has: Terraform asks it for an ecdsa key, then for an rsa one, before ed25519.
   * @default the keys in known_hosts
   */
  readonly hostKey?: string | readonly string[];
  /**
   * A host to go through: [user@]name[:port], ssh://… or alias; or `{ address, hostKey }`, which pins its keys as well. One, no
   * more, as Terraform knows one bastion; several, separated by commas, with `transport: "ssh"`. "none" for none.
   * @default what `ssh -G` says for the address
   */
  readonly proxyJump?: string | JumpHost;
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
  /**
   * Where the addresses come from that are chosen for its containers (`network: { privateNetwork: true }`).
   * @default the pool that nixos-container takes from, 10.233.0.0/16
   */
  readonly containerNetwork?: ContainerNetwork;
}

/** A host to go through whose keys are pinned. */
export interface JumpHost {
  /** [user@]name[:port], ssh://… or alias. */
  readonly address: string;
  /**
   * Its public keys, as `hostKey` of a host.
   * @default the keys in known_hosts
   */
  readonly hostKey?: string | readonly string[];
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
  readonly proxyJump?: string;
  /** The pinned keys of the jump host, `TYPE BLOB` each. */
  readonly jumpHostKey?: readonly string[];
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** A jump host, however it was given. */
export function jumpHost(proxyJump: HostSettings["proxyJump"]): JumpHost | undefined {
  return typeof proxyJump === "string" ? { address: proxyJump } : proxyJump;
}

/** Everything wrong with a host's settings; empty when they are sound. */
export function hostProblems(given: HostSettings, where: Where): Problem[] {
  const problems: Problem[] = [];
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "input", what, where, remedy });
  const { address: _address, ...others } = given;
  const tokens = tokenFields(others);
  const chosen = chosenAddressFlaw(given, ["address"]);
  if (chosen) refuse(...chosen);
  refuseTokens(given, tokens, "give a value known at synth; only the address may be one of Terraform's", refuse);
  const shaped = checkShape(hostShape, given, where, tokens, hostHints);
  problems.push(...shaped.problems);
  const settings = shaped.isFaulty("address") ? { ...shaped.sound, address: "localhost" } : shaped.sound;
  const { address, user, port, hostKey, proxyJump, transport } = settings;
  if (!address.includes("${TfToken[")) checkAddress(address, refuse);
  const { identityFile } = settings;
  if (identityFile !== undefined && /^\s*-----BEGIN|[\r\n]./.test(identityFile)) {
    refuse(
      "identityFile holds a key or another text of several lines, not the path of a key",
      'write the key to a file that only you may read (chmod 600), and give its path, like "~/.ssh/id_ed25519"',
    );
  } else if (identityFile !== undefined && (identityFile === "" || /[\r\n]/.test(identityFile))) {
    refuse(`identityFile ${shown(identityFile)} is not a path`, 'write it like "~/.ssh/id_ed25519"');
  }
  if (user !== undefined) checkUser(user, refuse);
  if (port !== undefined && !isPort(port)) {
    refuse(`port ${String(port)} is not a port`, "use a whole number from 1 to 65535");
  }
  if (hostKey !== undefined && !shaped.isFaulty("hostKey"))
    for (const [what, remedy] of keyFaults(hostKey)) refuse(what, remedy);
  const jump = shaped.isFaulty("proxyJump") ? undefined : jumpHost(proxyJump);
  if (jump) {
    checkJump(jump.address, transport === "ssh", refuse);
    if (jump.hostKey !== undefined) {
      for (const [what, remedy] of keyFaults(jump.hostKey)) refuse(`proxyJump: ${what}`, remedy);
      if (jump.address === "none" || jump.address.includes(",")) {
        refuse(
          `proxyJump.hostKey stands beside ${jump.address === "none" ? "no jump host" : "several jump hosts"}: ${shown(jump.address)}`,
          "name the one jump host that shows these keys, or leave hostKey out and have the keys of all in known_hosts",
        );
      }
    }
  }
  if (jump && tokenFields(address).length > 0 && transport !== "ssh") {
    refuse(
      `proxyJump ${shown(jump.address)} stands beside an address that is only known after apply`,
      `ssh cannot be asked for the way to such a host: leave proxyJump out, and make it reachable directly; or ${sshTransport}`,
    );
  }
  if (transport !== undefined && !transports.some((name) => name === transport)) {
    refuse(`transport ${shown(transport)} is none`, transportRemedy(transport));
  }
  if (settings.containerNetwork !== undefined) checkContainerNetwork(settings.containerNetwork, refuse);
  if (settings.become === false && user !== undefined && user !== "root") {
    refuse(
      `become is false for user ${shown(user)}, and nixos-container needs root`,
      "leave become out, or log in as root",
    );
  }
  return problems;
}
