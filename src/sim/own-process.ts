import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import type { CommandResult, HostConnection, Snapshot } from "./embedded-host";
import type { Arguments, Callable, HostAnswer, HostFacts, HostRequest, Result } from "./host-call";
import type { Durations, EmbeddedHostOptions, Nixpkgs } from "./options";
import type { Faults } from "./settings";

/** Seconds a host may take to start: on a busy machine a process takes a while. */
const START_SECONDS = 60;

/**
 * A NixOS host in a process of its own: an SSH server on a loopback port in front of a directory of its own, with doubles of the
 * commands that only NixOS has. Being no part of this process, it answers while a synth of this process waits for it.
 * Needs Linux, `sh`, coreutils, findutils, util-linux, sed, grep and awk; neither root nor NixOS. SPEC.md says how it behaves.
 *
 * It ends with {@link EmbeddedHost.stop}, and with the process that started it, whatever that one dies of; it keeps no process alive.
 * @example
 * const host = await EmbeddedHost.start();
 * new NixosHost(stack, "web1", host.connection);
 */
export class EmbeddedHost {
  /** Starts a host. @throws when it cannot listen, or write below the temporary directory, or does not start within a minute */
  static async start(options: EmbeddedHostOptions = {}): Promise<EmbeddedHost> {
    const child = fork(program(), [], {
      execArgv: [], // a debugger's port is this process's own
      env: process.env, // under jest, the default is another one
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const line = new Line(child);
    try {
      await line.ask({ kind: "start", options }, START_SECONDS);
      return new EmbeddedHost(line);
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  private constructor(private readonly line: Line) {}

  /** Where it listens. */
  get address(): string {
    return this.connection.address;
  }

  /** The loopback port; the same all through the host's life. */
  get port(): number {
    return this.connection.port;
  }

  /** Who logs in. */
  get user(): string {
    return this.connection.user;
  }

  /** Private key that may log in: OpenSSH format, mode 0600. */
  get identityFile(): string {
    return this.connection.identityFile;
  }

  get name(): string {
    return this.facts.name;
  }

  /** The host's `/`, for real. */
  get root(): string {
    return this.facts.root;
  }

  /** The public line of the key that may log in. */
  get publicKey(): string {
    return this.facts.publicKey;
  }

  /** A known_hosts file with all of the host's keys. */
  get knownHosts(): string {
    return this.facts.knownHosts;
  }

  /** The ed25519 host key, or the first there is: algorithm and key. */
  get hostKey(): string {
    return this.facts.hostKey;
  }

  /** All host keys: algorithm and key each. */
  get hostKeys(): readonly string[] {
    return this.connection.hostKey;
  }

  /** How to log in to it as it is now: the props of its NixosHost. */
  get connection(): HostConnection {
    return this.facts.connection;
  }

  /** Store path of the nixpkgs the host builds with, as the host knows it. */
  get nixpkgs(): string {
    return this.facts.nixpkgs;
  }

  /** How many connections had authenticated when the host last answered a call. */
  get connections(): number {
    return this.facts.connections;
  }

  /** Where a path of the host lies for real. */
  path(file: string): string {
    return path.join(this.root, file);
  }

  /** Runs a shell command as a login would, without ssh. */
  run(command: string, options: { readonly user?: string; readonly stdin?: string } = {}): Promise<CommandResult> {
    return this.call("run", command, options);
  }

  /** The mutating calls of the doubles so far, one a line, oldest first. What one double asks of another is not counted. */
  calls(): Promise<string[]> {
    return this.call("calls");
  }

  /** Waits until a mutating call matches: the moment to cut a connection. @throws after `timeout` ms, 30 000 by default */
  called(pattern: RegExp, timeout = 30_000): Promise<void> {
    return this.call("called", pattern, timeout);
  }

  /** Writes a file of the host, as someone else might. */
  edit(file: string, text: string): Promise<void> {
    return this.call("edit", file, text);
  }

  /** A file of the host. @throws when there is none */
  read(file: string): Promise<string> {
    return this.call("read", file);
  }

  /** Removes a file or directory of the host. */
  remove(file: string): Promise<void> {
    return this.call("remove", file);
  }

  /** Declares a path of the host a mount point. */
  mount(point: string): Promise<void> {
    return this.call("mount", point);
  }

  /** Changes how long things take, from the next call on. */
  setDurations(durations: Partial<Durations>): Promise<void> {
    return this.call("setDurations", durations);
  }

  /** Makes things fail, or work again, from the next call on. */
  setFaults(faults: Partial<Faults>): Promise<void> {
    return this.call("setFaults", faults);
  }

  /** Closes the next so many connections before they say anything. */
  refuseConnections(count: number): Promise<void> {
    return this.call("refuseConnections", count);
  }

  /** Drops all live connections without a word. */
  cutConnections(): Promise<void> {
    return this.call("cutConnections");
  }

  /** Becomes unreachable: nothing listens, live connections drop, the host goes on. */
  pause(): Promise<void> {
    return this.call("pause");
  }

  /** Becomes reachable again, on the same port. */
  resume(): Promise<void> {
    return this.call("resume");
  }

  /** Gives the host new keys of its own, rsa too, as a reinstalled machine has; `knownHosts` follows. */
  renewHostKeys(): Promise<void> {
    return this.call("renewHostKeys");
  }

  /** Moves the host to another nixpkgs; the old one stays in the store until garbage is collected. */
  upgradeNixpkgs(nixpkgs: Omit<Nixpkgs, "source">): Promise<void> {
    return this.call("upgradeNixpkgs", nixpkgs);
  }

  /** Turns the power off and on: every process dies, /run and containers are gone, then what machines.target wants starts. */
  reboot(): Promise<void> {
    return this.call("reboot");
  }

  /**
   * What `nixos-rebuild switch` does to containers: starts those that machines.target wants and that are stopped.
   * The code is 4 when a unit of the host has failed, 0 otherwise.
   */
  rebuild(): Promise<{ readonly code: 0 | 4 }> {
    return this.call("rebuild");
  }

  /** Copies the host's files; take it when nothing is under way. */
  snapshot(): Promise<Snapshot> {
    return this.call("snapshot");
  }

  /** Returns to a snapshot, as a virtual machine does: connections and processes of now are gone. */
  restore(snapshot: Snapshot): Promise<void> {
    return this.call("restore", snapshot);
  }

  /** Ends everything the host started, removes its directory, and ends its process. Stopping twice is fine. */
  async stop(): Promise<void> {
    if (this.line.isOpen) await this.call("stop");
    await this.line.close();
  }

  private get facts(): HostFacts {
    if (!this.line.facts) throw new Error("the embedded host has not answered yet");
    return this.line.facts;
  }

  private call<M extends Callable>(method: M, ...args: Arguments<M>): Promise<Result<M>> {
    return this.line.ask({ kind: "call", method, args }) as Promise<Result<M>>;
  }
}

/** A request before it has its number. */
type Question = HostRequest extends infer R ? (R extends HostRequest ? Omit<R, "id"> : never) : never;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The line to a host's process. It keeps this process alive only while an answer is waited for. */
class Line {
  facts?: HostFacts;
  private readonly waiting = new Map<number, Waiting>();
  private readonly gone: Promise<void>;
  private last = 0;

  constructor(private readonly child: ChildProcess) {
    child.on("message", (answer: HostAnswer) => this.take(answer));
    this.gone = new Promise((resolve) => {
      const lose = (why: string): void => {
        for (const { reject } of this.waiting.values()) reject(new Error(`the embedded host is gone: ${why}`));
        this.waiting.clear();
        resolve();
      };
      child.once("error", (error) => lose(error.message));
      child.once("exit", (code, signal) => lose(`its process ended with ${signal ?? String(code)}`));
    });
    this.rest();
  }

  get isOpen(): boolean {
    return this.child.connected;
  }

  ask(question: Question, seconds?: number): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(new Error("the embedded host is stopped"));
    const id = (this.last += 1);
    return new Promise((resolve, reject) => {
      const timer = seconds
        ? setTimeout(() => reject(new Error(`the embedded host did not start within ${seconds} s`)), seconds * 1000)
        : undefined;
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        if (this.waiting.size === 0) this.rest();
      };
      this.waiting.set(id, {
        resolve: (value) => {
          done();
          resolve(value);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      this.child.ref();
      this.child.channel?.ref();
      this.child.send({ ...question, id });
    });
  }

  /** Lets the process go, and waits until it is gone. */
  async close(): Promise<void> {
    this.child.ref();
    if (this.isOpen) this.child.disconnect();
    await this.gone;
  }

  private take(answer: HostAnswer): void {
    const waiting = this.waiting.get(answer.id);
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else {
      this.facts = answer.facts;
      waiting?.resolve(answer.value);
    }
  }

  private rest(): void {
    this.child.unref();
    this.child.channel?.unref();
  }
}

/** The compiled program of the process: beside this file, or in dist when this file runs from its source. */
function program(): string {
  const isSource = path.extname(__filename) === ".ts";
  const file = path.join(__dirname, isSource ? "../../dist/src/sim/host-process.js" : "host-process.js");
  if (existsSync(file)) return file;
  throw new Error(
    `the embedded host is not built: there is no ${file}; ${isSource ? "run `npm run build`" : "install the package anew"}`,
  );
}
