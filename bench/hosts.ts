import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { NixosHostProps } from "../constructs";
import type { EmbeddedHostOptions } from "../src/sim";
import type { Request } from "./host-process";

/** How to reach an embedded host. */
export interface HostFacts {
  readonly props: NixosHostProps & { readonly port: number; readonly user: string; readonly identityFile: string };
  /** A known_hosts file with its keys. */
  readonly knownHosts: string;
}

/** What the hosts of one process have done since they started. */
export interface Load {
  /** Connections that have authenticated, host by host. */
  readonly connections: readonly number[];
  /** Commands that were run over them. */
  readonly sessions: number;
  /** CPU seconds of the SSH server. */
  readonly server: number;
  /** CPU seconds of the programs that ran on the hosts. */
  readonly programs: number;
}

/** Embedded hosts in a process of their own, so that the measured process is not the server. */
export class Hosts {
  static async start(count: number, options: EmbeddedHostOptions = {}): Promise<Hosts> {
    const hosts = new Hosts();
    hosts.facts = (await hosts.ask({ kind: "start", count, options })) as HostFacts[];
    return hosts;
  }

  facts: readonly HostFacts[] = [];
  private readonly child: ChildProcess = fork(path.join(__dirname, "host-process.js"), [], {
    serialization: "advanced",
  });
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private asked = 0;

  private constructor() {
    this.child.on("message", ({ id, value, error }: { id: number; value: unknown; error?: string }) => {
      const waiter = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiter?.resolve(value);
      else waiter?.reject(new Error(error));
    });
    this.child.on("exit", (code) => {
      for (const waiter of this.waiting.values())
        waiter.reject(new Error(`the process of the hosts ended (${String(code)})`));
    });
  }

  /** Runs a command on a host without ssh. @throws when it fails */
  async run(host: number, command: string, stdin = ""): Promise<string> {
    return (await this.ask({ kind: "run", host, command, stdin })) as string;
  }

  async load(): Promise<Load> {
    return (await this.ask({ kind: "load" })) as Load;
  }

  async stop(): Promise<void> {
    await this.ask({ kind: "stop" });
    this.child.disconnect();
  }

  private ask(request: Request): Promise<unknown> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, request });
    });
  }
}

/** What was done between two looks. */
export function loadBetween(before: Load, after: Load): Load {
  return {
    connections: after.connections.map((count, host) => count - before.connections[host]),
    sessions: after.sessions - before.sessions,
    server: after.server - before.server,
    programs: after.programs - before.programs,
  };
}

/** The arguments of a plain ssh to a host that reads nobody's configuration. */
export function sshArguments({ props, knownHosts }: HostFacts): string[] {
  const options = ["BatchMode=yes", `UserKnownHostsFile=${knownHosts}`, "IdentitiesOnly=yes", "LogLevel=ERROR"];
  return [
    ...["-F", "/dev/null", "-T", ...options.flatMap((option) => ["-o", option])],
    ...["-i", props.identityFile, "-p", String(props.port), `${props.user}@${props.address}`],
  ];
}
