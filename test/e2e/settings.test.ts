import { createHash, randomBytes, randomInt } from "node:crypto";
import { realHosts } from "../support/machine";
import { moduleText, net, newPrefix, testEmbedded, World } from "./world";

const prefix = newPrefix();
const [bridge, moved, lent, namespace] = [`${prefix}br0`, `${prefix}eth1`, `${prefix}eth2`, `${prefix}ns`];
/** Addresses that are not the host's own already. */
const ula = [randomInt(0xfd00, 0xfe00), randomInt(1, 0x10000), randomInt(1, 0x10000)]
  .map((group) => group.toString(16))
  .join(":");
const address = { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` };

const blob = Buffer.concat([Buffer.from([0, 0xff, 0x0a, 0x0d]), randomBytes(2000)]);
const long = "a line of text, ${not} interpolated, %{nor} this\n".repeat(11_000);
const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** Each setting, what it is on the host, and a word of the change that the plan must name. */
const settings: [
  what: string,
  props: Readonly<Record<string, unknown>>,
  look: string,
  seen: RegExp,
  property: RegExp,
][] = [
  [
    "hostAddress, localAddress",
    { network: address },
    'cat "$CONF"',
    new RegExp(`^HOST_ADDRESS=${net}\\.1\\nLOCAL_ADDRESS=${net}\\.2$`, "m"),
    /network/,
  ],
  [
    "hostAddress6, localAddress6",
    { network: { hostAddress6: `${ula}:0::1`, localAddress6: `${ula.toUpperCase()}::2` } },
    'cat "$CONF"',
    new RegExp(`^HOST_ADDRESS6=${ula}::1\\nLOCAL_ADDRESS6=${ula}::2$`, "m"),
    /network\.hostAddress6/,
  ],
  [
    "localMacAddress",
    { network: { ...address, localMacAddress: "02:00:00:00:00:0A" } },
    'cat "$CONF"',
    /^LOCAL_MAC_ADDRESS=02:00:00:00:00:0a$/m,
    /network\.localMacAddress/,
  ],
  [
    "localAddress6 that is chosen",
    { network: { localAddress6: "auto" } },
    'cat "$CONF"',
    /^HOST_ADDRESS6=(fd[0-9a-f:]+)::1\nLOCAL_ADDRESS6=\1::2$/m,
    /network\.hostAddress6/,
  ],
  [
    "hostBridge",
    { network: { hostBridge: bridge, localAddress: `${net}.130/25` } },
    'cat "$CONF"',
    new RegExp(`^HOST_BRIDGE=${bridge}$`, "m"),
    /network\.hostBridge/,
  ],
  [
    "forwardPorts",
    {
      network: {
        ...address,
        forwardPorts: [
          { hostPort: 18080, containerPort: 80 },
          { protocol: "udp", hostPort: 15353 },
        ],
      },
    },
    'cat "$CONF"',
    /^HOST_PORT=tcp:18080:80,udp:15353:15353$/m,
    /network\.forwardPorts/,
  ],
  [
    "interfaces",
    { network: { interfaces: [`${moved}:lan0`] } },
    'cat "$CONF"',
    new RegExp(`^INTERFACES="?${moved}:lan0"?$`, "m"),
    /network\.interfaces/,
  ],
  [
    "macvlans",
    { network: { macvlans: [lent] } },
    'cat "$CONF"',
    new RegExp(`^MACVLANS=${lent}$`, "m"),
    /network\.macvlans/,
  ],
  [
    "bindMounts",
    { bindMounts: { "/mnt/etc": { hostPath: "/etc", isReadOnly: true }, "/var/tmp": { isReadOnly: false } } },
    'cat "$CONF"',
    /^EXTRA_NSPAWN_FLAGS="--bind-ro=\/etc:\/mnt\/etc --bind=\/var\/tmp:\/var\/tmp"$/m,
    /bindMounts/,
  ],
  [
    "autoStart",
    { autoStart: true },
    'systemctl show machines.target -p Wants --value | tr " " "\\n" | grep -x "container@$N.service"',
    /container@/,
    /autoStart/,
  ],
  [
    "timeouts.start",
    { timeouts: { start: 150 } },
    'cat "$CONTROL/container@$N.service.d/"*',
    /^TimeoutStartSec=150$/m,
    /timeouts\.start/,
  ],
  ["removalPolicy", { removalPolicy: "destroy" }, 'cat "$OURS/journal"', /^removal=destroy$/m, /removalPolicy/],
  ["protect", { protect: true }, 'cat "$OURS/journal"', /^protect=yes$/m, /protect/],
  [
    "config in several files",
    { config: "./modules" },
    'cat "$OURS"/modules-*/config/parts/one.nix',
    /part one/,
    /config/,
  ],
  [
    "F9: config with a file that is no text, and one of half a mebibyte",
    { config: "./secrets/here.nix" },
    'cd "$OURS"/modules-*/config && sha256sum secrets/blob.age lib/long.txt',
    new RegExp(`^${sha256(blob)}  .*\\n${sha256(long)}  `),
    /config/,
  ],
  [
    "config as an object",
    {
      config: {
        environment: { etc: { "odd ${x} ''name''": { text: "back\\slash \"quoted\" ${not} %{this} ''two''\n" } } },
      },
    },
    'cat "$OURS"/modules-*/config/configuration.nix',
    /\\\\slash \\"quoted\\" \\\$\{not\} %\{this\}/,
    /config/,
  ],
  ["running", { running: false }, 'nixos-container status "$N"', /^down$/, /running/],
];

describe("every setting arrives on the host, and the plan after it is empty", () => {
  let world: World;
  const plain = [{ id: "setting" }];

  beforeAll(async () => {
    world =
      realHosts().length > 0
        ? await World.open(1, prefix)
        : await World.embedded({ bridges: [bridge], interfaces: [moved, lent] });
    await world.sh("setting", 'mkdir -p "$R/var/tmp"');
    if (world.machine.kind === "real") {
      // Pairs, because a kernel may lack the module of dummy interfaces.
      const pair = (name: string) => `ip link add ${name} type veth peer name ${name}p && ip link set ${name} up`;
      await world.sh("setting", `ip link add ${bridge} type bridge && ${pair(moved)} && ${pair(lent)}`);
    }
    world.project.write(
      "secrets/here.nix",
      "{ ... }:\n{\n  environment.etc.blob.source = ./blob.age;\n  environment.etc.long.source = ../lib/long.txt;\n}\n",
    );
    world.project.write("secrets/blob.age", blob);
    world.project.write("lib/long.txt", long);
    world.project.write("modules/default.nix", "{ ... }:\n{\n  imports = [ ./parts/one.nix ];\n}\n");
    world.project.write("modules/parts/one.nix", '{ ... }:\n{\n  environment.etc."part".text = "part one";\n}\n');
    await world.deploy(world.stack(plain));
  });
  afterAll(() => world.close());

  test.each(settings)("%s", async (what, props, look, seen, property) => {
    const spec = world.stack([{ id: "setting", ...props }]);
    const planned = await world.planned(spec, "setting");
    expect(planned.changes.map((change) => change.property)).toContainEqual(expect.stringMatching(property));
    await world.deploy(spec);
    expect(await world.sh("setting", look)).toMatch(seen);
    // It takes the one before away again; the last one is taken away below.
    const [, , lookBefore, seenBefore] = settings[settings.findIndex(([name]) => name === what) - 1] ?? [];
    if (lookBefore !== undefined && seenBefore !== undefined)
      expect((await world.sh("setting", lookBefore).catch(() => "")).match(seenBefore)).toBeNull();
  });

  test("a network namespace excludes the rest, and is written to the conf", async () => {
    const path = `/run/netns/${namespace}`;
    await world.sh(
      "setting",
      world.machine.kind === "embedded" ? `mkdir -p "$R/run/netns" && : >"$R${path}"` : `ip netns add ${namespace}`,
    );
    await world.deploy(world.stack([{ id: "setting", network: { networkNamespace: path } }]));
    expect(await world.sh("setting", 'cat "$CONF"')).toContain(`NETWORK_NAMESPACE_PATH=${path}`);
    await world.deploy(world.stack(plain));
  });

  test("a state version once chosen stays, and changing it is called a danger", async () => {
    const before = await world.sh("setting", 'sed -n s/^state-version=//p "$OURS/journal"');
    await world.deploy(world.stack([{ id: "setting", config: moduleText("two") }]));
    expect(await world.sh("setting", 'sed -n s/^state-version=//p "$OURS/journal"')).toBe(before);
    const planned = await world.planned(world.stack([{ id: "setting", stateVersion: "23.11" }]), "setting");
    expect(planned.effect).toBe("danger");
  });

  const nixpkgsMoved = "a nixpkgs that moved is a note, and a planned update for a container that follows it";
  testEmbedded(nixpkgsMoved, "its nixpkgs is not ours to move", async () => {
    const follows = world.stack([{ id: "setting", followNixpkgs: true }]);
    await world.deploy(follows);
    world.embedded.upgradeNixpkgs({ release: "25.11", suffix: ".20251201.fedcba9" });
    const stays = await world.planned(world.stack(plain), "setting");
    expect([stays.action, stays.notes.join()]).toEqual(["none", expect.stringContaining("25.11.20251201.fedcba9")]);
    expect((await world.planned(follows, "setting")).action).toBe("update");
    await world.deploy(follows);
    expect(await world.sh("setting", 'cat "$OURS"/modules-*/container.nix')).toContain('mkDefault "25.05"');
  });
});
