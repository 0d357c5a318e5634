import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { PseudoTtyInfo, ServerChannel, Session } from "ssh2";
import { signalGroup } from "./command";

/** What a session needs from its host. */
export interface SessionHost {
  readonly permitTty: boolean;
  /** Printed in front of every command's output. */
  readonly profileNoise: string;
  /** Starts a command, or a shell when there is none. */
  start(command: string | undefined, merged: boolean): ChildProcessWithoutNullStreams;
}

const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  HUP: "SIGHUP",
  INT: "SIGINT",
  KILL: "SIGKILL",
  QUIT: "SIGQUIT",
  TERM: "SIGTERM",
  USR1: "SIGUSR1",
  USR2: "SIGUSR2",
};

/** How long a terminal whose command has ended may stay silent before it is closed over the heads of those who still hold it. */
const SILENCE_MS = 20;

/** Serves one session channel: a command or a shell, with or without a terminal. */
export function serveSession(session: Session, host: SessionHost): void {
  let terminal: PseudoTtyInfo | undefined;
  let child: ChildProcessWithoutNullStreams | undefined;
  const run = (channel: ServerChannel, command: string | undefined): void => {
    child = host.start(command, terminal !== undefined);
    void serveCommand(channel, child, terminal, host.profileNoise);
  };
  session.on("pty", (accept, reject, info) => {
    if (!host.permitTty) {
      reject?.();
      return;
    }
    terminal = info;
    accept?.();
  });
  // sshd accepts no variables unless told to, and has none to resize.
  session.on("env", (_accept, reject) => reject?.());
  session.on("window-change", (accept) => accept?.());
  session.on("signal", (accept, _reject, info) => {
    signalGroup(child?.pid, SIGNALS[info.name] ?? "SIGTERM");
    accept?.();
  });
  session.on("exec", (accept, _reject, info) => run(accept(), info.command));
  session.on("shell", (accept) => run(accept(), undefined));
}

async function serveCommand(
  channel: ServerChannel,
  child: ChildProcessWithoutNullStreams,
  terminal: PseudoTtyInfo | undefined,
  noise: string,
): Promise<void> {
  const output = new Output(channel, terminal !== undefined && hasNewlineMapping(terminal));
  // Writing to a command that reads no more, or to a client that is gone, is no error of ours.
  child.stdin.on("error", () => undefined);
  channel.on("error", () => undefined);
  channel.on("close", () => {
    if (terminal) signalGroup(child.pid, "SIGHUP");
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  });
  if (terminal) channel.on("data", (data: Buffer) => data.includes(3) && signalGroup(child.pid, "SIGINT"));
  channel.pipe(child.stdin);

  if (noise) await output.write(channel, Buffer.from(noise));
  const drained = Promise.all([output.carry(child.stdout, channel), output.carry(child.stderr, channel.stderr)]);
  const ending = await endOf(child);
  // Without a terminal the session lasts as long as someone holds the command's output; a terminal ends with its command.
  await (terminal ? Promise.race([drained, output.silence()]) : drained);
  if (typeof ending === "number") channel.exit(ending);
  else if (ending.startsWith("SIG")) channel.exit(ending.slice(3), false, "");
  else {
    await output.write(channel.stderr, Buffer.from(`${ending}\n`));
    channel.exit(255);
  }
  channel.end();
  if (terminal) signalGroup(child.pid, "SIGHUP");
}

/** Exit status, signal, or why there was no process at all. */
function endOf(child: ChildProcessWithoutNullStreams): Promise<number | string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal ?? 255));
    child.once("error", (error) => resolve(error.message));
  });
}

function hasNewlineMapping(terminal: PseudoTtyInfo): boolean {
  const modes = terminal.modes as unknown as Record<string, number | undefined>;
  return modes["OPOST"] !== 0 && modes["ONLCR"] !== 0;
}

/** What ssh2 keeps of a write that waited for the client's window, and forgets to forget. */
const NOTHING_WAITS = { _chunk: undefined, _chunkcb: undefined, _chunkErr: undefined, _chunkcbErr: undefined };

/**
 * Takes turns between standard output and standard error: when both wait for the client's window, ssh2 loses one of them,
 * and when one has waited, it sends that one's data again instead of the other's.
 */
class Output {
  private turn: Promise<void> = Promise.resolve();
  private carried = 0;

  constructor(
    private readonly channel: ServerChannel,
    private readonly mapNewlines: boolean,
  ) {}

  write(to: Writable, data: Buffer): Promise<void> {
    this.turn = this.turn.then(
      () =>
        new Promise((resolve) => {
          if (!this.channel.writable) {
            resolve();
            return;
          }
          this.channel.once("close", resolve);
          to.write(data, () => {
            Object.assign(this.channel, NOTHING_WAITS);
            this.channel.off("close", resolve);
            resolve();
          });
        }),
    );
    return this.turn;
  }

  async carry(from: Readable, to: Writable): Promise<void> {
    try {
      for await (const chunk of from) {
        this.carried++;
        await this.write(to, this.mapNewlines ? withCarriageReturns(chunk as Buffer) : (chunk as Buffer));
        this.carried++;
      }
    } catch {
      // The channel was closed, and the stream with it.
    }
  }

  /** Resolves when nothing has been carried for a moment, and nothing is on its way. */
  async silence(): Promise<void> {
    for (let seen = -1; seen !== this.carried || this.carried % 2 === 1;) {
      seen = this.carried;
      await delay(SILENCE_MS);
    }
  }
}

function withCarriageReturns(data: Buffer): Buffer {
  return Buffer.from(data.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
}
