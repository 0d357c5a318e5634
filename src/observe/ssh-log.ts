/** The key with which a server let us in. */
export interface AcceptedKey {
  /** Path of the identity file, or the comment of an agent's key. */
  readonly label: string;
  /** ssh's name of the type: `ED25519`, `RSA`, `ED25519-CERT`, `ECDSA-SK`, … */
  readonly type: string;
  /** `SHA256:…` of the public key. */
  readonly fingerprint: string;
  readonly agent: boolean;
  /** Whether it lives in a PKCS#11 token. */
  readonly token: boolean;
}

/** What `ssh -E FILE -o LogLevel=DEBUG1` wrote about one connection. */
export interface SshLog {
  readonly authenticated: boolean;
  /** Whether it was a key that got us in. */
  readonly byKey: boolean;
  /** Keys the server would take, in the order tried; the last one got us in, if we are in. */
  readonly accepted: readonly AcceptedKey[];
  /** Fingerprint of the key with which the server proved itself. */
  readonly hostKeyFingerprint?: string;
  /** Whether the server showed a certificate, which a `@cert-authority` of known_hosts vouches for. */
  readonly hostCertificate: boolean;
  /** ssh's own words: what is left without the debugging lines. */
  readonly words: readonly string[];
}

const acceptedPattern = /^debug1: Server accepts key: (.*) (\S+) (SHA256:\S+)((?: [a-z]+)*)$/;
const hostKeyPattern = /^debug1: Server host (?:key|certificate): (\S+) (SHA256:[A-Za-z0-9+/]+)/;
const chatter =
  /^(debug\d: |OpenSSH_|Authenticated to |Transferred: |Bytes per second: |Killed by signal |Learned new hostkey: |Adding new key for |Deprecating |@+$)/;

export function parseSshLog(text: string): SshLog {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const accepted: AcceptedKey[] = [];
  let hostKeyFingerprint: string | undefined;
  let hostCertificate = false;
  for (const line of lines) {
    const [, label, type, fingerprint, flags = ""] = acceptedPattern.exec(line) ?? [];
    if (label !== undefined && type !== undefined && fingerprint !== undefined) {
      const words = flags.split(" ");
      accepted.push({ label, type, fingerprint, agent: words.includes("agent"), token: words.includes("token") });
    }
    const hostKey = hostKeyPattern.exec(line);
    if (hostKey) {
      hostKeyFingerprint ??= hostKey[2];
      hostCertificate ||= hostKey[1]?.includes("-cert-") ?? false;
    }
  }
  return {
    byKey: lines.some((line) => /^Authenticated to .* using "publickey"/.test(line)),
    authenticated: lines.some((line) => line.startsWith("Authenticated to ")),
    accepted,
    ...(hostKeyFingerprint !== undefined && { hostKeyFingerprint }),
    hostCertificate,
    words: lines.filter((line) => !chatter.test(line)).map((line) => line.replace(/^@ +(.*?) +@$/, "$1")),
  };
}
