import { z } from "zod";
import { wordFault } from "../flag-fault";
import type { Refuse } from "../error";
import { flagWord, type Line, parseFlags } from "../line";
import { closestName } from "../suggestion";
import { plain } from "../text";
import { flagFault, flagNames, isFlag, takesNext } from "./nspawn-flags";
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
  ...["--slice", "-S", "--private-network", "--network-veth", "-n", "--help", "-h", "--version"],
  ...["--oci-bundle", "--root-hash", "--root-hash-sig", "--verity-data", "--user", "--uid", "-u"],
]);

/** Short forms of flags. */
const short: Readonly<Record<string, string>> = {
  ...{ "-E": "--setenv", "-q": "--quiet", "-Z": "--selinux-context", "-L": "--selinux-apifs-context" },
  ...{ "-j": "--link-journal=try-guest" },
};

const list = (value: string): string =>
  `[${value
    .split(",")
    .map((word) => JSON.stringify(word))
    .join(", ")}]`;

/** Flags that an option writes, and how it is said there. */
const ofOptions: Readonly<Record<string, string | ((value: string) => string)>> = {
  "--bind": (value) => mount(value, ", isReadOnly: false"),
  "--bind-ro": (value) => mount(value, ""),
  "--tmpfs": (value) => `tmpfs: [${JSON.stringify(value)}]`,
  "--capability": (value) => `additionalCapabilities: ${list(value)}`,
  "--system-call-filter": (value) => `systemCallFilter: ${list(value)}`,
  "--load-credential": credential,
  "--property":
    "unit: { serviceConfig: { … } }, or a limit by its name, such as unit: { memoryMax: … }; the flag means a unit that there is not",
  "--ephemeral": "ephemeral: true; systemd-nspawn's own flag copies the root directory at each start",
  "-x": "ephemeral: true; systemd-nspawn's own flag copies the root directory at each start",
  "-U": 'privateUsers: "pick"; with the flag alone the store belongs to nobody inside',
  "--private-users": 'privateUsers: "pick", or a number; with the flag alone the store belongs to nobody inside',
  "--private-users-chown": 'privateUsers: "pick"; it changes the owner of every file for good',
  "--private-users-ownership": 'privateUsers: "pick"; its files are mapped, and keep their owners',
  "--network-interface": (value) => `network: { interfaces: ${list(value)} }`,
  "--network-macvlan": (value) => `network: { macvlans: ${list(value)} }`,
  "--network-bridge": (value) => `network: { hostBridge: ${JSON.stringify(value)} }`,
  "--network-namespace-path": (value) => `network: { networkNamespace: ${JSON.stringify(value)} }`,
  "--network-veth-extra": (value) => `network: { extraVeths: { ${JSON.stringify(value.split(":")[0])}: {} } }`,
  "--port": "network: { forwardPorts: [ … ] }",
  "-p": "network: { forwardPorts: [ … ] }",
  "--set-credential":
    "credentials: { NAME: { hostPath: … } }; with the flag the value stands in the conf, where every user reads it",
};

function mount(value: string, writable: string): string {
  const [hostPath = "", mountPoint = hostPath, ...options] = value.split(":");
  if (!hostPath.startsWith("/") || options.length > 1) return "bindMounts: { … }";
  return `bindMounts: { ${JSON.stringify([mountPoint, ...options].join(":"))}: { hostPath: ${JSON.stringify(hostPath)}${writable} } }`;
}

function credential(value: string): string {
  const [name = "", hostPath = ""] = value.split(":");
  if (!hostPath.startsWith("/")) return "credentials: { NAME: { hostPath: … } }";
  return `credentials: { ${JSON.stringify(name)}: { hostPath: ${JSON.stringify(hostPath)} } }`;
}

