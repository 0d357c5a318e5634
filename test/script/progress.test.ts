import type { ObservedHost } from "../../src/model/observed";
import { findFrame } from "../../src/observe/frame";
import { parseRecords } from "../../src/observe/records";
import { probeProgram } from "../../src/script";
import { EmbeddedHost } from "../../src/sim";
import { until } from "../sim/client";
import { broken, convergeProgram, desired, owner, reapProgram, runProgram, sound, teardownProgram } from "./program";

const machine = "1".repeat(32);

describe("what a run tells of itself", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ user: "deploy", machineId: machine });
  });
  afterEach(() => host.stop());

  const probed = async (): Promise<ObservedHost> => {
    const program = probeProgram({ nonce: "n", become: true, sources: [], owners: [], syntax: [] });
    const { stdout } = await host.run("sh -s", { stdin: program });
    const frame = findFrame(Buffer.from(stdout), "n");
    if (frame.kind !== "complete") throw new Error(stdout);
    return parseRecords(frame.lines);
  };
  const converge = (text = sound, name = "data"): ReturnType<typeof runProgram> =>
    runProgram(host, convergeProgram(desired(name, text), { machine, action: "create" }));
  const failure = async (name = "data") => (await probed()).failures.get(name);
  const workOf = 'pgrep -f "$CDKTF_NIXOS_ROOT/run/cdktf-nixos/work.*/program work"';

  test("a change under way is told with its step and who runs it; killed, it is under way no more", async () => {
    host.setDurations({ build: 600 });
    const run = converge();
    await host.called(/nixos-container create/);
    const { underWay, containers } = await probed();
    expect(underWay.get("data")).toEqual({
      action: "create",
      since: expect.any(Number) as number,
      step: "building",
      took: expect.any(Number) as number,
      who: "deploy",
    });
    expect(containers.get("data")?.intent?.action).toBe("create");
    const pid = (await host.run(workOf)).stdout.trim(); // also the number of the session it and all it started are in
    await host.run(`kill -KILL ${pid}`, { user: "root" });
    // What it had started holds the lock, and a deploy waits for it.
    expect((await probed()).underWay.get("data")).toEqual({ action: "", step: "", who: "" });
    await host.run(`pkill -KILL -s ${pid}`, { user: "root" });
    await run;
    await until("nothing holds the lock", async () => (await probed()).underWay.size === 0);
    expect((await probed()).containers.get("data")?.intent?.action).toBe("create");
  });

  test("a change that waits for another's end does not stand for it", async () => {
    host.setDurations({ build: 2 });
    const [first, second] = [converge(), converge()];
    await host.called(/nixos-container create/);
    expect((await probed()).underWay.get("data")?.step).toBe("building");
    expect([(await first).code, (await second).code]).toEqual([0, 0]);
    expect((await probed()).underWay.size).toBe(0);
  });

  test("a removal under way is told of all it removes", async () => {
    await converge();
    await converge(sound, "more");
    host.setDurations({ stop: 1 });
    const run = runProgram(host, reapProgram(["data", "more"].map((name) => ({ name, base: "" }))));
    await host.called(/systemctl stop/);
    const { underWay } = await probed();
    expect([...underWay.keys()].sort()).toEqual(["data", "more"]);
    expect(underWay.get("more")).toMatchObject({ action: "remove", step: "removing data" });
    expect((await run).code).toBe(0);
  });

  test("where the login comes from is told as sshd tells it", async () => {
    host.setDurations({ build: 2 });
    const script = convergeProgram(desired("data", sound), { machine });
    const run = host.run("cat >./.cdktf-nixos-x.sh; SSH_CONNECTION='192.0.2.7 5 192.0.2.1 22' sh ./.cdktf-nixos-x.sh", {
      stdin: script,
    });
    await host.called(/nixos-container create/);
    expect((await probed()).underWay.get("data")?.who).toBe("deploy from 192.0.2.7");
    await run;
  });

  test("the reason of a failed create is kept, though nothing of the container is, and goes with the next success", async () => {
    expect((await converge(broken)).code).toBe(1);
    expect(await failure()).toEqual({
      owner,
      time: expect.any(Number) as number,
      step: "building",
      reason: expect.stringMatching(
        /^the build failed: .*broken on purpose.*; nothing of it is left on the host$/,
      ) as string,
    });
    expect((await probed()).containers.size).toBe(0);
    expect((await converge()).code).toBe(0);
    expect(await failure()).toBeUndefined();
  });

  test("the reason of a failed change changes nothing that a plan is made from, and goes when all is as wanted", async () => {
    await converge();
    const before = (await probed()).containers.get("data")?.digest;
    expect((await converge(broken)).code).toBe(1);
    expect((await failure())?.reason).toContain("what was there before is back");
    expect((await probed()).containers.get("data")?.digest).toBe(before);
    expect((await converge()).stdout).toContain("as wanted");
    expect(await failure()).toBeUndefined();
  });

  test("a reason of many bytes is cut, and stands on one line", async () => {
    await converge(`{ ... }:\n{ a = throw "${"x".repeat(2000)}"; }\n`);
    expect((await failure())?.reason).toHaveLength(500);
  });

  test("what fails to be removed says why, and a teardown leaves no reason behind", async () => {
    await runProgram(host, convergeProgram(desired("safe", sound, { protect: true }), { machine }));
    expect((await runProgram(host, reapProgram([{ name: "safe", base: "" }]))).code).toBe(1);
    expect((await failure("safe"))?.reason).toContain("is protected");
    expect((await converge(broken)).code).toBe(1);
    await runProgram(host, convergeProgram(desired("safe", sound), { machine }));
    expect(await runProgram(host, teardownProgram(machine))).toMatchObject({ code: 0 });
    expect((await host.run('ls -A "$CDKTF_NIXOS_ROOT/var/lib/cdktf-nixos"')).stdout).toBe("");
  });
});
