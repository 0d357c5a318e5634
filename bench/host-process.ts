// The process that embedded hosts live in, apart from the one that measures. It answers to its parent, and ends with it.
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { subscribe } from "node:diagnostics_channel";
import { EmbeddedHost, type EmbeddedHostOptions } from "../src/sim";
import type { HostFacts, Load } from "./hosts";

/** What the parent asks. */
export type Request =
  | { readonly kind: "start"; readonly count: number; readonly options: EmbeddedHostOptions }
  | { readonly kind: "run"; readonly host: number; readonly command: string; readonly stdin: string }
  | { readonly kind: "load" }
  | { readonly kind: "stop" };

let hosts: readonly EmbeddedHost[] = [];
let sessions = 0;
// Each command of a session is a process of ours, and nothing else is: a login, a copy, a script.
subscribe("child_process", (message) => {
  const { process: child } = message as { readonly process: ChildProcess };
  child.once("spawn", () => sessions++);
});

async function answer(request: Request): Promise<unknown> {
  switch (request.kind) {
    case "start":
      hosts = await Promise.all(
        Array.from({ length: request.count }, (_, number) =>
          EmbeddedHost.start({ ...request.options, name: `host${number}` }),
        ),
      );
      return hosts.map(factsOf);
    case "run": {
      const { code, stdout, stderr } = await hosts[request.host].run(request.command, { stdin: request.stdin });
      if (code !== 0) throw new Error(`${request.command} ended with ${code} on a host:\n${stdout}${stderr}`);
      return stdout;
    }
    case "load":
      return loadNow();
    case "stop":
      await stop();
      return undefined;
  }
}

function factsOf({ address, port, user, identityFile, hostKey, knownHosts }: EmbeddedHost): HostFacts {
  return { props: { address, port, user, identityFile, hostKey }, knownHosts };
}

function loadNow(): Load {
  // utime, stime, cutime and cstime of proc(5), in ticks of 1/100 s
  const ticks = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ").slice(11, 15).map(Number);
  return {
    connections: hosts.map(({ connections }) => connections),
    sessions,
    server: (ticks[0] + ticks[1]) / 100,
    programs: (ticks[2] + ticks[3]) / 100,
  };
}

async function stop(): Promise<void> {
  const all = hosts;
  hosts = [];
  await Promise.all(all.map((host) => host.stop()));
}

process.on("SIGINT", () => undefined); // the parent gets it too, and goes: that is the end for us
process.on("disconnect", () => void stop().finally(() => process.exit()));
process.on("message", ({ id, request }: { id: number; request: Request }) => {
  answer(request).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
