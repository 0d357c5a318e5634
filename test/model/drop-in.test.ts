import { parseSettings, type ContainerSettings } from "../../src/model/container";
import { dropInLines, dropInOf, parseDropIn } from "../../src/model/drop-in";
import { fc } from "../support/properties";

const linesOf = (settings: ContainerSettings, control: "writable" | "read-only" = "writable"): readonly string[] =>
  dropInLines(dropInOf(parseSettings("web", settings, {}, []), control));

describe("F11: what a container's unit is told, as a declarative one's is", () => {
  test("nothing, where there is nothing to wait for", () => {
    expect(linesOf({ network: { hostBridge: "br0" }, autoStart: true })).toEqual([]);
  });

  test("the mounts below its bind mounts, each once, in one order, a percent sign doubled", () => {
    const bindMounts = {
      "/b": { hostPath: "/tank/b" },
      "/c": {},
      "/a": { hostPath: "/tank/b" },
      "/d": { hostPath: "/100%" },
    };
    expect(linesOf({ bindMounts })).toEqual(["[Unit]", "RequiresMountsFor=/100%% /c /tank/b"]);
  });

  test("the interfaces it takes and the parents of its macvlans, where it starts at boot", () => {
    const network = { interfaces: ["wan-0"], macvlans: ["eth1.20"] };
    const awaited =
      "network.target sys-subsystem-net-devices-eth1.20.device sys-subsystem-net-devices-wan\\x2d0.device";
    expect(linesOf({ network })).toEqual([]);
    expect(linesOf({ network, autoStart: true, timeouts: { start: 90 } })).toEqual([
      "[Unit]",
      `Wants=${awaited}`,
      `After=${awaited}`,
      "[Service]",
      "TimeoutStartSec=90",
    ]);
  });

  test("where it cannot be written, only what start at boot and the start timeout need", () => {
    const bindMounts = { "/a": {} };
    expect(linesOf({ bindMounts }, "read-only")).toEqual([]);
    expect(linesOf({ bindMounts, timeouts: { start: 9 } }, "read-only")).toEqual(["[Service]", "TimeoutStartSec=9"]);
    expect(linesOf({ bindMounts, autoStart: true }, "read-only")).toEqual(linesOf({ bindMounts, autoStart: true }));
  });

  test("is read back as it was meant, whatever the names", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9%_.@-]{1,12}$/);
    const names = fc.uniqueArray(name, { maxLength: 4 }).map((list) => list.sort());
    fc.assert(
      fc.property(names, names, fc.option(fc.integer({ min: 1 }), { nil: undefined }), (paths, interfaces, seconds) => {
        const told = {
          mounts: paths.map((path) => `/${path}`),
          interfaces,
          ...(seconds !== undefined && { startTimeout: seconds }),
        };
        expect(parseDropIn(dropInLines(told))).toEqual(told);
      }),
    );
  });

  test.each([
    [["[Unit]", "After=a.service"]],
    [["[Service]", "TimeoutStartSec=9", "MemoryMax=1G"]],
    [["TimeoutStartSec=9"]],
  ])("what somebody else wrote is not taken for ours: %j", (lines) => expect(parseDropIn(lines)).toBeUndefined());
});
