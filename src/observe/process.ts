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

/** More than this of output is cut off: a thousand containers with their modules are far below. */
const maxBuffer = 512 * 1024 * 1024;

/** Runs a command without a shell, in the C locale, with nobody there to answer questions. */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { execa } = await import("execa"); // ESM only
  const result = await execa(file, args, {
    ...(options.input === undefined ? { stdin: "ignore" } : { input: options.input }),
    env: { LC_ALL: "C", SSH_ASKPASS_REQUIRE: "never", ...options.env },
    timeout: options.timeout * 1000,
    cancelSignal: options.signal,
    forceKillAfterDelay: 2000,
    encoding: "buffer",
    maxBuffer,
    reject: false,
  });
  return {
    exitCode: result.exitCode,
    stdout: Buffer.from(result.stdout ?? []),
    stderr: Buffer.from(result.stderr ?? []).toString("utf8"),
    timedOut: result.timedOut,
    ...(result.exitCode === undefined && result.signal === undefined && { notStarted: result.code ?? "unknown" }),
  };
}
