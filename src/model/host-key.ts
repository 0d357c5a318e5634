/** Key types Terraform can read; a line with any other would make it refuse them all. */
export const usableType =
  /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;

/** A line of a `hostKey`: with a key, unless it is none, and with the name that known_hosts and ssh-keyscan put before it. */
interface KeyLine {
  readonly text: string;
  readonly name?: string;
  readonly key?: string;
}

function keyLines(hostKey: string | readonly string[]): KeyLine[] {
  const texts = [hostKey].flat().filter((text) => typeof text === "string"); // another type is told by the shape
  return (
    texts
      .flatMap((text) => text.split(/[\r\n]/))
      .map((line) => line.trim())
      // An old DSA key is none that anybody could use.
      .filter((line) => line !== "" && !line.startsWith("#") && !/^(\S+\s+)?ssh-dss\s/.test(line))
      .map((text) => {
        const words = text.split(/\s+/);
        const name = usableType.test(words[0] ?? "") ? undefined : words.shift();
        const [type = "", blob = "", ...comment] = words;
        const sound =
          usableType.test(type) &&
          /^[A-Za-z0-9+/]{40,}={0,2}$/.test(blob) &&
          !comment.some((word) => usableType.test(word)) && // a second key, that would be lost
          !name?.startsWith("@"); // revoked, or an authority's
        return { text, ...(name !== undefined && { name }), ...(sound && { key: `${type} ${blob}` }) };
      })
  );
}

/** The keys of a `hostKey`, `TYPE BLOB` each, in a lasting order, whatever its lines have besides. */
export function pinnedKeys(hostKey: string | readonly string[]): string[] {
  return [...new Set(keyLines(hostKey).flatMap(({ key }) => key ?? []))].sort();
}

/** The types that several of the keys have. */
export function sharedTypes(keys: readonly string[]): string[] {
  const types = keys.map((key) => key.split(" ")[0] ?? "");
  return [...new Set(types.filter((type, index) => types.indexOf(type) !== index))];
}

/** A name of a hashed known_hosts: each line's reads differently, be it the same. */
function isHashed(name: string): boolean {
  return name.startsWith("|1|");
}

const givePublic = "give the host's public keys, a line each, as `cat /etc/ssh/ssh_host_*_key.pub` prints them there";

/** What is wrong with a `hostKey`, and the remedy of each. */
export function keyFaults(hostKey: string | readonly string[]): [what: string, remedy: string][] {
  if ([hostKey].flat().some((text) => text.includes("PRIVATE KEY"))) {
    return [["hostKey holds a private key", givePublic]];
  }
  const lines = keyLines(hostKey);
  if (lines.length === 0) return [["hostKey holds no public key", givePublic]];
  const names = [
    ...new Set(
      lines.flatMap(({ name, key }) => (name !== undefined && key !== undefined && !isHashed(name) ? [name] : [])),
    ),
  ];
  return [
    ...lines
      .filter(({ key }) => key === undefined)
      .map(({ text }): [string, string] => [`hostKey ${shown(text)} is not a public key`, givePublic]),
    // A whole known_hosts file would pin the keys of other hosts as well.
    ...(names.length > 1
      ? [[`hostKey has the keys of several names: ${names.join(", ")}`, givePublic] as [string, string]]
      : []),
  ];
}

/** A value as messages show it: never a secret key, nor the whole of a file. */
export function shown(value: string): string {
  return value.includes("PRIVATE KEY") || /[\r\n]./.test(value) ? "(not shown)" : JSON.stringify(value);
}
