import { EmbeddedHost } from "../../src/sim";
import { digestOf, everything, killedEverywhere } from "./killed";
import { convergeProgram, desired, inRoot, reapProgram, runProgram, sound } from "./program";

const network = (last: number) => ({ network: { hostAddress: "10.231.30.1", localAddress: `10.231.30.${last}` } });
const first = desired("kill", "{ ... }:\n{ }\n", { ...network(2), autoStart: true });
const second = desired("kill", "{ ... }:\n{ a = 1; }\n", { ...network(3), timeouts: { start: 90 } });

describe("work that is killed, and run again", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ durations: { build: 0.1, start: 0.1, stop: 0.1 } });
  });
  afterEach(() => host.stop());

  const deployed = async (): Promise<void> => {
    expect((await runProgram(host, convergeProgram(first))).code).toBe(0);
    await inRoot(host, "echo gold >var/lib/nixos-containers/kill/gold");
  };

  test(
    "a create ends in the same state",
    () => killedEverywhere(host, convergeProgram(first, { action: "create" }), everything("kill")),
    120_000,
  );

  test.each(["twelveletter", "z".repeat(64)])(
    "a create of %s, a name that nixos-container create refuses, ends in the same state",
    (name) => killedEverywhere(host, convergeProgram(desired(name, sound), { action: "create" }), everything(name)),
    120_000,
  );

  test("an update with a restart ends in the same state", async () => {
    await deployed();
    await killedEverywhere(host, convergeProgram(second), everything("kill"));
  }, 120_000);

  test("a removal ends in the same state, its data in one archive", async () => {
    const look = `ls etc/nixos-containers var/lib/nixos-containers var/lib/cdktf-nixos/containers; cat var/lib/nixos-containers/.archive/kill-*/root/gold; ls -d var/lib/nixos-containers/.archive/kill-* | wc -l`;
    await deployed();
    await killedEverywhere(host, reapProgram([{ name: "kill", base: await digestOf(host, "kill") }]), look);
  }, 120_000);
});
