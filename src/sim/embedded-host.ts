import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { startCommand, type Identity } from "./command";
import { generateHostKeys, generateKey, type KeyPair } from "./host-keys";
import { resolveOptions, type Durations, type EmbeddedHostOptions, type Nixpkgs, type Resolved } from "./options";
import { forgetKernelState } from "./kernel-state";
import { killProcesses } from "./processes";
import { writeSettings, type Faults } from "./settings";
import { SshServer } from "./ssh-server";
import { directoriesOf, mountLine, nixPathOf, Tree } from "./tree";

const copy = promisify(execFile);

/** What a command on the host came to. */
export interface CommandResult {
  /** Exit status; 128 and the signal's number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to log in to a host: what a NixosHost is told of it. */
export interface HostConnection {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  /** All of its host keys. */
  readonly hostKey: readonly string[];
}

/** A state of a host's files to which it can return. */
export interface Snapshot {
  /** Where the copy lies; removed when the host stops. */
  readonly directory: string;
}

/**
 * A NixOS host in this process: an SSH server on a loopback port in front of a directory of its own, with doubles of the commands
 * that only NixOS has. Needs Linux, `sh`, coreutils, findutils, util-linux, sed, grep and awk; neither root nor NixOS. SPEC.md says how it behaves.
 */
export class EmbeddedHost {
  /** Where it listens. */
  readonly address = "127.0.0.1";
  readonly name: string;
  /** Who logs in. */
  readonly user: string;
  /** The host's `/`, for real. */
  readonly root: string;
  /** Private key that may log in: OpenSSH format, mode 0600. */
  readonly identityFile: string;
  /** The same key's public line. */
  readonly publicKey: string;
  /** A known_hosts file with all of the host's keys. */
  readonly knownHosts: string;
  private readonly tree: Tree;
  private readonly server: SshServer;
  private durations: Durations;
  private faults: Faults = { build: "", diskFull: false };
  private nixpkgsStorePath = "";
  private snapshots = 0;

  private constructor(
    private readonly directory: string,
    private readonly options: Resolved,
    private keys: readonly KeyPair[],
    client: KeyPair,
  ) {
    this.name = options.name;
    this.user = options.user;
    this.root = path.join(directory, "root");
    this.identityFile = path.join(directory, "id_ed25519");
    this.knownHosts = path.join(directory, "known_hosts");
    this.publicKey = client.public;
    this.durations = options.durations;
    this.tree = new Tree(this.root);
    this.server = new SshServer({
      hostKeys: keys,
      users: [...new Set(["root", options.user])],
      authorizedKeys: [client.public, ...options.authorizedKeys],
      banner: options.banner,
      jumpHost: options.jumpHost,
      sessionHost: (user, connection) => ({
        permitTty: options.permitTty,
        profileNoise: options.profileNoise,
        start: (command, merged) => this.startCommand(user, command, merged, { SSH_CONNECTION: connection }),
      }),
    });
  }

