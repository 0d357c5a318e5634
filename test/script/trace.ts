import { dirname } from "node:path";

/** What a traced run did to the names of files, and what it had brought to the disk when it asked something of the host. */
export interface Verdict {
  /** Every effect, in order, such as `nixos-container create web`. */
  readonly effects: readonly string[];
  /** What was not on disk yet: `PATH before EFFECT`, `PATH at the end`, or `PATH renamed before its text was on disk`. */
  readonly faults: readonly string[];
}

const effect = /(?:^|\/)(nixos-container|nix-env|systemctl)$/;
const changing = /^(create|update|start|stop|destroy|reload|daemon-reload|-p)$/;

/**
 * Reads what `strace -f -y` wrote of a run. A rename, a link or a new folder counts as on disk once its folder was synced; the text
 * of a file once the file was. `watched` tells which paths a later run relies on.
 */
export function judge(trace: string, watched: (path: string) => boolean): Verdict {
  const pending = new Map<string, string>();
  const unsynced = new Set<string>();
  const effects: string[] = [];
  const faults: string[] = [];
  for (const { call, args, result } of calls(trace)) {
    const paths = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = ""]) => path);
    if (call === "execve") {
      const [program = "", , verb = ""] = paths;
      const name = effect.exec(program)?.[1];
      if (name === undefined || !changing.test(verb)) continue;
      const words = [name, ...paths.slice(2)].join(" ");
      effects.push(words);
      // That something is gone need not be known before; that something is there must be.
      for (const [path, kind] of pending) if (kind === "made") faults.push(`${path} before ${words}`);
      continue;
    }
    if (result.startsWith("-1")) continue;
    switch (call) {
      case "openat":
        if (/O_(WRONLY|RDWR)/.test(args)) unsynced.add(paths[0] ?? "");
        break;
      case "fsync":
      case "fdatasync": {
        const [, path = ""] = /<(.*?)>/.exec(args) ?? [];
        unsynced.delete(path);
        for (const name of pending.keys()) if (dirname(name) === path) pending.delete(name);
        break;
      }
      case "rename":
      case "renameat":
      case "renameat2": {
        const [from = "", to = ""] = paths;
        if (unsynced.delete(from) && watched(to)) faults.push(`${to} renamed before its text was on disk`);
        forget(pending, from);
        note(from, "gone");
        note(to, "made");
        break;
      }
      case "mkdir":
      case "mkdirat":
        note(paths[0] ?? "", "made");
        break;
      case "symlink":
      case "symlinkat":
        note(paths[1] ?? "", "made");
        break;
      case "unlink":
      case "unlinkat":
      case "rmdir": {
        const [, folder = ""] = /^[^"]*<(.*?)>/.exec(args) ?? [];
        const path = paths[0]?.startsWith("/") ? paths[0] : `${folder}/${paths[0] ?? ""}`;
        forget(pending, path);
        note(path, "gone");
        break;
      }
    }
  }
  // A folder that is gone takes what was in it along.
  for (const path of pending.keys()) if (pending.get(dirname(path)) !== "gone") faults.push(`${path} at the end`);
  return { effects, faults: [...new Set(faults)] };

  function note(path: string, kind: "made" | "gone"): void {
    if (watched(path)) pending.set(path, kind);
  }
}

function forget(pending: Map<string, string>, folder: string): void {
  for (const path of pending.keys()) if (path.startsWith(`${folder}/`)) pending.delete(path);
}

interface Call {
  readonly call: string;
  readonly args: string;
  readonly result: string;
}

/** The calls of a trace in the order in which they ended; one that was interrupted by another process's stands in two lines. */
function* calls(trace: string): Generator<Call> {
  const begun = new Map<string, string>();
  for (const line of trace.split("\n")) {
    const [, pid = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(text);
    if (unfinished) {
      begun.set(pid, unfinished[1] ?? "");
      // What a program does after its call has begun must not look earlier than the call.
      if (!text.startsWith("execve(")) continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    const whole = resumed ? (begun.get(pid) ?? "") + (resumed[1] ?? "") : text;
    const [, call = "", args = "", result = ""] = /^(\w+)\((.*)\) += +(.*)$/.exec(whole) ?? [];
    if (call !== "") yield { call, args, result };
  }
}
