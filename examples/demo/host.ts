import { EmbeddedHost } from "../../src/sim";
import type { NixosHostProps } from "../../constructs";
import type { Login } from "./arguments";
import type { Programs } from "./programs";
import { Hindrance, Surprise } from "./surprise";

/** As long as the real tool and systemd take, in seconds. */
const durations = { build: 0.35, start: 0.3, stop: 0.2, reload: 0.2 };

/** A host of the demo, with a shell for what is done behind the plan's back, and for looking whether all is as told. */
export interface DemoHost {
  /** How the story names it. */
  readonly name: string;
  /** The props of its NixosHost. */
  readonly props: NixosHostProps;
  /**
   * Runs a script as root over ssh, and returns what it printed. $R stands before every path of the host, $CONF and $STATE
   * are nixos-container's directories, $OURS is where cdktf-nixos-containers keeps what it knows.
   * @throws Surprise when it fails
   */
  sh(script: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a host in this process. */
export async function startEmbedded(name: string, programs: Programs): Promise<DemoHost> {
  const host = await EmbeddedHost.start({ name, durations }).catch((error: unknown) => {
    throw new Hindrance(`No embedded host: ${error instanceof Error ? error.message : String(error)}`);
  });
  const { address, port, user, identityFile, hostKey, knownHosts } = host;
  const options = ["IdentitiesOnly=yes", "IdentityAgent=none", `UserKnownHostsFile=${knownHosts}`];
  const words = ["-F", "none", "-i", identityFile, "-p", String(port), ...options.flatMap((o) => ["-o", o])];
  return {
    name,
    props: { address, port, user, identityFile, hostKey },
    sh: (script) => shell(programs, name, [...words, `${user}@${address}`, "sh -s"], script),
    stop: () => host.stop(),
  };
}

/** A real host, reached as ssh's configuration says. */
export function realHost({ address, user, port }: Login, programs: Programs): DemoHost {
  const target = [...(port === undefined ? [] : ["-p", String(port)]), ...(user === undefined ? [] : ["-l", user])];
  // Who logs in may stand in ssh's configuration, so the host is asked.
  const become = `sh -c 'if [ "$(id -u)" = 0 ]; then sh -s; else sudo -n -- sh -s; fi'`;
  return {
    name: address,
    props: { address, ...(user !== undefined && { user }), ...(port !== undefined && { port }) },
    sh: (script) => shell(programs, address, [...target, "--", address, become], script),
    stop: () => Promise.resolve(),
  };
}

const preface = `set -eu
R=\${CDKTF_NIXOS_ROOT-}
if [ -r "$R/etc/profile" ]; then set +eu; . "$R/etc/profile"; set -eu; fi
directory() { sed -n "s/^.*\\$$1Directory *= *\\"\\(\\/[^\\"]*\\)\\".*/\\1/p" "$(command -v nixos-container)" 2>/dev/null | sed 1q; }
CONF=$R$(directory configuration); [ "$CONF" != "$R" ] || CONF=$R/etc/nixos-containers
STATE=$R$(directory state); [ "$STATE" != "$R" ] || STATE=$R/var/lib/nixos-containers
OURS=$R/var/lib/cdktf-nixos
`;

async function shell(programs: Programs, name: string, words: readonly string[], script: string): Promise<string> {
  const quiet = ["BatchMode=yes", "StrictHostKeyChecking=yes", "LogLevel=ERROR", "RequestTTY=no"];
  const options = quiet.flatMap((option) => ["-o", option]);
  const { code, stdout, output } = await programs.run("ssh", [...options, ...words], { stdin: preface + script });
  if (code === 255 && stdout === "") throw new Hindrance(`ssh to ${name} does not work: ${output.trim()}`);
  if (code !== 0) {
    throw new Surprise(`a command on ${name}`, "that it succeeds", `exit status ${code}\n${script}\n${output}`.trim());
  }
  return stdout.trimEnd();
}
