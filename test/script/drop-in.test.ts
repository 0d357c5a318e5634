import type { ContainerSettings } from "../../src/model/container";
import { EmbeddedHost } from "../../src/sim";
import { broken, convergeProgram, desired, inRoot, reapProgram, runProgram, sound } from "./program";

const bindMounts = { "/x": { hostPath: "/tank/x" } };
const text = "[Unit]\nRequiresMountsFor=/tank/x\n";

describe("F11: the drop-in of a container's unit", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ interfaces: ["eth1"] });
    await host.edit("/tank/x/data", "gold");
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const converge = (props: ContainerSettings, module = sound): ReturnType<typeof runProgram> =>
    runProgram(host, convergeProgram(desired("data", module, props)));
  const dropIn = "/etc/systemd/system.control/container@data.service.d/90-cdktf-nixos.conf";
  const there = (): Promise<string | undefined> => host.read(dropIn).catch(() => undefined);
  const show = (property: string): Promise<string> => sh(`systemctl show container@data -p ${property} --value`);
  const tank = (more = ""): Promise<void> =>
    host.edit("/etc/systemd/system/tank.mount", `[Mount]\nWhat=/dev/sdb\nWhere=/tank\n${more}`);

  test("is placed, known to systemd, and taken away with the container", async () => {
    const { code, stdout } = await converge({ bindMounts });
    expect([code, stdout]).toEqual([0, expect.stringContaining("set start order")]);
    expect([await there(), await show("RequiresMountsFor")]).toEqual([text, "/tank/x"]);
    expect(await runProgram(host, reapProgram([{ name: "data", base: "" }]))).toMatchObject({ code: 0 });
    expect([await there(), await show("RequiresMountsFor")]).toEqual([undefined, ""]);
  });

  test("that an earlier version left without an order is mended, and the container runs on", async () => {
    await converge({ bindMounts });
    await host.remove(dropIn.replace(/\/[^/]*$/, ""));
    const before = await show("InvocationID");
    expect(await converge({ bindMounts })).toMatchObject({ code: 0 });
    expect([await there(), await show("InvocationID")]).toEqual([text, before]);
    const again = await converge({ bindMounts });
    expect(again.stdout).toContain("is as wanted");
  });

  test("is put back as it was when the change fails, be it somebody else's text", async () => {
    await converge({ bindMounts });
    await host.edit(dropIn, "[Service]\nMemoryMax=1G\n\n[Unit]\nAfter=x.service\n");
    const failed = await converge({ bindMounts, timeouts: { start: 90 } }, broken);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("what was there before is back")]);
    expect(await there()).toBe("[Service]\nMemoryMax=1G\n\n[Unit]\nAfter=x.service\n");
  });

  test("a start whose mount does not come up says which, and what was there before is back", async () => {
    await converge({});
    await tank("# embedded-host: mount fails\n");
    const { code, stdout } = await converge({ bindMounts });
    expect(code).toBe(1);
    expect(stdout).toContain(
      "its bind mounts need tank.mount, which did not come up: see systemctl status 'tank.mount'",
    );
    expect(stdout).toContain("what was there before is back");
    expect([await there(), await show("ActiveState")]).toEqual([undefined, "active"]);
    await tank();
    expect(await converge({ bindMounts })).toMatchObject({ code: 0 });
    expect(await sh('mountpoint "$PWD/tank"')).toContain("is a mountpoint");
  });

  test("brings the mounts up at boot before the container", async () => {
    await tank();
    await converge({ bindMounts, autoStart: true, network: { interfaces: ["eth1"] } });
    expect(await show("After")).toBe("network.target sys-subsystem-net-devices-eth1.device");
    await host.reboot();
    expect([await show("ActiveState"), await sh('mountpoint "$PWD/tank"')]).toEqual([
      "active",
      expect.stringContaining("is a mountpoint"),
    ]);
  });
});
