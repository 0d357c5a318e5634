import { ssh2 } from "./ssh2";

/** Types of key that stock sshd makes. */
export type KeyType = "ed25519" | "ecdsa" | "rsa";

/** A key pair in OpenSSH's formats. */
export interface KeyPair {
  readonly type: KeyType;
  readonly private: string;
  /** Algorithm and key, without a comment. */
  readonly public: string;
}

let sharedRsa: Promise<KeyPair> | undefined;

/** A new key pair. */
export async function generateKey(type: KeyType): Promise<KeyPair> {
  const pair = await generatePair(type);
  // One ed25519 key in 256 begins with a zero, which ssh2 drops.
  if (ssh2().utils.parseKey(pair.private) instanceof Error) return generateKey(type);
  return { type, private: pair.private, public: pair.public.split(" ").slice(0, 2).join(" ") };
}

function generatePair(type: KeyType): Promise<{ private: string; public: string }> {
  const { utils } = ssh2();
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, pair: { private: string; public: string }): void => {
      if (error) reject(error);
      else resolve(pair);
    };
    if (type === "ed25519") utils.generateKeyPair("ed25519", done);
    else if (type === "ecdsa") utils.generateKeyPair("ecdsa", { bits: 256 }, done);
    else utils.generateKeyPair("rsa", { bits: 2048 }, done);
  });
}

/** A host's keys; the rsa key is the process's, for it is slow to make, unless the host wants its own. */
export function generateHostKeys(types: readonly KeyType[], ownRsaKey: boolean): Promise<KeyPair[]> {
  return Promise.all(
    types.map((type) => {
      if (type !== "rsa" || ownRsaKey) return generateKey(type);
      return (sharedRsa ??= generateKey("rsa"));
    }),
  );
}
