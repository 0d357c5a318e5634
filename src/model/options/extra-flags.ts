import { z } from "zod";
import { wordFault } from "../flag-fault";
import { flagWord, parseFlags } from "../line";
import { plain } from "../text";
import type { Check, Option, Wanted } from "./option";

export interface ExtraFlagsProps {
  /**
   * Further flags of systemd-nspawn (`containers.<name>.extraFlags`), a word each: `--setenv=TZ=UTC`. What has an option of its
   * own belongs there.
   * @default none
   */
  readonly extraFlags?: readonly string[];
}

export interface ExtraFlags {
  readonly extraFlags: readonly string[];
}

/** What the container's unit gives systemd-nspawn itself, or cannot do without. */
const ofTheUnit = new Set([
  ...["--machine", "-M", "--directory", "-D", "--image", "-i", "--template", "--boot", "-b", "--as-pid2", "-a"],
  ...["--keep-unit", "--register", "--kill-signal", "--notify-ready", "--settings", "--console", "--pipe", "-P"],
  ...["--slice", "-S", "--property", "--private-network", "--network-veth", "-n", "--help", "-h", "--version"],
]);

/** Flags that an option writes, and how it is said there. */
const ofOptions: Readonly<Record<string, string>> = {
  "--ephemeral": "write ephemeral: true; systemd-nspawn's own flag copies the root directory at each start",
  "-x": "write ephemeral: true; systemd-nspawn's own flag copies the root directory at each start",
  "-U": 'write privateUsers: "pick"; with the flag alone the store belongs to nobody inside',
  "--private-users": 'write privateUsers: "pick", or a number; with the flag alone the store belongs to nobody inside',
  "--private-users-chown": 'write privateUsers: "pick"; it changes the owner of every file for good',
  "--private-users-ownership": 'write privateUsers: "pick"; its files are mapped, and keep their owners',
  "--network-interface": "write network: { interfaces: [ … ] }",
  "--network-macvlan": "write network: { macvlans: [ … ] }",
  "--network-bridge": 'write network: { hostBridge: "br0" }',
  "--network-namespace-path": 'write network: { networkNamespace: "/run/netns/blue" }',
  "--network-veth-extra": "write network: { extraVeths: { … } }",
  "--port": "write network: { forwardPorts: [ … ] }",
  "-p": "write network: { forwardPorts: [ … ] }",
  "--set-credential":
    "write credentials: { NAME: { hostPath: … } }; with the flag the value stands in the conf, where every user reads it",
};

/** Flags whose value names what it is about: two of one name exclude each other. */
const named = new Set(["--bind", "--bind-ro", "--tmpfs", "--load-credential", "--setenv"]);

export const extraFlags: Option<ExtraFlagsProps, ExtraFlags> = {
  shape: { extraFlags: z.array(z.string()).optional() },

  parse({ extraFlags: given = [] }, check) {
    const words = given.map((word, index) => parseWord(word, `extraFlags[${index}]`, check));
    return { extraFlags: words };
  },

  lines: (wanted) => parseFlags(wanted.extraFlags.join(" ")),

  properties: [
    {
      name: "extraFlags",
      owns: ({ place }) => place === "flag",
      words: (lines) => plain(lines.map(flagWord).join(" ")),
      effect: "restart",
    },
  ],

  check(wanted, { refuse }) {
    const taken = new Map(others(wanted).map(([flag, option]) => [flag, option]));
    for (const line of parseFlags(wanted.extraFlags.join(" "))) {
      const option = taken.get(subject(line.key, line.value)) ?? taken.get(line.key);
      if (option === undefined) continue;
      refuse(`extraFlags ${JSON.stringify(flagWord(line))} contradicts ${option}`, `say it with ${option} alone`);
    }
  },
};

/** One flag as one word: `--setenv A=1` is written so too. */
function parseWord(given: string, at: string, { refuse }: Check): string {
  const word = given.trim().replace(/^(--[a-z-]+)\s+(\S+)$/, "$1=$2");
  const said = `${at} ${JSON.stringify(given)}`;
  const fault = wordFault(word);
  const [key = ""] = word.split("=");
  if (fault !== undefined) refuse(`${said} ${fault}`, 'write a flag each, as one word, like "--setenv=TZ=UTC"');
  else if (!/^-[A-Za-z]$|^-[A-Za-z]\S|^--[a-z][a-z0-9-]*$/.test(key)) {
    refuse(`${said} is no flag, and systemd-nspawn would take it for the program to run`, 'begin it with "--"');
  } else if (ofTheUnit.has(key)) {
    refuse(`${said} is what the container's unit says itself`, "leave it out");
  } else if (Object.hasOwn(ofOptions, key)) refuse(`${said} has an option of its own`, ofOptions[key] ?? "");
  return word;
}

/** What the other options write that a flag of the user's might contradict. */
function others(wanted: Wanted): (readonly [flag: string, option: string])[] {
  const mounts = wanted.bindMounts.map(({ mountPoint }) => [`mount ${mountPoint}`, "bindMounts"] as const);
  const files = wanted.tmpfs.map((word) => [`mount ${word.split(":")[0] ?? ""}`, "tmpfs"] as const);
  const loaded = wanted.credentials.map(({ name }) => [`--load-credential ${name}`, "credentials"] as const);
  return [
    ...mounts,
    ...files,
    ...loaded,
    ...(wanted.ephemeral ? [["--volatile", "ephemeral"] as const, ["--link-journal", "ephemeral"] as const] : []),
    ...(wanted.additionalCapabilities.length > 0 ? [["--drop-capability", "additionalCapabilities"] as const] : []),
    ...(wanted.copyResolvConf ? [] : [["--resolv-conf", "copyResolvConf: false"] as const]),
  ];
}

/** What a flag is about: the mount point of a mount, the name of a credential. */
function subject(key: string, value: string): string {
  if (!named.has(key)) return key;
  const [first = "", second = first] = value.split(":");
  return key === "--load-credential" ? `${key} ${first}` : `mount ${key === "--tmpfs" ? first : second}`;
}
