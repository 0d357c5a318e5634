import type { ObservedHost } from "../../src/model/observed";
import { findFrame } from "../../src/observe/frame";
import { parseRecords } from "../../src/observe/records";
import { probeProgram } from "../../src/script";
import { EmbeddedHost } from "../../src/sim";

const sources = ["/dev/dri", "/dev/gpu", "/dev/shm", "/dev/bus/usb", "/srv/data", "/dev/none", "/dev/sda"];

describe("F7: the devices that bind sources lead to", () => {
  let host: EmbeddedHost;
  beforeAll(async () => {
    host = await EmbeddedHost.start();
    for (const [node, kind] of [
      ["dri/card0", "char 226 0"],
      ["dri/renderD128", "char 226 128"],
      ["shm/posix", "char 1 3"],
      ["bus/usb/001/002", "char 189 1"],
      ["sda", "block 8 0"],
    ])
      await host.edit(`/dev/${node}`, `embedded-host device ${kind}\n`);
    await host.edit("/srv/data/text", "no device");
    await host.edit(
      "/proc/devices",
      "Character devices:\n  1 mem\n189 usb_device\n226 drm\n\nBlock devices:\n  8 sd\n226 drm\n",
    );
    await host.run('ln -s dri/renderD128 "$CDKTF_NIXOS_ROOT/dev/gpu"');
    await host.edit(
      "/etc/systemd/system/container@web.service.d/overrides.conf",
      "[Service]\nDeviceAllow=/dev/gpu rw\nDeviceAllow=char-usb* r\nDeviceAllow=block-* r\nDeviceAllow=/dev/none rw\n",
    );
    await host.run("systemctl daemon-reload");
  });
  afterAll(() => host.stop());

  const probed = async (asked: readonly string[]): Promise<ObservedHost> => {
    const mounting = ["web", "fresh"];
    const program = probeProgram({ nonce: "n", become: false, sources: asked, mounting, owners: [], syntax: [] });
    const { stdout } = await host.run("sh -s", { stdin: program });
    const frame = findFrame(Buffer.from(stdout), "n");
    if (frame.kind !== "complete") throw new Error(stdout);
    return parseRecords(frame.lines);
  };

  test("are found in folders below /dev, behind links, and by themselves; shared memory is none", async () => {
    const { devices } = await probed(sources);
    const found = Object.fromEntries(
      [...devices].map(([source, nodes]) => [
        source,
        nodes.map(({ kind, major, minor, node }) => `${kind} ${major}:${minor} ${node}`).sort(),
      ]),
    );
    expect(found).toEqual({
      "/dev/dri": ["char 226:0 /dev/dri/card0", "char 226:128 /dev/dri/renderD128"],
      "/dev/gpu": ["char 226:128 /dev/gpu"],
      "/dev/bus/usb": ["char 189:1 /dev/bus/usb/001/002"],
      "/dev/sda": ["block 8:0 /dev/sda"],
    });
  });

  test("and what each unit may open: nodes by their number, groups by their drivers; the template's for one that is not there", async () => {
    const { access } = await probed(sources);
    expect(access.get("fresh")).toEqual({ policy: "closed", allowed: [] });
    expect(access.get("web")).toEqual({
      policy: "closed",
      allowed: expect.arrayContaining([
        { rights: "rw", kind: "char", major: 226, minor: 128 },
        { rights: "r", kind: "char", major: 189 },
        { rights: "r", kind: "block", major: 8 },
        { rights: "r", kind: "block", major: 226 },
      ]) as unknown[],
    });
    expect(access.get("web")?.allowed).toHaveLength(4);
  });

  test("are not asked about where no source leads to any", async () => {
    const { devices, access } = await probed(["/srv/data", "/dev/shm", "/dev/none"]);
    expect([devices.size, access.size]).toEqual([0, 0]);
  });
});
