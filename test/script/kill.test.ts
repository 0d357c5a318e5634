import { programText } from "../../src/script";
import { EmbeddedHost } from "../../src/sim";
import { convergeProgram, desired, reapProgram, runProgram } from "./program";

/** When the work is killed, as parts of the time that it takes undisturbed: from before its first step to after its last. */
const moments = [0.01, 0.08, 0.15, 0.22, 0.29, 0.36, 0.43, 0.5, 0.57, 0.64, 0.71, 0.78, 0.85, 0.92, 1.1];

const network = (last: number) => ({ network: { hostAddress: "10.231.30.1", localAddress: `10.231.30.${last}` } });
const first = desired("kill", "{ ... }:\n{ }\n", { ...network(2), autoStart: true });
const second = desired("kill", "{ ... }:\n{ a = 1; }\n", { ...network(3), timeouts: { start: 90 } });

/** All that can be seen of the container, without times and names that differ from run to run. */
const everything = [
  'cd "$CDKTF_NIXOS_ROOT"; nixos-container status kill',
  "cat etc/nixos-containers/kill.conf var/lib/cdktf-nixos/containers/kill/journal",
  "ls var/lib/cdktf-nixos/containers/kill nix/var/nix/gcroots/cdktf-nixos etc/systemd/system.control etc/systemd/system.control/machines.target.wants",
  "readlink nix/var/nix/profiles/per-container/kill/$(readlink nix/var/nix/profiles/per-container/kill/system)",
  "cat var/lib/nixos-containers/kill/etc/nixos/configuration.nix var/lib/nixos-containers/kill/gold",
].join("; ");

/** Starts the program, kills its work (and, when asked, all that the work started) after some milliseconds, and waits until all is quiet. */
async function killedAt(host: EmbeddedHost, program: string, delay: number, children: boolean): Promise<boolean> {
  const run = runProgram(host, program);
  await new Promise((resolve) => setTimeout(resolve, delay));
  await host.run(
    `for pid in $(pgrep -f "$CDKTF_NIXOS_ROOT/run/cdktf-nixos/work.*/program work"); do ${children ? "pkill -KILL -s $pid" : "kill -KILL $pid"}; done; :`,
  );
  await run;
  return (await host.run('[ -e "$CDKTF_NIXOS_ROOT/var/lib/cdktf-nixos/containers/kill/intent" ]')).code === 0;
}

describe("work that is killed, and run again", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ durations: { build: 0.1, start: 0.1, stop: 0.1 } });
  });
  afterEach(() => host.stop());

  async function compare(prepare: string | undefined, program: string, look: string): Promise<void> {
    if (prepare) expect((await runProgram(host, prepare)).code).toBe(0);
    await host.run(
      'mkdir -p "$CDKTF_NIXOS_ROOT/var/lib/nixos-containers" && [ ! -d "$CDKTF_NIXOS_ROOT/var/lib/nixos-containers/kill" ] || echo gold >"$CDKTF_NIXOS_ROOT/var/lib/nixos-containers/kill/gold"',
    );
    const before = await host.snapshot();
    const begun = performance.now();
    await runProgram(host, program);
    const took = performance.now() - begun;
    const wanted = (await host.run(look)).stdout;
    let halfway = 0;
    for (const [index, moment] of moments.entries()) {
      await host.restore(before);
      if (await killedAt(host, program, moment * took, index % 2 === 0)) halfway++;
      const again = await runProgram(host, program);
      expect([moment, again.code, again.stdout]).toEqual([moment, 0, expect.any(String)]);
      expect([moment, (await host.run(look)).stdout]).toEqual([moment, wanted]);
    }
    // The control: some of them were really cut off in the middle.
    expect(halfway).toBeGreaterThan(2);
  }

  test(
    "a create ends in the same state",
    () => compare(undefined, convergeProgram(first, { action: "create" }), everything),
    120_000,
  );

  test(
    "an update with a restart ends in the same state",
    () => compare(convergeProgram(first), convergeProgram(second), everything),
    120_000,
  );

  test("a removal ends in the same state, its data in one archive", async () => {
    const look = `cd "$CDKTF_NIXOS_ROOT"; ls etc/nixos-containers var/lib/nixos-containers var/lib/cdktf-nixos/containers; cat var/lib/nixos-containers/.archive/kill-*/root/gold; ls -d var/lib/nixos-containers/.archive/kill-* | wc -l`;
    await runProgram(host, convergeProgram(first));
    await compare(undefined, reapProgram([{ name: "kill", base: await digest(host) }]), look);
  }, 120_000);
});

/** The digest of the container as the programs compute it. */
async function digest(host: EmbeddedHost): Promise<string> {
  const probe = programText("converge").replace(/^detach "\$@"$/m, "find_layout; digest_of kill");
  const { stdout } = await host.run("sh -s", { stdin: `w_name=kill\n${probe}` });
  return stdout.trim();
}
