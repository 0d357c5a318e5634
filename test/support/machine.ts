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
  const address = url.hostname.replace(/^\[(.*)\]$/, "$1"); // an IPv6 address stands in brackets in a URL only
  const config = process.env["CDKTF_NIXOS_SSH_CONFIG"];
  const target = [
    ...["-o", "BatchMode=yes"],
    ...(config ? ["-F", config] : []),
    ...(url.port ? ["-p", url.port] : []),
    `${user}@${address}`,
  ];
  return {
    kind: "real",
    props: { address, user, ...(url.port && { port: Number(url.port) }) },
    sh(command) {
      const shell = `sh -c ${quoted(`PATH=$PATH:${tools}; R=\${CDKTF_NIXOS_ROOT-}; ${command}`)}`;
      return run("ssh", [...target, user === "root" ? shell : `sh -c ${quoted(throughSudo(shell))}`], {
        env: process.env,
      });
    },
    stop: () => Promise.resolve(),
  };
}

/** Where a shell that is no login shell may miss the host's programs. */
const tools = "/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin";

/** sudo drops NIX_PATH, which some hosts have in the user's environment only. */
function throughSudo(shell: string): string {
  return `exec sudo -n -- env \${NIX_PATH:+"NIX_PATH=$NIX_PATH"} ${shell}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
