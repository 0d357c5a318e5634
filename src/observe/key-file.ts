import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** What can be told of a private key file without its passphrase. */
export type KeyFile = "plain" | "encrypted" | "unreadable";

/** Whether a private key file needs a passphrase; `unreadable` for one that is missing, forbidden or no private key. */
export async function keyFile(path: string): Promise<KeyFile> {
  const text = await readFile(path, "latin1").catch(() => "");
  const body = /-----BEGIN ((?:[A-Z0-9]+ )?PRIVATE KEY)-----([\s\S]*?)-----END \1-----/.exec(text);
  if (!body) return "unreadable";
  if (body[1] === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(text)) return "encrypted";
  if (body[1] !== "OPENSSH PRIVATE KEY") return "plain";
  // openssh-key-v1: a magic word, then the name of the cipher as a counted string.
  const blob = Buffer.from(body[2] ?? "", "base64");
  const magic = "openssh-key-v1\0".length;
  if (blob.length < magic + 4) return "unreadable";
  const length = blob.readUInt32BE(magic);
  return blob.toString("latin1", magic + 4, magic + 4 + length) === "none" ? "plain" : "encrypted";
}

/** ssh's fingerprint, `SHA256:…`, of a public key line. */
export function fingerprint(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}
