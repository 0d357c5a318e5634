// The process that a host of its own lives in. It answers to its parent, and ends with it, whatever that one dies of.
import { EmbeddedHost } from "./embedded-host";
import type { Callable, HostAnswer, HostFacts, HostRequest } from "./host-call";

let host: EmbeddedHost | undefined;
let ending: Promise<void> | undefined;

async function answer(request: HostRequest): Promise<HostAnswer> {
  const { id } = request;
  try {
    let value: unknown;
    if (request.kind === "start") host = await EmbeddedHost.start(request.options);
    if (!host) throw new Error("the host is not started yet");
    if (request.kind === "call") {
      const { method, args } = request;
      const methods = host as unknown as Readonly<Record<Callable, (...args: readonly unknown[]) => unknown>>;
      value = await methods[method](...args);
    }
    return { id, value, facts: factsOf(host) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

function factsOf(of: EmbeddedHost): HostFacts {
  const { name, root, publicKey, knownHosts, hostKey, nixpkgs, connections, connection } = of;
  return { name, root, publicKey, knownHosts, hostKey, nixpkgs, connections, connection };
}

/** Leaves nothing behind: neither processes nor files. */
function end(): void {
  ending ??= (host?.stop() ?? Promise.resolve()).finally(() => process.exit());
}

let work: Promise<unknown> = Promise.resolve();
process.on("message", (request: HostRequest) => {
  const told = answer(request).then((reply) => {
    if (process.connected) process.send?.(reply);
  });
  if (request.kind === "start") work = told;
});
process.on("SIGINT", () => undefined); // the parent gets it too, and goes: that is the end for us
process.on("SIGTERM", end);
// A host that is just starting is waited for: what it has made must go too.
process.on("disconnect", () => void work.finally(end));
