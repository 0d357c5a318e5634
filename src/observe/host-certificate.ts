/** What a host certificate says that matters to who checks it. */
export interface HostCertificate {
  /** Type of the key it certifies, as known_hosts has it: `ssh-ed25519`. */
  readonly type: string;
  /** The names it is for; none stands for all. */
  readonly principals: readonly string[];
  /** `TYPE BLOB` of who signed it. */
  readonly authority: string;
}

/** How many fields the key itself takes, by the type of the certificate without its ending. */
const keyFields: Readonly<Record<string, number>> = {
  "ssh-rsa": 2,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
  "ssh-ed25519": 1,
};

/** Reads a `-cert.pub` line (PROTOCOL.certkeys of OpenSSH); undefined for anything that is not a host's. */
export function readHostCertificate(line: string): HostCertificate | undefined {
  const [, blob = ""] = line.trim().split(/\s+/);
  const reader = new Reader(Buffer.from(blob, "base64"));
  try {
    const type = reader.text().replace(/-cert-v01@openssh\.com$/, "");
    const fields = keyFields[type];
    if (fields === undefined) return undefined;
    for (let skipped = 0; skipped < fields + 1; skipped += 1) reader.bytes(); // the nonce, and the key
    reader.skip(8); // serial number
    if (reader.number() !== 2) return undefined; // 1 is a user's
    reader.bytes(); // key id
    const names = new Reader(reader.bytes());
    const principals: string[] = [];
    while (!names.atEnd) principals.push(names.text());
    reader.skip(16); // valid from, to
    for (let skipped = 0; skipped < 3; skipped += 1) reader.bytes(); // options, extensions, reserved
    const authority = reader.bytes();
    return { type, principals, authority: `${new Reader(authority).text()} ${authority.toString("base64")}` };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends too early
    throw error;
  }
}

/** Reads the counted strings of SSH's wire format. @throws RangeError at the end */
class Reader {
  private at = 0;
  constructor(private readonly data: Buffer) {}

  get atEnd(): boolean {
    return this.at >= this.data.length;
  }

  skip(length: number): void {
    this.at += length;
    if (this.at > this.data.length) throw new RangeError("too short");
  }

  number(): number {
    const value = this.data.readUInt32BE(this.at);
    this.at += 4;
    return value;
  }

  bytes(): Buffer {
    const length = this.number();
    const start = this.at;
    this.skip(length);
    return this.data.subarray(start, start + length);
  }

  text(): string {
    return this.bytes().toString("utf8");
  }
}
