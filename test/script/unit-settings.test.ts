import { EmbeddedHost } from "../../src/sim";
import { broken, cutOff, dataProgram, inRoot, reapProgram, runProgram, withFaults } from "./program";

/** A function in cp's place: it copies to our folder no more than the file's beginning, as on a full disk. */
const halfCopies =
  'cp() { case "$*" in *before/settings*) command cp "$@"; for last; do :; done; [ -f "$last" ] || last=$last/50-TasksMax.conf; : >"$last"; return 1 ;; esac; command cp "$@"; }';

describe("what a container's unit is told, where something goes wrong", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ durations: { build: 0.1, start: 0.1, stop: 0.1 } });
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const converge = (...what: Parameters<typeof dataProgram>): ReturnType<typeof runProgram> =>
    runProgram(host, dataProgram(...what));
  const tasks = (): Promise<string> => sh("cat sys/fs/cgroup/machine.slice/container@data.service/pids.max");
  const byHand = "etc/systemd/system.control/container@data.service.d/50-TasksMax.conf";

  test.each([
    ["a limit that the code has no more", { unit: { tasksMax: 50 } }, ":"],
    ["a limit set by hand", {}, "systemctl set-property container@data.service TasksMax=50"],
  ])("%s does not stay in force when the run is killed that took it away", async (_, settings, before) => {
    await converge(settings);
    await sh(before);
    expect(await tasks()).toBe("50");
    await runProgram(host, cutOff(dataProgram({}), "after", /^systemctl daemon-reload \|\| _failed=yes$/m));
    expect(await tasks()).toBe("50");
    expect((await converge({})).code).toBe(0);
    expect(await tasks()).not.toBe("50");
  });

  test("what was set by hand stays whole where it cannot be saved", async () => {
    await converge({});
    await sh("systemctl set-property container@data.service TasksMax=50");
    const text = await sh(`cat ${byHand}`);
    const { code, stdout } = await runProgram(host, withFaults(dataProgram({}), halfCopies));
    expect([code, stdout]).toEqual([1, expect.stringContaining("what was there before is back")]);
    expect(await sh(`cat ${byHand}`)).toBe(text);
  });

  test("what was set by hand before its create is back when that fails", async () => {
    await sh("mkdir -p var/lib/nixos-containers/data; echo gold >var/lib/nixos-containers/data/gold");
    await sh("systemctl set-property container@data.service TasksMax=50");
    const { code, stdout } = await converge({ adopt: true }, broken);
    expect([code, stdout]).toEqual([1, expect.stringContaining("what was there before is back")]);
    expect(await sh(`cat ${byHand} var/lib/nixos-containers/data/gold`)).toMatch(/TasksMax=50\s+gold/);
  });

  test("a masked unit that is down takes another limit, and can be removed", async () => {
    await converge({ running: false, unit: { tasksMax: 50 } });
    await sh("systemctl mask --runtime container@data.service");
    expect(await converge({ running: false, unit: { tasksMax: 60 } })).toMatchObject({ code: 0 });
    expect(await runProgram(host, reapProgram([{ name: "data", base: "" }]))).toMatchObject({ code: 0 });
  });

  test("a start that fails for a unit it requires is not laid to a condition", async () => {
    await host.edit(
      "/etc/systemd/system/tank.mount",
      "[Mount]\nWhat=/dev/sdb\nWhere=/tank\n# embedded-host: mount fails\n",
    );
    await host.edit("/tank/x/data", "gold");
    const { code, stdout } = await converge({ bindMounts: { "/x": { hostPath: "/tank/x" } } });
    expect([code, stdout]).toEqual([1, expect.stringContaining("its bind mounts need tank.mount")]);
    expect(stdout).not.toContain("condition");
  });
});
