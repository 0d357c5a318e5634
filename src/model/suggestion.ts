/** What people look for under another name, and where it is; by the unknown name, with its place, in lower case. */
export type Hints = Readonly<Record<string, string>>;

/** Other words for the settings of a host. */
export const hostHints: Hints = {
  host: "write address",
  hostname: "write address",
  ip: "write address",
  username: "write user",
  login: "write user",
  key: 'write identityFile: "~/.ssh/id_ed25519", the path of the key',
  privatekey: 'write identityFile: "~/.ssh/id_ed25519", the path of the key',
  sshkey: 'write identityFile: "~/.ssh/id_ed25519", the path of the key',
  password: "passwords are not taken: let the user log in with a key",
  bastion: 'write proxyJump: "admin@bastion.example.org"',
  jumphost: 'write proxyJump: "admin@bastion.example.org"',
  sudo: "write become: true",
  hostkeys: "write hostKey, which takes several too",
};

/** The known name that an unknown one most likely stands for: but for capitals and separators, or a slip or two. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const wanted = plain(name);
  const ranked = known
    .map((one) => ({ one, distance: editDistance(wanted, plain(one)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.floor(wanted.length / 3) ? best.one : undefined;
}

/** How many letters must be put in, taken out, changed or swapped with their neighbour. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min(row[j - 1] + 1, rows[i - 1][j] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) least = Math.min(least, rows[i - 2][j - 2] + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[from.length][to.length];
}
