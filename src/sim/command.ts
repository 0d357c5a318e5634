import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import path from "node:path";

/** Who runs a command, and where. */
export interface Identity {
  readonly root: string;
  readonly user: string;
  /** NIX_PATH as a login shell of the host has it. */
  readonly nixPath: string;
}

/** How to run it. */
export interface CommandOptions {
  /** Standard error goes where standard output goes, as on a terminal. @default false */
  readonly merged?: boolean;
  /** No file can grow: what a full disk comes to. @default false */
  readonly diskFull?: boolean;
  /** Further environment. @default {} */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where the host's own tools lie, below its root. */
export const TOOLS = "run/current-system/sw/bin";

const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The user's home directory, for real. */
export function homeOf(identity: Pick<Identity, "root" | "user">): string {
  return path.join(identity.root, identity.user === "root" ? "root" : `home/${identity.user}`);
}

/** The environment of a login on the host: nothing of this process but the directories of its commands. */
export function environmentOf(identity: Identity): Record<string, string> {
  return {
    CDKTF_NIXOS_ROOT: identity.root,
    PATH: `${path.join(identity.root, TOOLS)}:${process.env["PATH"] || SYSTEM_PATH}`,
    HOME: homeOf(identity),
    USER: identity.user,
    LOGNAME: identity.user,
    SHELL: "/bin/sh",
    TMPDIR: path.join(identity.root, "tmp"),
    LANG: "C.UTF-8",
    ...(identity.nixPath ? { NIX_PATH: identity.nixPath } : {}),
  };
}

/**
 * Starts `sh -c command` on the host, or a shell that reads its standard input, as leader of a process group of its own.
 * Nothing kills it but a signal: it outlives the connection that asked for it.
 */
export function startCommand(
  identity: Identity,
  command: string | undefined,
  options: CommandOptions = {},
): ChildProcessWithoutNullStreams {
  const target = command === undefined ? ["sh"] : ["sh", "-c", command];
  const prelude = [
    // A limit of nothing makes every write to a file fail; the signal that comes with it would kill instead.
    options.diskFull ? "trap '' XFSZ; ulimit -S -f 0" : "",
    options.merged ? "exec 2>&1" : "",
  ].filter(Boolean);
  const words = prelude.length > 0 ? ["sh", "-c", `${prelude.join("; ")}; exec "$@"`, "sh", ...target] : target;
  return spawn(words[0], words.slice(1), {
    cwd: homeOf(identity),
    env: { ...environmentOf(identity), ...options.environment },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Signals the command's whole process group; one that is gone needs none. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
