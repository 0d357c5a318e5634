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

/** The algorithms a server offers, in its own order. */
export interface Proposal {
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly ciphersToServer: readonly string[];
  readonly ciphersToClient: readonly string[];
  readonly macsToServer: readonly string[];
  readonly macsToClient: readonly string[];
}

/** What `ssh -E FILE -o LogLevel=DEBUG2` wrote about one connection. */
export interface SshLog {
  readonly authenticated: boolean;
  /** Whether it was a key that got us in. */
  readonly byKey: boolean;
  /** Keys the server would take, in the order tried; the last one got us in, if we are in. */
  readonly accepted: readonly AcceptedKey[];
  /** Whether the server took a key and wanted another step besides. */
  readonly partial: boolean;
  /** The ways to log in that the server named last. */
  readonly methods: readonly string[];
  /** Lines about a key whose options leave out a terminal, `FILE:LINE` each. */
  readonly withoutTerminal: readonly string[];
  /** Address that the host's name led to; absent behind a jump host, which asks by itself. */
  readonly address?: string;
  /** Absent where it cannot be read. */
  readonly proposal?: Proposal;
  /** Fingerprint of the key with which the server proved itself. */
  readonly hostKeyFingerprint?: string;
  /** Whether the server showed a certificate, which a `@cert-authority` of known_hosts vouches for. */
  readonly hostCertificate: boolean;
  /** The names that certificate is for; none stands for all. */
  readonly principals: readonly string[];
  /** ssh's own words: what is left without the debugging lines. */
  readonly words: readonly string[];
}

const acceptedPattern = /^debug1: Server accepts key: (.*) (\S+) (SHA256:\S+)((?: [a-z]+)*)$/;
const hostKeyPattern = /^debug1: Server host (?:key|certificate): (\S+) (SHA256:[A-Za-z0-9+/]+)/;
const chatter =
  /^(debug\d: |OpenSSH_|Authenticated to |Authenticated using |Transferred: |Bytes per second: |Killed by signal |Learned new hostkey: |Adding new key for |Deprecating |@+$)/;

/** Reads a log; words about files below `folder`, which are ours and gone by then, are left out. */
export function parseSshLog(text: string, folder?: string): SshLog {
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
  const all = (pattern: RegExp): string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  const address = all(/^debug1: Connecting to \S+ \[(.+)\] port \d+\.?$/).at(-1); // the last one answered
  const proposal = readProposal(lines);
  return {
    byKey: lines.some((line) =>
      /^(Authenticated to .* using "publickey"|debug1: Authentication succeeded \(publickey)/.test(line),
    ),
    authenticated: lines.some((line) => line.startsWith("Authenticated to ")),
    accepted,
    partial: lines.some((line) => line.includes("with partial success")),
    methods: (all(/^debug1: Authentications that can continue: (.*)$/).at(-1) ?? "").split(",").filter(Boolean),
    withoutTerminal: unique(
      lines.flatMap((line) => {
        const [, place, options = ""] = /^debug1: Remote: (.*): key options:(.*)$/.exec(line) ?? [];
        return place === undefined || options.split(" ").includes("pty") ? [] : [place];
      }),
    ),
    ...(address !== undefined && { address }),
    ...(proposal && { proposal }),
    ...(hostKeyFingerprint !== undefined && { hostKeyFingerprint }),
    hostCertificate,
    principals: unique(all(/^debug2: Server host certificate hostname: (.*)$/)),
    words: ownWords(lines, folder),
  };
}

/** The lines after the heading; every version of ssh so far writes them alike, and another's are not guessed at. */
function readProposal(lines: readonly string[]): Proposal | undefined {
  const start = lines.findIndex((line) => /^debug2: peer server KEXINIT proposal/.test(line));
  if (start < 0) return undefined;
  const lists = lines.slice(start + 1, start + 12);
  const list = (name: string): readonly string[] | undefined => {
    const prefix = `debug2: ${name}: `;
    return lists
      .find((line) => line.startsWith(prefix))
      ?.slice(prefix.length)
      .split(",")
      .filter(Boolean);
  };
  const kex = list("KEX algorithms");
  const hostKeys = list("host key algorithms");
  const [ciphersToServer, ciphersToClient] = [list("ciphers ctos"), list("ciphers stoc")];
  const [macsToServer, macsToClient] = [list("MACs ctos"), list("MACs stoc")];
  if (!kex || !hostKeys || !ciphersToServer || !ciphersToClient || !macsToServer || !macsToClient) return undefined;
  return { kex, hostKeys, ciphersToServer, ciphersToClient, macsToServer, macsToClient };
}

function ownWords(lines: readonly string[], folder: string | undefined): string[] {
  const ofFolder = (line: string): boolean => folder !== undefined && line.includes(folder);
  return lines
    .filter((line, index) => {
      const isLeadIn = /^\s*remove with:$/.test(line) && ofFolder(lines[index + 1] ?? "");
      return !chatter.test(line) && !isLeadIn && !ofFolder(line);
    })
    .map((line) => line.replace(/^@ +(.*?) +@$/, "$1"));
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
