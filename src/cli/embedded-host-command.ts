import { fstatSync } from "node:fs";
import { EmbeddedHost } from "../sim/embedded-host";

/** Options of `cdktf-nixos embedded-host`. */
export interface EmbeddedHostCommandOptions {
  readonly json?: boolean;
  readonly name: string;
  readonly user: string;
}

/** Starts an embedded host, prints how to log in to it, and keeps it until nobody wants it any more; returns the exit code. */
export async function embeddedHostCommand({ json, name, user }: EmbeddedHostCommandOptions): Promise<number> {
  const given = new AbortController();
  const end = unwanted(given.signal);
  let host: EmbeddedHost;
  try {
    host = await EmbeddedHost.start({ name, user });
  } catch (error) {
    process.stderr.write(
      `the embedded host does not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    given.abort();
    return 1;
  }
  process.stdout.write(json ? `${JSON.stringify(host.connection)}\n` : introduction(host));
  await end;
  await host.stop();
  return 0;
}

function introduction({ name, connection, knownHosts }: EmbeddedHost): string {
  const { address, port, user, identityFile } = connection;
  return [
    `The embedded host ${name} listens. Log in:`,
    `  ssh -F none -i ${identityFile} -o UserKnownHostsFile=${knownHosts} -p ${port} ${user}@${address}`,
    "In code:",
    `  new NixosHost(this, ${JSON.stringify(name)}, ${JSON.stringify(connection)})`,
    "Ctrl-C ends it.",
    "",
  ].join("\n");
}

/** Resolves when a signal asks for the end, when standard input ends, when the process that started this one is gone, or when it is given up. */
function unwanted(givenUp: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const parent = process.ppid;
    // A parent that was killed closes no pipe of ours where standard input is not one.
    const watch = setInterval(() => process.ppid !== parent && end(), 500);
    const end = (): void => {
      clearInterval(watch);
      process.stdin.destroy();
      resolve();
    };
    givenUp.addEventListener("abort", end, { once: true });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
    // Who gives no standard input, as a shell does to what runs in the background, cannot close it either.
    if (isNull(0)) return;
    process.stdin.once("end", end).once("error", end).resume();
  });
}

/** Whether a descriptor is /dev/null, which is at its end from the beginning. */
function isNull(descriptor: number): boolean {
  try {
    const { rdev } = fstatSync(descriptor);
    return fstatSync(descriptor).isCharacterDevice() && rdev === nullDevice;
  } catch {
    return true;
  }
}

/** Major 1, minor 3 on Linux, where embedded hosts run. */
const nullDevice = (1 << 8) | 3;
