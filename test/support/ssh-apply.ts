import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { sshClient } from "../../src/script";

/** A run of the ssh client, as a local-exec makes it. */
export interface ClientRun {
  /** All it has printed so far. */
  output: string;
  pid: number;
  /** Resolves to its exit status; undefined for one that a signal ended. */
  readonly code: Promise<number | null>;
}

type Message = { readonly id: number; readonly pid?: number; readonly output?: string; readonly code?: number | null };

const double = path.join(__dirname, "terraform-double.js");

/** What a run is told of its host. */
export interface Target {
  readonly host: string;
  readonly options: readonly string[];
  readonly knownHosts?: readonly string[];
}

/** A process in Terraform's place, whose runs share what one apply shares. */
export class SshApply {
  private readonly process: ChildProcess = fork(double, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  private readonly runs: { run: ClientRun; end: (code: number | null) => void }[] = [];

  constructor(
    private readonly target: Target,
    private readonly env: Readonly<Record<string, string | undefined>> = {},
  ) {
    this.process.on("message", (message: Message) => {
      const { run, end } = this.runs[message.id];
      if (message.pid !== undefined) run.pid = message.pid;
      run.output += message.output ?? "";
      if (message.code !== undefined) end(message.code);
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Starts a run of a program that does this on the host. */
  start(work: string, more: Readonly<Record<string, string | undefined>> = {}, shell = "/bin/sh"): ClientRun {
    let end: (code: number | null) => void = () => undefined;
    const code = new Promise<number | null>((resolve) => (end = resolve));
    const run: ClientRun = { output: "", pid: 0, code };
    this.runs.push({ run, end });
    const { host, options, knownHosts = [] } = this.target;
    const env = {
      ...process.env,
      CDKTF_NIXOS_CLIENT: sshClient(),
      CDKTF_NIXOS_HOST: host,
      CDKTF_NIXOS_WHERE: `web1 (${host})`,
      CDKTF_NIXOS_OPTIONS: options.join("\n"),
      CDKTF_NIXOS_IDENTITY: "",
      CDKTF_NIXOS_KNOWN_HOSTS: knownHosts.map((key) => `* ${key}`).join("\n"),
      CDKTF_NIXOS_PATIENCE: "20",
      CDKTF_NIXOS_RUN: "2026-11-25T00:00:00Z",
      CDKTF_NIXOS_TEXT_1: `w_word='it'"'"'s'`,
      CDKTF_NIXOS_TEXT_2: program(work),
      ...this.env,
      ...more,
    };
    this.process.send({ id: this.runs.length - 1, env, shell });
    return run;
  }

  /** Runs a program to its end. */
  async run(
    ...args: Parameters<SshApply["start"]>
  ): Promise<{ readonly code: number | null; readonly output: string }> {
    const run = this.start(...args);
    const code = await run.code;
    return { code, output: run.output };
  }

  /** Ends as Terraform does after an apply, or as it is told to. */
  end(signal?: NodeJS.Signals): void {
    if (signal) this.process.kill(signal);
    else if (this.process.connected) this.process.disconnect();
  }
}

/** A program like those of src/script, with work of the test's own. */
export function program(work: string): string {
  const parts = ["front", "common"].map((part) =>
    readFileSync(path.join(__dirname, `../../src/script/${part}.sh`), "utf8"),
  );
  return `${parts.join("")}work() {\n${work}\n}\ndetach "$@"`;
}
