import { parseSettings, type ContainerSettings } from "../../src/model/container";
import { dropInLines, parseDropIn, renderDropIn } from "../../src/model/drop-in";
import type { Line } from "../../src/model/line";
import { fc } from "../support/properties";

const linesOf = (settings: ContainerSettings, control: "writable" | "read-only" = "writable"): readonly string[] =>
  dropInLines(parseSettings("web", settings, {}, []), control);

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
    const key = fc.constantFrom("TimeoutStartSec", "MemoryMax", "Nice");
    const settings = fc.array(fc.tuple(key, name), { maxLength: 3 });
    fc.assert(
      fc.property(names, names, settings, (paths, units, assignments) => {
        const lines: Line[] = [
          ...paths.map((path) => ({ place: "Unit", key: "RequiresMountsFor", value: `/${path}` }) as const),
          ...units.map((unit) => ({ place: "Unit", key: "After", value: `${unit}.service` }) as const),
          ...assignments.map(([word, value]) => ({ place: "Service", key: word, value }) as const),
        ];
        expect(parseDropIn(renderDropIn(lines))).toEqual(lines);
      }),
    );
  });

  test.each([
    [["TimeoutStartSec=9"]],
    [["[Unit]", "Wants=a.service", "RequiresMountsFor=/a"]],
    [["[Service]", "Nice=1", "[Unit]", "After=a"]],
    [["[Service]", "# a comment", "Nice=1"]],
    [["[Install]", "WantedBy=a.target"]],
  ])("what is not as we write it is not read: %j", (lines) => expect(parseDropIn(lines)).toBeUndefined());
});
