import { hostname } from "node:os";
import path from "node:path";
import { localUser } from "./local-user";

/** What ssh's percent tokens stand for. */
export interface Tokens {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** The host as it was named on the command line. */
  readonly address: string;
}

/**
 * Expands `~`, `%d`-like tokens and `${VARIABLE}` in a path of ssh's configuration, as far as `ssh -G` left them,
 * and makes it absolute. Tokens it does not know (`%C`) are kept.
 */
export function expandPath(value: string, tokens: Tokens): string {
  const local = localUser();
  const home = local?.home ?? "";
  const known: Readonly<Record<string, string | undefined>> = {
    "%": "%",
    d: home,
    h: tokens.hostName,
    i: local && String(local.uid),
    k: tokens.address,
    L: hostname().split(".")[0],
    l: hostname(),
    n: tokens.address,
    p: String(tokens.port),
    r: tokens.user,
    u: local?.name,
  };
  const expanded = expandHome(value)
    .replace(/%(.)/g, (whole, letter: string) => known[letter] ?? whole)
    .replace(/\$\{(\w+)\}/g, (whole, name: string) => process.env[name] ?? whole);
  return path.resolve(expanded);
}

/** Expands a leading `~/`. */
export function expandHome(value: string): string {
  return value.replace(/^~(?=\/|$)/, () => localUser()?.home ?? "~");
}

/** A path as the value of an ssh option: quoted, and with nothing in it that ssh would expand. */
export function optionPath(value: string): string {
  return `"${value.replace(/%/g, "%%")}"`;
}

/** A word for a POSIX shell, in quotes where it needs them. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
