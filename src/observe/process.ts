import { type ChildProcess, spawn } from "node:child_process";

/** How a command is run. */
export interface RunOptions {
  /** Text for its stdin; without it, stdin is empty. */
  readonly input?: string;
  /** Seconds after which it is ended. */
  readonly timeout: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** How a command ended. It is never thrown, whatever it was. */
export interface RunResult {
  /** Absent when it was ended by a signal, or could not be started. */
  readonly exitCode?: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Why it could not be started, such as `ENOENT`. */
  readonly notStarted?: string;
}

/** A command that says more than this is ended: a thousand containers with their modules are far below. */
const maxBytes = 512 * 1024 * 1024;

/** Milliseconds that a command which shall end has for it. */
const patience = 2000;

/** Runs a command without a shell, in the C locale, with nobody there to answer questions. */
export function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const env = { ...process.env, LC_ALL: "C", SSH_ASKPASS_REQUIRE: "never", ...options.env };
  const stdin = options.input === undefined ? "ignore" : "pipe";
  let child: ChildProcess;
  try {
    child = spawn(file, args, { env, stdio: [stdin, "pipe", "pipe"], windowsHide: true });
  } catch (error) {
    return Promise.resolve({ stdout: Buffer.alloc(0), stderr: "", timedOut: false, notStarted: codeOf(error) });
  }
  child.stdin?.on("error", () => undefined); // it may end without reading
  child.stdin?.end(options.input);
  return outcome(child, options);
}

function outcome(child: ChildProcess, { timeout, signal }: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    let [timedOut, ending] = [false, false];
    let force: NodeJS.Timeout | undefined;
    const end = (): void => {
      if (ending) return;
      ending = true;
      child.kill();
      force = setTimeout(() => child.kill("SIGKILL"), patience);
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, timeout * 1000);
    const streams = [child.stdout, child.stderr].map((stream) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      stream?.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) end();
        else chunks.push(chunk);
      });
      return chunks;
    });
    const finish = (rest: Pick<RunResult, "exitCode" | "notStarted">): void => {
      clearTimeout(timer);
      clearTimeout(force);
      signal?.removeEventListener("abort", end);
      const [stdout, stderr] = streams.map((chunks) => Buffer.concat(chunks));
      resolve({ stdout, stderr: stderr.toString("utf8"), timedOut, ...rest });
    };
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    child.on("error", (error) => {
      if (child.pid === undefined) finish({ notStarted: codeOf(error) });
    });
    child.on("exit", () => {
      if (!ending) return;
      // Whom it left behind may hold its output for long.
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
    child.on("close", (exitCode) => {
      if (child.pid !== undefined) finish(exitCode === null ? {} : { exitCode });
    });
  });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
