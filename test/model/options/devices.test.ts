import { left, refused } from "./left";

const own = { privateNetwork: true };
const form = 'write it like "/dev/dri/renderD128", a node each, or name a group of /proc/devices: "char-drm"';

describe("enableTun", () => {
  test("is a line of the unit where systemd-nspawn makes the node: in a network of its own", () => {
    const only = { conf: [], flags: [], dropIn: ["[Service]", "DeviceAllow=/dev/net/tun rwm"] };
    expect(left({ enableTun: true, network: own })).toEqual({ ...only, conf: ["PRIVATE_NETWORK=1"] });
    expect(left({ enableTun: true, network: { extraVeths: { lan0: {} } } }).flags).toEqual([
      "--network-veth-extra=lan0",
    ]);
    expect(left({ enableTun: true, extraFlags: ["--network-zone=lan"] }).flags).toEqual(["--network-zone=lan"]);
    expect(left({ enableTun: false })).toEqual(left({}));
  });

  test("brings node and capability on the host's network, and in a namespace of the host's", () => {
    const pair = ["--capability=CAP_NET_ADMIN", "--bind=/dev/net/tun"];
    expect(left({ enableTun: true }).flags).toEqual(pair);
    expect(left({ enableTun: true, network: { networkNamespace: "/run/netns/x" } }).flags).toEqual(pair);
    const asked = left({ enableTun: true, additionalCapabilities: ["CAP_NET_ADMIN"] });
    expect(asked.flags).toEqual([...pair, "--capability=CAP_NET_ADMIN"]);
  });
});

describe("allowedDevices", () => {
  test("are a line of the unit and a bind each, in one order, readable and writable unless they say otherwise", () => {
    const allowedDevices = [
      { node: "/dev/fuse" },
      { node: "/dev/dri/renderD128", modifier: "r" },
      { node: "char-drm", modifier: null },
    ];
    const expected = {
      conf: [],
      flags: ["--bind=/dev/dri/renderD128", "--bind=/dev/fuse"],
      dropIn: ["[Service]", "DeviceAllow=/dev/dri/renderD128 r", "DeviceAllow=/dev/fuse rw", "DeviceAllow=char-drm rw"],
    };
    expect(left({ allowedDevices })).toEqual(expected);
    expect(left({ allowedDevices: [...allowedDevices].reverse() })).toEqual(expected);
    expect(left({ allowedDevices: null as never })).toEqual(left({}));
  });

  test("are not bound where a bind mount brings them, whatever it calls them inside", () => {
    const allowedDevices = [{ node: "/dev/dri/renderD128" }];
    const bound = left({ allowedDevices, bindMounts: { "/dev/dri": { isReadOnly: false } } });
    expect(bound.flags).toEqual(["--bind=/dev/dri:/dev/dri"]);
    const renamed = { "/dev/gpu": { hostPath: "/dev/dri/renderD128", isReadOnly: false } };
    expect(left({ allowedDevices, bindMounts: renamed }).flags).toEqual(["--bind=/dev/dri/renderD128:/dev/gpu"]);
  });

  test("say their rights in one order, and a percent sign as a unit file means it", () => {
    expect(left({ allowedDevices: [{ node: "/dev/100%", modifier: "mw" }] }).dropIn).toEqual([
      "[Service]",
      "DeviceAllow=/dev/100%% wm",
    ]);
    expect(left({ allowedDevices: [{ node: "//dev//fuse/" }] }).flags).toEqual(["--bind=/dev/fuse"]);
  });

  test.each<[unknown, string]>([
    ["/dev/fuse", 'allowedDevices is "/dev/fuse", not an array → write allowedDevices: [{ node: "/dev/fuse" }]'],
    [["/dev/fuse"], 'allowedDevices[0] is "/dev/fuse", not an object → write { node: "/dev/fuse" }'],
    [
      ["/dev/fuse rwm"],
      'allowedDevices[0] is "/dev/fuse rwm", not an object → write { node: "/dev/fuse", modifier: "rwm" }',
    ],
    [[{}], "allowedDevices[0].node is missing → set allowedDevices[0].node to a string"],
    [[{ node: 5 }], 'allowedDevices[0].node is 5, not a string → write node: "5"'],
    [[{ node: "/dev/fuse", mode: "r" }], "allowedDevices[0].mode is not a setting → did you mean node?"],
    [[{ node: "/srv/x" }], `allowedDevices[0].node "/srv/x" is no path below /dev → ${form}`],
    [[{ node: "fuse" }], `allowedDevices[0].node "fuse" is no path below /dev → ${form}`],
    [[{ node: "/dev/" }], `allowedDevices[0].node "/dev/" is no path below /dev → ${form}`],
    [
      [{ node: "/dev/../etc/shadow" }],
      `allowedDevices[0].node "/dev/../etc/shadow" contains \`.\` or \`..\` → ${form}`,
    ],
    [[{ node: "/dev/dri/*" }], `allowedDevices[0].node "/dev/dri/*" contains a colon or a wildcard → ${form}`],
    [[{ node: "/dev/a b" }], `allowedDevices[0].node "/dev/a b" contains white space or a control character → ${form}`],
    [
      [{ node: "/dev/fuse", modifier: "rx" }],
      'allowedDevices[0].modifier "rx" is not made of r, w and m → write "r", "rw" or "rwm"',
    ],
    [
      [{ node: "/dev/fuse", modifier: "rrw" }],
      'allowedDevices[0].modifier "rrw" is not made of r, w and m → write "r", "rw" or "rwm"',
    ],
    [
      [{ node: "/dev/fuse", modifier: "" }],
      'allowedDevices[0].modifier "" is not made of r, w and m → write "r", "rw" or "rwm"',
    ],
    [
      [{ node: "/dev/fuse" }, { node: "/dev//fuse" }],
      'allowedDevices[1] names "/dev//fuse" again → name each device once',
    ],
    [
      [{ node: "/dev/net/tun", modifier: "mrw" }],
      'allowedDevices names "/dev/net/tun" with "rwm", the line of another option → write enableTun: true in its place',
    ],
    [
      [{ node: "/dev/net/tun", modifier: "m" }],
      'allowedDevices names "/dev/net/tun" with "m", the line of another option → write enableTun: true in its place',
    ],
  ])("must not be %j", (allowedDevices, words) => expect(refused({ allowedDevices })).toEqual([words]));

  test("may name the node for tunnels beside enableTun, or with fewer rights", () => {
    const tun = [{ node: "/dev/net/tun", modifier: "rwm" }];
    expect(left({ enableTun: true, allowedDevices: tun })).toEqual(left({ enableTun: true }));
    expect(left({ allowedDevices: [{ node: "/dev/net/tun" }] })).toEqual({
      conf: [],
      flags: ["--bind=/dev/net/tun"],
      dropIn: ["[Service]", "DeviceAllow=/dev/net/tun rw"],
    });
  });
});
