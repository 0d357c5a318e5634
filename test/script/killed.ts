import { programText } from "../../src/script";
import type { EmbeddedHost } from "../../src/sim";
import { inRoot, runProgram } from "./program";

/** When the work is killed, as parts of the time that it takes undisturbed: from before its first step to after its last. */
const moments = [0.01, 0.08, 0.15, 0.22, 0.29, 0.36, 0.43, 0.5, 0.57, 0.64, 0.71, 0.78, 0.85, 0.92, 1.1];

/** Starts the program, kills its work (and, when asked, all that the work started) after some milliseconds, and waits until all is quiet. */
async function killedAt(host: EmbeddedHost, program: string, delay: number, children: boolean): Promise<boolean> {
  const run = runProgram(host, program);
  await new Promise((resolve) => setTimeout(resolve, delay));
  await host.run(
    `for pid in $(pgrep -f "$CDKTF_NIXOS_ROOT/run/cdktf-nixos/work.*/program work"); do ${children ? "pkill -KILL -s $pid" : "kill -KILL $pid"}; done; :`,
  );
  await run;
  return (await inRoot(host, "cat var/lib/cdktf-nixos/containers/*/intent 2>/dev/null")) !== "";
}

/** Kills a program at each moment, runs it again, and holds what `look` shows then to what an undisturbed run ends in. */
export async function killedEverywhere(
  host: EmbeddedHost,
  program: string,
  look: string,
  /** Looks at what lies there after each kill. */
  between?: () => Promise<void>,
): Promise<void> {
  const before = await host.snapshot();
  const begun = performance.now();
  const whole = await runProgram(host, program);
  const took = performance.now() - begun;
  expect([whole.code, whole.stdout]).toEqual([0, expect.any(String)]);
  const wanted = await inRoot(host, look);
  let halfway = 0;
  for (const [index, moment] of moments.entries()) {
    await host.restore(before);
    if (await killedAt(host, program, moment * took, index % 2 === 0)) halfway++;
    await between?.();
    const again = await runProgram(host, program);
    expect([moment, again.code, again.stdout]).toEqual([moment, 0, expect.any(String)]);
    expect([moment, await inRoot(host, look)]).toEqual([moment, wanted]);
  }
  // The control: some of them were really cut off in the middle.
  expect(halfway).toBeGreaterThan(2);
}

/** All that can be seen of a container, without times and names that differ from run to run. */
export function everything(name: string): string {
  const profile = `nix/var/nix/profiles/per-container/${name}`;
  return [
    `nixos-container status ${name}`,
    `cat etc/nixos-containers/${name}.conf var/lib/cdktf-nixos/containers/${name}/journal`,
    `ls var/lib/cdktf-nixos/containers var/lib/cdktf-nixos/containers/${name} nix/var/nix/gcroots/cdktf-nixos etc/systemd/system.control etc/systemd/system.control/*`,
    `readlink ${profile}/$(readlink ${profile}/system)`,
    `cat var/lib/nixos-containers/${name}/etc/nixos/configuration.nix var/lib/nixos-containers/${name}/gold`,
  ].join("; ");
}

/** The digest of a container as the programs compute it; of a rename, of both its names. */
export async function digestOf(host: EmbeddedHost, name: string, ask = `digest_of ${name}`): Promise<string> {
  const probe = programText("converge").replace(/^detach "\$@"$/m, () => `find_layout; ${ask}`);
  const { stdout } = await host.run("sh -s", { stdin: `w_name=${name}\n${probe}` });
  return stdout.trim();
}
