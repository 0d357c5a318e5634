import { EmbeddedHost, type EmbeddedHostOptions } from "../../src/sim";
import { type Outcome, run } from "./project";

/** A host that end-to-end tests deploy to: an embedded one, or a real one named by CDKTF_NIXOS_TEST_HOSTS. */
export interface Machine {
  readonly kind: "embedded" | "real";
  /** The props of its NixosHost. */
  readonly props: Readonly<Record<string, string | number>>;
  /** Runs a command as root, with $R before every path of the host. */
  sh(command: string): Promise<Outcome>;
  /** The embedded host itself, for what no real one can be asked to do. */
  readonly embedded?: EmbeddedHost;
  stop(): Promise<void>;
}

/** The hosts of CDKTF_NIXOS_TEST_HOSTS (`ssh://root@host1,ssh://deploy@host2:22`); empty when it is not set. */
export function realHosts(): readonly URL[] {
  return (process.env["CDKTF_NIXOS_TEST_HOSTS"] ?? "")
    .split(",")
    .filter((text) => text !== "")
    .map((text) => new URL(text));
}

/** `count` machines: the real ones where there are, else embedded ones. */
export async function machines(count: number): Promise<Machine[]> {
  const real = realHosts();
  if (real.length === 0)
    return Promise.all(Array.from({ length: count }, (_, index) => embeddedMachine(`host${index + 1}`)));
  if (real.length < count)
    throw new Error(`this test needs ${count} hosts, CDKTF_NIXOS_TEST_HOSTS names ${real.length}`);
  return real.slice(0, count).map(realMachine);
}

export async function embeddedMachine(name: string, options: EmbeddedHostOptions = {}): Promise<Machine> {
  const host = await EmbeddedHost.start({ name, ...options });
  return {
    kind: "embedded",
    embedded: host,
    props: {
      address: host.address,
      port: host.port,
      user: host.user,
      identityFile: host.identityFile,
      hostKey: host.hostKey,
    },
    async sh(command) {
      const { code, stdout, stderr } = await host.run(`R=$CDKTF_NIXOS_ROOT; ${command}`, { user: "root" });
      return { code, stdout, stderr, output: stdout + stderr };
    },
    stop: () => host.stop(),
  };
}

function realMachine(url: URL): Machine {
  const user = url.username || "root";
  const target = ["-o", "BatchMode=yes", ...(url.port ? ["-p", url.port] : []), `${user}@${url.hostname}`];
  return {
    kind: "real",
    props: { address: url.hostname, user, ...(url.port && { port: Number(url.port) }) },
    sh(command) {
      const quoted = `'${`R=\${CDKTF_NIXOS_ROOT-}; ${command}`.replaceAll("'", `'\\''`)}'`;
      return run("ssh", [...target, user === "root" ? `sh -c ${quoted}` : `sudo -n sh -c ${quoted}`], {
        env: process.env,
      });
    },
    stop: () => Promise.resolve(),
  };
}