  /** Starts a host. @throws when it cannot listen or write below the temporary directory */
  static async start(options: EmbeddedHostOptions = {}): Promise<EmbeddedHost> {
    const resolved = resolveOptions(options, randomBytes(16).toString("hex"));
    const [directory, keys, client] = await Promise.all([
      fs.mkdtemp(path.join(os.tmpdir(), "cdktf-nixos-host-")),
      generateHostKeys(resolved.hostKeyTypes, resolved.ownRsaKey),
      generateKey("ed25519"),
    ]);
    try {
      const host = new EmbeddedHost(directory, resolved, keys, client);
      host.tree.furnish(resolved, keys);
      host.nixpkgsStorePath = host.tree.installNixpkgs(resolved.nixpkgs);
      host.writeSettings();
      await fs.writeFile(host.identityFile, client.private, { mode: 0o600 });
      await host.server.listen();
      await host.writeKnownHosts();
      await host.boot();
      return host;
    } catch (error) {
      await fs.rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** The loopback port; the same all through the host's life. */
  get port(): number {
    return this.server.port;
  }

  /** The ed25519 host key, or the first there is: algorithm and key. */
  get hostKey(): string {
    return (this.keys.find((key) => key.type === "ed25519") ?? this.keys[0]).public;
  }

  /** All host keys: algorithm and key each. */
  get hostKeys(): readonly string[] {
    return this.keys.map((key) => key.public);
  }

  /** How to log in to it as it is now: the props of its NixosHost. */
  get connection(): HostConnection {
    const { address, port, user, identityFile, hostKeys } = this;
    return { address, port, user, identityFile, hostKey: hostKeys };
  }

  /** How many connections have authenticated so far. */
  get connections(): number {
    return this.server.connections;
  }

  /** Store path of the nixpkgs the host builds with, as the host knows it. */
  get nixpkgs(): string {
    return this.nixpkgsStorePath;
  }

  /** Where a path of the host lies for real. */
  path(file: string): string {
    return this.tree.real(file);
  }

  /** Runs a shell command as a login would, without ssh. */
  run(command: string, options: { readonly user?: string; readonly stdin?: string } = {}): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const child = this.startCommand(options.user ?? this.user, command, false);
      const output = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8");
        child[name].on("data", (text: string) => {
          output[name] += text;
        });
      }
      child.stdin.on("error", () => undefined);
      child.stdin.end(options.stdin ?? "");
      child.once("error", reject);
      child.once("close", (code, signal) => {
        resolve({ code: code ?? 128 + os.constants.signals[signal ?? "SIGKILL"], ...output });
      });
    });
  }

  /** The mutating calls of the doubles so far, one a line, oldest first. What one double asks of another is not counted. */
  async calls(): Promise<string[]> {
    const text = await fs.readFile(this.path("/var/log/calls"), "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "");
  }

  /** Waits until a mutating call matches: the moment to cut a connection. @throws after `timeout` ms, 30 000 by default */
  async called(pattern: RegExp, timeout = 30_000): Promise<void> {
    const end = Date.now() + timeout;
    for (;;) {
      const calls = await this.calls();
      if (calls.some((call) => pattern.test(call))) return;
      if (Date.now() > end) throw new Error(`no call on ${this.name} matches ${String(pattern)}:\n${calls.join("\n")}`);
      await delay(5);
    }
  }

  /** Writes a file of the host, as someone else might. */
  async edit(file: string, text: string): Promise<void> {
    await fs.mkdir(path.dirname(this.path(file)), { recursive: true });
    await fs.writeFile(this.path(file), text);
  }

  /** A file of the host. */
  read(file: string): Promise<string> {
    return fs.readFile(this.path(file), "utf8");
  }

  /** Removes a file or directory of the host. */
  remove(file: string): Promise<void> {
    return fs.rm(this.path(file), { recursive: true, force: true });
  }

  /** Declares a path of the host a mount point. */
  async mount(point: string): Promise<void> {
    await fs.mkdir(this.path(point), { recursive: true });
    await fs.appendFile(this.path("/proc/self/mountinfo"), mountLine(point));
  }

  /** Changes how long things take, from the next call on. */
  setDurations(durations: Partial<Durations>): void {
    this.durations = { ...this.durations, ...durations };
    this.writeSettings();
  }

  /** Makes things fail, or work again, from the next call on. */
  setFaults(faults: Partial<Faults>): void {
    this.faults = { ...this.faults, ...faults };
    this.writeSettings();
  }

  /** Closes the next so many connections before they say anything. */
  refuseConnections(count: number): void {
    this.server.refusals = count;
  }

  /** Drops all live connections without a word. */
  cutConnections(): void {
    this.server.cut();
  }

  /** Becomes unreachable: nothing listens, live connections drop, the host goes on. */
  pause(): Promise<void> {
    return this.server.close();
  }

  /** Becomes reachable again, on the same port. */
  resume(): Promise<void> {
    return this.server.listen();
  }

  /** Gives the host new keys of its own, rsa too, as a reinstalled machine has; `knownHosts` follows. */
  async renewHostKeys(): Promise<void> {
    this.keys = await generateHostKeys(this.options.hostKeyTypes, true);
    this.server.setHostKeys(this.keys);
    this.tree.writeHostKeys(this.keys, this.name);
    await this.writeKnownHosts();
  }

  /** Moves the host to another nixpkgs; the old one stays in the store until garbage is collected. */
  upgradeNixpkgs(nixpkgs: Omit<Nixpkgs, "source">): void {
    this.nixpkgsStorePath = this.tree.installNixpkgs({ ...this.options.nixpkgs, ...nixpkgs });
    this.writeSettings();
  }

  /** Turns the power off and on: every process dies, /run and containers are gone, then what machines.target wants starts. */
  async reboot(): Promise<void> {
    this.server.cut();
    await killProcesses(this.root);
    await forgetKernelState(this.tree);
    const running = (await fs.readdir(this.path("/run"))).filter((entry) => entry !== "current-system");
    const containers = (await fs.readdir(this.path("/proc"))).filter((entry) => /^\d+$/.test(entry));
    await Promise.all([
      ...running.map((entry) => this.remove(`/run/${entry}`)),
      ...containers.map((pid) => this.remove(`/proc/${pid}`)),
    ]);
    this.tree.directory("/run/lock");
    this.tree.furnishState();
    await this.boot();
  }

  /**
   * What `nixos-rebuild switch` does to containers: starts those that machines.target wants and that are stopped.
   * The code is 4 when a unit of the host has failed, 0 otherwise.
   */
  async rebuild(): Promise<{ readonly code: 0 | 4 }> {
    await this.boot();
    const failed = await this.run(`systemctl list-units 'container@*' | grep -q ' failed '`, { user: "root" });
    return { code: failed.code === 0 ? 4 : 0 };
  }

  /** Copies the host's files; take it when nothing is under way. */
  async snapshot(): Promise<Snapshot> {
    const directory = path.join(this.directory, `snapshot-${++this.snapshots}`);
    await copy("cp", ["-a", this.root, directory]);
    return { directory };
  }

  /** Returns to a snapshot, as a virtual machine does: connections and processes of now are gone. */
  async restore(snapshot: Snapshot): Promise<void> {
    this.server.cut();
    await killProcesses(this.root);
    await fs.rm(this.root, { recursive: true });
    await copy("cp", ["-a", snapshot.directory, this.root]);
    this.writeSettings();
  }

  /** Ends everything the host started and removes its directory. */
  async stop(): Promise<void> {
    await this.server.close();
    await killProcesses(this.root);
    await fs.rm(this.directory, { recursive: true, force: true });
  }

  private startCommand(
    user: string,
    command: string | undefined,
    merged: boolean,
    environment: Readonly<Record<string, string>> = {},
  ): ReturnType<typeof startCommand> {
    const identity: Identity = { root: this.root, user, nixPath: nixPathOf(this.options.nixpkgs.source) };
    return startCommand(identity, command, { merged, diskFull: this.faults.diskFull, environment });
  }

  /** As systemd does at boot: reads what there is, then starts what machines.target wants, and does not care whether it fails. */
  private async boot(): Promise<void> {
    await this.run(
      "EMBEDDED_HOST_NESTED=1; export EMBEDDED_HOST_NESTED; systemctl daemon-reload; systemctl start machines.target",
      {
        user: "root",
      },
    );
  }

  private writeSettings(): void {
    const { conf, state } = directoriesOf(this.options.layout);
    writeSettings(this.tree, {
      confDirectory: conf,
      stateDirectory: state,
      nixPath: nixPathOf(this.options.nixpkgs.source),
      nixpkgs: this.nixpkgsStorePath,
      sudo: this.options.sudo,
      durations: this.durations,
      faults: this.faults,
    });
  }

  private async writeKnownHosts(): Promise<void> {
    await fs.writeFile(this.knownHosts, this.hostKeys.map((key) => `[${this.address}]:${this.port} ${key}\n`).join(""));
  }
}
