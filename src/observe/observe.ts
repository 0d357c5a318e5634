import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Observation } from "../model/observed";
import { type Probe, probeProgram } from "../script/probe";
import type { Context } from "./context";
import { Gate, Gates } from "./gate";
import { observeHost } from "./observe-host";
import { run } from "./process";
import type { ObserveRequest } from "./request";

/** What does not belong to the question itself. */
export interface ObserveOptions {
  /**
   * Makes the program that runs on a host.
   * @default the probe of src/script
   */
  readonly program?: (probe: Probe) => string;
  /** Called when a host is done. */
  readonly onDone?: (label: string, done: number, total: number) => void;
  /** Ends the connections when aborted. */
  readonly signal?: AbortSignal;
}

/** How many may be logging in through the same jump host: its sshd drops some beyond 10 (MaxStartups). */
const jumpWidth = 8;

/**
 * Observes hosts in parallel, with one connection each, and answers in the order of the request.
 * A host that cannot be observed is an answer too; nothing is written on this machine but temporary files, which go again.
 */
export async function observe(request: ObserveRequest, options: ObserveOptions = {}): Promise<Observation[]> {
  if (options.signal) setMaxListeners(0, options.signal); // every process that runs listens to it
  const folder = await mkdtemp(path.join(tmpdir(), "cdktf-nixos-"));
  try {
    const context = newContext(request, folder, options.signal);
    const gate = new Gate(request.parallelism ?? 32);
    const total = request.hosts.length;
    let done = 0;
    return await Promise.all(
      request.hosts.map((host) =>
        gate.pass(async () => {
          const observation = await observeHost(host, options.program ?? probeProgram, context);
          options.onDone?.(host.host.label, (done += 1), total);
          return observation;
        }),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function newContext(request: ObserveRequest, folder: string, signal: AbortSignal | undefined): Context {
  const sshConfig = request.sshConfig ?? (process.env["CDKTF_NIXOS_SSH_CONFIG"] || undefined);
  let files = 0;
  return {
    folder,
    ...(sshConfig !== undefined && { sshConfig: path.resolve(sshConfig) }),
    connectTimeout: request.connectTimeout ?? 10,
    timeout: request.timeout ?? 120,
    jumpGates: new Gates(jumpWidth),
    run: (file, args, how) => run(file, args, { signal, ...how }),
    temporary: (name) => path.join(folder, `${name}-${(files += 1)}`),
  };
}
