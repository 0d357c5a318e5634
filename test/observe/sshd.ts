import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";

const program = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/run/current-system/sw/bin/sshd"].find(existsSync);

/** Why tests against a real sshd cannot run here, or false. */
export const noSshd = program === undefined && "OpenSSH's sshd is not installed";

export const user = userInfo().username;

/** A real OpenSSH server on 127.0.0.1, for one user, with keys of its own. */
export interface Sshd {
  readonly port: number;
  /** `TYPE BLOB` of each host key, by type. */
  readonly keys: Readonly<Record<string, string>>;
  /** Lines for a known_hosts file; all keys unless some types are named. */
  known(...types: readonly string[]): string;
  /** How many connections it took. */
  connections(): number;
}

/** A temporary folder with servers and keys, all gone at `close`. */
export class Bench {
  readonly folder = mkdtempSync(path.join(tmpdir(), "observe-test-"));
  private readonly children: ChildProcess[] = [];
  private count = 0;

  /** Makes a key pair and returns the path of its private half. */
  key(name: string, { type = "ed25519", passphrase = "", comment = name } = {}): string {
    const file = path.join(this.folder, name);
    const bits = type === "rsa" ? ["-b", "2048"] : []; // made sooner than the usual 3072
    execFileSync("ssh-keygen", ["-q", "-t", type, ...bits, "-N", passphrase, "-C", comment, "-f", file]);
    return file;
  }

  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  /** Starts a server that lets in whoever holds one of the keys; `extra` lines come first in its configuration. */
  async sshd(authorized: readonly string[], extra: readonly string[] = []): Promise<Sshd> {
    const id = (this.count += 1);
    const files = ["rsa", "ecdsa", "ed25519"].map((type) => [type, this.key(`host-${id}-${type}`, { type })] as const);
    const keys = Object.fromEntries(files.map(([type, file]) => [type, publicKey(file)]));
    const authorizedKeys = this.write(
      `authorized-${id}`,
      authorized.map((file) => readFileSync(`${file}.pub`, "utf8")).join(""),
    );
    const port = await freePort();
    const log = path.join(this.folder, `log-${id}`);
    const config = this.write(
      `sshd-${id}`,
      [
        ...extra,
        "ListenAddress 127.0.0.1",
        ...files.map(([, file]) => `HostKey ${file}`),
        `AuthorizedKeysFile ${authorizedKeys}`,
        "StrictModes no",
        "PidFile none",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin yes",
        "LogLevel VERBOSE",
        "MaxStartups 100",
        "Subsystem sftp internal-sftp",
        "",
      ].join("\n"),
    );
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true }); // where it separates privileges
    this.start(program!, ["-D", "-f", config, "-p", String(port), "-E", log]);
    await until(() => reachable(port));
    const before = connections(log);
    return {
      port,
      keys,
      known: (...types) =>
        (types.length > 0 ? types : Object.keys(keys)).map((type) => `[127.0.0.1]:${port} ${keys[type]}\n`).join(""),
      connections: () => connections(log) - before,
    };
  }

  /** Starts an ssh-agent and returns its socket. */
  async agent(): Promise<string> {
    const socket = path.join(this.folder, `agent-${(this.count += 1)}`);
    this.start("ssh-agent", ["-D", "-a", socket]);
    await until(() => Promise.resolve(existsSync(socket)));
    return socket;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.children.map(
        (child) =>
          new Promise<void>((resolve) => {
            child.once("exit", () => resolve());
            if (child.exitCode !== null || child.signalCode !== null || !child.kill()) resolve();
          }),
      ),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  private start(file: string, args: readonly string[]): void {
    this.children.push(spawn(file, args, { stdio: "ignore" }));
  }
}

/** `TYPE BLOB` of a key. */
export function publicKey(file: string): string {
  return readFileSync(`${file}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
}

/** A port where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

function connections(log: string): number {
  return existsSync(log) ? (readFileSync(log, "utf8").match(/^Connection from /gm) ?? []).length : 0;
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it did not come up within 5 s");
}