export const extraFlags: Option<ExtraFlagsProps, ExtraFlags> = {
  shape: { extraFlags: z.array(z.string()).optional() },

  parse({ extraFlags: given = [] }, check) {
    const words = given.map((word) => word.trim());
    return {
      extraFlags: given.flatMap((word, index) => parseWord(word, words.slice(0, index), `extraFlags[${index}]`, check)),
    };
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
    for (const line of parseFlags(wanted.extraFlags.join(" "))) {
      const option = contradicted(line, wanted);
      if (option === undefined) continue;
      refuse(`extraFlags ${JSON.stringify(flagWord(line))} contradicts ${option}`, `say it with ${option} alone`);
    }
  },
};

/** One flag as one word: `--setenv A=1` is written so too. */
function parseWord(given: string, before: readonly string[], at: string, { refuse }: Check): string[] {
  const word = given.trim().replace(/^(--[a-z-]+)\s+(\S+)$/, "$1=$2");
  const [, key = "", value] = /^(--[^=]*|-[A-Za-z])(?:=?([^]*))$/.exec(word) ?? [];
  // A value that must not be seen stands in no message either.
  const said = `${at} ${JSON.stringify(key === "--set-credential" ? `${key}=…` : given)}`;
  const next = before.at(-1);
  if (next !== undefined && (takesNext(next) || Object.hasOwn(ofOptions, next)) && !word.startsWith("-")) return []; // told with that flag
  const fault = wordFault(word);
  if (fault !== undefined) refuse(`${said} ${fault}`, 'write a flag each, as one word, like "--setenv=TZ=UTC"');
  else if (key === "" || key === "--") {
    refuse(`${said} is no flag, and systemd-nspawn would take it for the program to run`, 'begin it with "--"');
  } else if (ofTheUnit.has(key)) {
    refuse(`${said} is what the container's unit says itself`, "leave it out");
  } else if (key === "--read-only") {
    refuse(`${said} would keep NixOS from writing what it starts with`, 'leave it out, or write "--volatile=overlay"');
  } else if (Object.hasOwn(ofOptions, key)) {
    const words = ofOptions[key] ?? "";
    refuse(`${said} has an option of its own`, `write ${typeof words === "string" ? words : words(value ?? "")}`);
  } else {
    checkFlag({ said, key, value: word.includes("=") || !key.startsWith("--") ? (value ?? "") : undefined }, refuse);
    if (before.includes(word)) refuse(`${said} stands there twice`, "keep one of the two");
  }
  return [word];
}

function checkFlag({ said, key, value }: { said: string; key: string; value?: string }, refuse: Refuse): void {
  const long = short[key];
  const isLone = key === "-q" || key === "-j";
  if (long !== undefined && !(isLone && value !== "")) {
    refuse(`${said} is written short`, `write "${isLone ? long : `${long}=${value ?? ""}`}"`);
    return;
  }
  if (!isFlag(key)) {
    const close = key.length < 6 ? undefined : closestName(key, [...flagNames, ...Object.keys(ofOptions)]);
    const remedy = close === undefined ? "systemd-nspawn(1) lists them" : `did you mean ${close}?`;
    refuse(`${said} is no flag of systemd-nspawn`, remedy);
    return;
  }
  const fault = flagFault(key, value);
  if (fault !== undefined) refuse(`${said} ${fault[0]}`, fault[1]);
}

/** The option that says something else than a flag. */
function contradicted({ key, value }: Line, wanted: Wanted): string | undefined {
  const { ephemeral, additionalCapabilities: granted, copyResolvConf, network } = wanted;
  if (ephemeral && (key === "--volatile" || key === "--link-journal")) return "ephemeral";
  if (key === "--drop-capability") {
    const dropped = value.split(",");
    const isBoth = dropped.some((word) => granted.includes(word)) || dropped.includes("all") || granted.includes("all");
    return granted.length > 0 && isBoth ? "additionalCapabilities" : undefined;
  }
  if (!copyResolvConf && key === "--resolv-conf" && value !== "off") return "copyResolvConf: false";
  if (/^--network-/.test(key) && network.networkNamespace !== undefined) return "network.networkNamespace";
  if (key === "--network-zone" && network.hostBridge !== undefined) return "network.hostBridge";
  return undefined;
}
