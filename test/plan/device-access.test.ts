import type { Access, Device, ObservedHost } from "../../src/model/observed";
import { container, planOne } from "./support/model";

const node = (name: string, major: number, minor: number, kind: Device["kind"] = "char"): Device => ({
  kind,
  major,
  minor,
  node: name,
});
const card = node("/dev/dri/card0", 226, 0);
const render = node("/dev/dri/renderD128", 226, 128);
const closed: Access = { policy: "closed", allowed: [] };
const all = { kind: "char", major: 226, rights: "rwm" };

describe("F7: a bind mount of devices", () => {
  const plan = (hostPath: string, nodes: readonly Device[], access: Access | undefined, isReadOnly = false) => {
    const wanted = container("web", { bindMounts: { "/dev/x": { hostPath, isReadOnly } } });
    const seen: Partial<ObservedHost> = {
      devices: new Map(nodes.length > 0 ? [[hostPath, nodes]] : []),
      access: new Map(access ? [["web", access]] : []),
    };
    return planOne(wanted, undefined, seen).problem;
  };

  test("that the unit does not let it open is refused, with the lines that open them", () => {
    expect(plan("/dev/dri", [card, render], closed)).toMatchObject({
      code: "host",
      what: 'bindMounts hostPath "/dev/dri" leads to devices (/dev/dri/card0 and /dev/dri/renderD128), which the container\'s unit does not let it open (DevicePolicy=closed)',
      where: { construct: "shop/web", container: "web" },
      remedy: 'allow what it needs: allowedDevices: [{ node: "/dev/dri/card0" }, { node: "/dev/dri/renderD128" }]',
    });
    expect(plan("/dev/sda", [node("/dev/sda", 8, 0, "block")], closed, true)?.what).toContain("is a device, which");
    expect(plan("/dev/serial/by-id/x", [node("/dev/ttyUSB0", 188, 0)], closed)?.what).toContain("leads to the device");
  });

  test.each<[string, Device, Access]>([
    ["a node", render, { policy: "closed", allowed: [{ ...all, minor: 128 }] }],
    ["its whole driver", render, { policy: "strict", allowed: [all] }],
    ["everything", render, { policy: "auto", allowed: [] }],
    ["what every unit may", node("/dev/null", 1, 3), closed],
    ["what every unit may", node("/dev/pts/0", 136, 0), closed],
  ])("that the unit lets it open is fine: %s", (_, device, access) => {
    expect(plan(device.node, [device], access)).toBeUndefined();
  });

  test.each<[string, Access]>([
    ["another node", { policy: "closed", allowed: [{ ...all, minor: 0 }] }],
    ["a block device of the number", { policy: "closed", allowed: [{ ...all, kind: "block" }] }],
    ["to read only", { policy: "closed", allowed: [{ ...all, rights: "r" }] }],
    ["something, and by that nothing else", { policy: "auto", allowed: [{ ...all, major: 10 }] }],
  ])("is not opened by an entry for %s", (_, access) => {
    expect(plan("/dev/dri/renderD128", [render], access)).toBeDefined();
  });

  test("of which it may open one is fine, as is one that is only read, and a host that told nothing", () => {
    expect(plan("/dev/dri", [card, render], { policy: "closed", allowed: [{ ...all, minor: 128 }] })).toBeUndefined();
    expect(plan("/dev/dri", [card], { policy: "closed", allowed: [{ ...all, rights: "r" }] }, true)).toBeUndefined();
    expect(plan("/dev/dri", [card], undefined)).toBeUndefined();
    expect(plan("/srv/data", [], closed)).toBeUndefined();
  });
});
