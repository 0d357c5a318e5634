import type { Proposal } from "./ssh-log";

/**
 * What the SSH client of Terraform and OpenTofu offers where nothing is configured, as neither lets one do.
 * Source: golang.org/x/crypto/ssh, common.go (preferredKexAlgos, supportedHostKeyAlgos, preferredCiphers, supportedMACs) of the
 * versions in their go.mod: v0.1.0 (Terraform 1.5) to v0.35.0 (Terraform 1.11, OpenTofu 1.10), v0.39.0 and v0.45.0 for what came later.
 */
interface Generation {
  readonly kex: readonly string[];
  /** In the order of preference, which says which of them need a MAC. */
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
}

/** The first release of each engine that has a generation. */
export interface Engines {
  readonly Terraform: readonly [number, number];
  readonly OpenTofu: readonly [number, number];
}

const aes128 = "aes128-gcm@openssh.com";
const chacha = "chacha20-poly1305@openssh.com";
const counters = ["aes128-ctr", "aes192-ctr", "aes256-ctr"];
const sha256 = ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-256"];
const sha512 = ["hmac-sha2-512-etm@openssh.com", "hmac-sha2-512"];
const sha1 = ["hmac-sha1", "hmac-sha1-96"];

/** Terraform 1.5. */
const oldest: Generation = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group14-sha1",
  ],
  ciphers: [aes128, chacha, ...counters],
  macs: [...sha256, ...sha1],
};

const second: Generation = {
  ...oldest,
  ciphers: [aes128, "aes256-gcm@openssh.com", chacha, ...counters],
  macs: [...sha256, ...sha512, ...sha1],
};

/** What grew since, the oldest first. */
const later: readonly (readonly [Engines, Generation])[] = [
  [{ Terraform: [1, 6], OpenTofu: [1, 6] }, second],
  [
    { Terraform: [1, 13], OpenTofu: [1, 11] },
    { ...second, kex: ["mlkem768x25519-sha256", ...second.kex] },
  ],
];

/** What a server and Terraform's client have no algorithm in common for. */
export interface Gap {
  /** Such as `key exchange`. */
  readonly kind: string;
  readonly offered: readonly string[];
  /** The option of sshd_config and of services.openssh.settings, and a value that every engine has. */
  readonly option: string;
  readonly example: string;
}

/** The gaps of a server for the oldest engine, and the engines that have none; undefined for those when no release so far has. */
export function findGaps(proposal: Proposal): { readonly gaps: readonly Gap[]; readonly closedBy?: Engines } {
  const gaps = gapsOf(proposal, oldest);
  if (gaps.length === 0) return { gaps };
  const closing = later.find(([, generation]) => gapsOf(proposal, generation).length === 0);
  return { gaps, ...(closing && { closedBy: closing[0] }) };
}

/** As findAgreedAlgorithms of x/crypto: the client's first that the server has; a MAC only where the cipher needs one. */
function gapsOf(proposal: Proposal, { kex, ciphers, macs }: Generation): Gap[] {
  const gaps = new Map<string, Gap>();
  const agree = (
    kind: string,
    mine: readonly string[],
    theirs: readonly string[],
    hint: readonly [string, string],
  ): string | undefined => {
    const common = mine.find((name) => theirs.includes(name));
    if (common === undefined)
      gaps.set(kind, { kind, offered: theirs.filter(isAlgorithm), option: hint[0], example: hint[1] });
    return common;
  };
  agree("key exchange", kex, proposal.kex, ["KexAlgorithms", "curve25519-sha256"]);
  for (const [theirCiphers, theirMacs] of [
    [proposal.ciphersToServer, proposal.macsToServer],
    [proposal.ciphersToClient, proposal.macsToClient],
  ] as const) {
    const cipher = agree("cipher", ciphers, theirCiphers, ["Ciphers", chacha]);
    if (cipher?.endsWith("-ctr")) agree("MAC", macs, theirMacs, ["Macs", "hmac-sha2-256-etm@openssh.com"]);
  }
  return [...gaps.values()];
}

/** Not what rides along in the list to announce an extension of the protocol. */
function isAlgorithm(name: string): boolean {
  return !/^(ext-info-|kex-strict-)/.test(name);
}

/** In Go's order of preference, each with the type of key it proves; certificates come first, whatever plain keys are known. */
const hostKeyAlgorithms: readonly (readonly [algorithm: string, type: string])[] = [
  ["rsa-sha2-256-cert-v01@openssh.com", "ssh-rsa"],
  ["rsa-sha2-512-cert-v01@openssh.com", "ssh-rsa"],
  ["ssh-rsa-cert-v01@openssh.com", "ssh-rsa"],
  ["ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256"],
  ["ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384"],
  ["ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521"],
  ["ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"],
  ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"],
  ["ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"],
  ["ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"],
  ["rsa-sha2-256", "ssh-rsa"],
  ["rsa-sha2-512", "ssh-rsa"],
  ["ssh-rsa", "ssh-rsa"],
  ["ssh-ed25519", "ssh-ed25519"],
];

/** The host key that Go will ask a server for: its type as known_hosts has it, and whether it comes as a certificate; undefined for none. */
export function askedHostKey({
  hostKeys,
}: Proposal): { readonly type: string; readonly certificate: boolean } | undefined {
  const asked = hostKeyAlgorithms.find(([algorithm]) => hostKeys.includes(algorithm));
  return asked && { type: asked[1], certificate: asked[0].includes("-cert-") };
}
