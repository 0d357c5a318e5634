import { createHash } from "node:crypto";
import { confLine, flagsKey, flagWord, type Line, parseFlags } from "./line";
import { linesOf } from "./options";
import type { Wanted } from "./options/option";
import { isOwned } from "./options/properties";

/** The key by which a conf tells whose it is, should the journal be lost; the unit and nixos-container ignore it. */
export const ownerKey = "CDKTF_NIXOS_OWNER";

/** The key under which converge keeps the state version in the conf, lest it be lost with the journal. */
export const stateVersionKey = "CDKTF_NIXOS_STATE_VERSION";

/** Keys that change nothing about a running container. */
const silent: ReadonlySet<string> = new Set(["AUTO_START", ownerKey, stateVersionKey]);

/** What a container's conf must say, key by key; a key that is not here must be absent or empty. */
export function confEntries(container: Wanted): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of linesOf(container, { systemControl: "writable" })) {
    if (line.place === "conf") entries.set(line.key, line.value);
    if (line.place !== "flag") continue;
    const flags = entries.get(flagsKey);
    entries.set(flagsKey, flags === undefined ? flagWord(line) : `${flags} ${flagWord(line)}`);
  }
  for (const [key, value] of container.kept ?? []) entries.set(key, value);
  return entries;
}

/** What stands above the entries that an adopted container's conf keeps: their digest, for what is edited there is not kept. */
const keptMark = "# From before its adoption, which no option says; kept as it was";

/** Entries that would have the container run another system than its profile's. */
const overriding: ReadonlySet<string> = new Set(["SYSTEM_PATH", "FLAKE"]);

/** What a conf that is not ours says and no option can. */
export function foreignEntries(lines: readonly string[]): ReadonlyMap<string, string> {
  const entries = [...parseConf(lines)].filter(
    ([key, value]) =>
      !silent.has(key) && !overriding.has(key) && key !== flagsKey && !isOwned({ place: "conf", key, value }),
  );
  return new Map(entries);
}

/** What a conf of ours keeps from before its adoption; nothing where somebody edited it since. */
export function keptEntries(lines: readonly string[]): ReadonlyMap<string, string> {
  const at = lines.findIndex((line) => line.startsWith(`${keptMark} (`));
  if (at < 0) return new Map();
  const kept = parseConf(lines.slice(at + 1).filter((line) => !line.startsWith(`${stateVersionKey}=`)));
  if (lines[at] !== markOf(kept)) return new Map();
  // What an option has learnt to say since is the code's.
  return new Map([...kept].filter(([key, value]) => !isOwned({ place: "conf", key, value })));
}

function markOf(kept: ReadonlyMap<string, string>): string {
  const text = [...kept].map(([key, value]) => `${key}=${value}\n`).join("");
  return `${keptMark} (${createHash("sha256").update(text).digest("hex").slice(0, 16)}):`;
}

/** The lines of a conf, without those that change nothing about a running container. */
export function confLines(entries: ReadonlyMap<string, string>): Line[] {
  return [...entries].flatMap(([key, value]) => {
    if (silent.has(key)) return [];
    return key === flagsKey ? parseFlags(value) : confLine(key, value);
  });
}

/** The text of a container's conf; values with spaces are quoted, as systemd.exec's EnvironmentFile reads them. */
export function renderConf(container: Wanted & { readonly owner: string }): string {
  const lines = ["# Written by cdktf-nixos-containers; what is edited here, the next deploy mends."];
  const { kept = new Map<string, string>() } = container;
  const entries = [...confEntries(container)].filter(([key]) => !kept.has(key));
  for (const [key, value] of [...entries, [ownerKey, container.owner]] as const) lines.push(assignment(key, value));
  if (kept.size > 0) lines.push(markOf(kept), ...[...kept].map(([key, value]) => assignment(key, value)));
  return lines.join("\n") + "\n";
}

function assignment(key: string, value: string): string {
  return `${key}=${/[^A-Za-z0-9_./:,=-]/.test(value) ? `"${value.replace(/["\\`$]/g, "\\$&")}"` : value}`;
}

/**
 * Reads a conf as systemd reads an EnvironmentFile: the last assignment wins, empty means unset, comments are skipped.
 * The probe writes a carriage return as `\r`.
 * Keys that change nothing about a running container (AUTO_START, the owner, the state version) are kept; callers leave them out.
 */
export function parseConf(lines: readonly string[]): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of lines) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line.replace(/(\r|\\r)$/, ""));
    if (!match) continue;
    const [, key = "", raw = ""] = match;
    const value = unquote(raw.trim());
    if (value === "") entries.delete(key);
    else entries.set(key, value);
  }
  return entries;
}

function unquote(raw: string): string {
  const single = /^'([^']*)'$/.exec(raw);
  if (single) return single[1] ?? "";
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(raw);
  if (double) return (double[1] ?? "").replace(/\\(["\\`$])/g, "$1");
  return raw;
}
