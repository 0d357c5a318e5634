import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** How a program ended, and what it printed. */
export interface Outcome {
  /** Exit status; -1 when it could not be started or a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  /** Both streams as they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with each line of output as it comes. */
  readonly onLine?: (line: string) => void;
}

/** The variable by which every process of this demo can be told from others. */
const mark = "CDKTF_NIXOS_DEMO";

/** Runs programs, and ends what is left of them: cdktf gives terraform a session of its own, where no signal to a group reaches it. */
export class Programs {
  private readonly groups = new Set<number>();
  private closed = false;

  /** @param id marks the processes */
  constructor(private readonly id: string) {}

  run(command: string, words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    if (this.closed) return Promise.resolve({ code: -1, stdout: "", output: "interrupted" });
    return new Promise((resolve) => {
      const child = spawn(command, words, {
        cwd: options.cwd,
        env: { ...(options.env ?? process.env), [mark]: this.id },
        detached: true, // a Ctrl-C of the terminal is for the demo, which then ends this one in its own way
        stdio: ["pipe", "pipe", "pipe"],
      });
      const { pid } = child;
      if (pid !== undefined) this.groups.add(pid);
      let [stdout, output, rest] = ["", "", ""];
      const listen = (text: string): void => {
        output += text;
        const lines = `${rest}${text}`.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line);
      };
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        listen(text);
      });
      child.stderr.setEncoding("utf8").on("data", listen);
      child.stdin.on("error", () => undefined); // it need not read what it is given
      child.stdin.end(options.stdin ?? "");
      const end = (code: number): void => {
        if (pid !== undefined) this.groups.delete(pid);
        resolve({ code, stdout, output });
      };
      child.on("error", (error) => {
        output += error.message;
        end(-1);
      });
      child.on("close", (code) => {
        if (rest !== "") options.onLine?.(rest);
        end(code ?? -1);
      });
    });
  }

  /** Runs nothing any more. */
  close(): void {
    this.closed = true;
  }

  /** Ends every program that still runs, and all they have started. */
  async end(): Promise<void> {
    for (const group of this.groups) kill(-group);
    for (let left = this.marked(); left.length > 0; left = this.marked()) {
      for (const pid of left) kill(pid);
      await delay(20);
    }
  }

  /** Processes with the mark in their environment; none where there is no /proc. */
  private marked(): number[] {
    try {
      return readdirSync("/proc").flatMap((entry) =>
        /^\d+$/.test(entry) && this.isMarked(entry) ? [Number(entry)] : [],
      );
    } catch {
      return [];
    }
  }

  private isMarked(pid: string): boolean {
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`${mark}=${this.id}`);
    } catch {
      return false; // ended meanwhile, or not ours
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended already
  }
}
