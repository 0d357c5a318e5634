import type { ContainerSettings } from "../../src/model/container";
import type { ObservedContainer, ObservedHost } from "../../src/model/observed";
import { changesOf, container, converged, planOne } from "./support/model";

const own = { privateNetwork: true };
const pair = { hostAddress: "10.7.0.1", localAddress: "10.7.0.2" };

/** One option: what it is, what it becomes, how a plan tells of it. */
interface Row {
  readonly option: string;
  readonly is: ContainerSettings;
  readonly becomes: ContainerSettings;
  /** Of a new container. */
  readonly given: readonly string[];
  readonly set: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

const rows: readonly Row[] = [
  {
    option: "tmpfs",
    is: { tmpfs: ["/a"] },
    becomes: { tmpfs: ["/b", "/a:size=1M"] },
    given: ["tmpfs: none → /a (none)"],
    set: ["tmpfs: none → /a (restart)"],
    changed: ["tmpfs: /a → /a:size=1M, /b (restart)"],
    removed: ["tmpfs: /a → none (restart)"],
  },
  {
    option: "ephemeral",
    is: { ephemeral: true },
    becomes: { ephemeral: false },
    given: ["ephemeral: none → true (none)"],
    set: ["ephemeral: false → true (danger)"],
    changed: ["ephemeral: true → false (restart)"],
    removed: ["ephemeral: true → false (restart)"],
  },
  {
    option: "privateUsers",
    is: { privateUsers: "pick" },
    becomes: { privateUsers: 131072 },
    given: ["privateUsers: none → pick (none)"],
    set: ["privateUsers: no → pick (restart)"],
    changed: ["privateUsers: pick → 131072 (restart)"],
    removed: ["privateUsers: pick → no (restart)"],
  },
  {
    option: "privateUsers of a private network, which need a device",
    is: { privateUsers: "pick", network: own },
    becomes: { privateUsers: "identity", network: own },
    given: ["network.privateNetwork: none → true (none)", "privateUsers: none → pick (none)"],
    set: ["network.privateNetwork: none → true (restart)", "privateUsers: no → pick (restart)"],
    changed: ["privateUsers: pick → identity (restart)"],
    removed: ["network.privateNetwork: true → none (restart)", "privateUsers: pick → no (restart)"],
  },
  {
    option: "an id-mapped bind mount",
    is: { privateUsers: "pick", bindMounts: { "/a": { idmap: true } } },
    becomes: { privateUsers: "pick", bindMounts: { "/a": { hostPath: "/b", isReadOnly: false } } },
    given: ["bindMounts: none → /a (read-only, idmap) (none)", "privateUsers: none → pick (none)"],
    set: ["bindMounts: none → /a (read-only, idmap) (restart)", "privateUsers: no → pick (restart)"],
    changed: ["bindMounts: /a (read-only, idmap) → /b on /a (restart)"],
    removed: ["bindMounts: /a (read-only, idmap) → none (restart)", "privateUsers: pick → no (restart)"],
  },
  {
    option: "enableTun on the host's network, where it brings flags",
    is: { enableTun: true, additionalCapabilities: ["CAP_NET_ADMIN"] },
    becomes: { additionalCapabilities: ["CAP_NET_ADMIN"] },
    given: ["enableTun: none → true (none)", "additionalCapabilities: none → CAP_NET_ADMIN (none)"],
    set: ["enableTun: false → true (restart)", "additionalCapabilities: none → CAP_NET_ADMIN (restart)"],
    changed: ["enableTun: true → false (restart)"],
    removed: ["enableTun: true → false (restart)", "additionalCapabilities: CAP_NET_ADMIN → none (restart)"],
  },
  {
    option: "enableTun in a private network",
    is: { enableTun: true, network: own },
    becomes: { network: own },
    given: ["network.privateNetwork: none → true (none)", "enableTun: none → true (none)"],
    set: ["network.privateNetwork: none → true (restart)", "enableTun: false → true (live)"],
    changed: ["enableTun: true → false (live)"],
    removed: ["network.privateNetwork: true → none (restart)", "enableTun: true → false (live)"],
  },
  {
    option: "allowedDevices, whose rights reach what runs",
    is: { allowedDevices: [{ node: "/dev/fuse" }, { node: "char-drm" }] },
    becomes: { allowedDevices: [{ node: "/dev/fuse", modifier: "r" }] },
    given: ["allowedDevices: none → /dev/fuse (rw), char-drm (rw) (none)"],
    set: ["allowedDevices: none → /dev/fuse (rw), char-drm (rw) (restart)"],
    changed: ["allowedDevices: /dev/fuse (rw), char-drm (rw) → /dev/fuse (r) (live)"],
    removed: ["allowedDevices: /dev/fuse (rw), char-drm (rw) → none (restart)"],
  },
  {
    option: "a device that a bind mount brings, and then its own",
    is: { bindMounts: { "/dev/dri": {} }, allowedDevices: [{ node: "/dev/dri/card0" }] },
    becomes: { allowedDevices: [{ node: "/dev/dri/card0" }] },
    given: ["bindMounts: none → /dev/dri (read-only) (none)", "allowedDevices: none → /dev/dri/card0 (rw) (none)"],
    set: ["bindMounts: none → /dev/dri (read-only) (restart)", "allowedDevices: none → /dev/dri/card0 (rw) (live)"],
    changed: [
      "bindMounts: /dev/dri (read-only) → none (restart)",
      "allowedDevices: /dev/dri/card0 (rw), written otherwise → /dev/dri/card0 (rw) (restart)",
    ],
    removed: ["bindMounts: /dev/dri (read-only) → none (restart)", "allowedDevices: /dev/dri/card0 (rw) → none (live)"],
  },
  {
    option: "additionalCapabilities",
    is: { additionalCapabilities: ["CAP_SYS_ADMIN", "CAP_BPF"] },
    becomes: { additionalCapabilities: ["all"] },
    given: ["additionalCapabilities: none → CAP_BPF, CAP_SYS_ADMIN (none)"],
    set: ["additionalCapabilities: none → CAP_BPF, CAP_SYS_ADMIN (restart)"],
    changed: ["additionalCapabilities: CAP_BPF, CAP_SYS_ADMIN → all (restart)"],
    removed: ["additionalCapabilities: CAP_BPF, CAP_SYS_ADMIN → none (restart)"],
  },
  {
    option: "systemCallFilter",
    is: { systemCallFilter: ["bpf"] },
    becomes: { systemCallFilter: ["~@clock", "bpf"] },
    given: ["systemCallFilter: none → bpf (none)"],
    set: ["systemCallFilter: none → bpf (restart)"],
    changed: ["systemCallFilter: bpf → bpf, ~@clock (restart)"],
    removed: ["systemCallFilter: bpf → none (restart)"],
  },
  {
    option: "credentials",
    is: { credentials: { db: { hostPath: "/run/a" } } },
    becomes: { credentials: { tls: { hostPath: "/run/t" }, db: { hostPath: "/run/b" } } },
    given: ["credentials: none → db from /run/a (none)"],
    set: ["credentials: none → db from /run/a (restart)"],
    changed: ["credentials: db from /run/a → db from /run/b, tls from /run/t (restart)"],
    removed: ["credentials: db from /run/a → none (restart)"],
  },
  {
    option: "extraFlags",
    is: { extraFlags: ["--link-journal=no"] },
    becomes: { extraFlags: ["--setenv=A=b", "--quiet"] },
    given: ["extraFlags: none → --link-journal=no (none)"],
    set: ["extraFlags: none → --link-journal=no (restart)"],
    changed: ["extraFlags: --link-journal=no → --setenv=A=b --quiet (restart)"],
    removed: ["extraFlags: --link-journal=no → none (restart)"],
  },
  {
    option: "copyResolvConf",
    is: { copyResolvConf: false },
    becomes: { copyResolvConf: true },
    given: ["copyResolvConf: none → false (none)"],
    set: ["copyResolvConf: true → false (restart)"],
    changed: ["copyResolvConf: false → true (restart)"],
    removed: ["copyResolvConf: false → true (restart)"],
  },
  {
    option: "timeoutStartSec",
    is: { timeoutStartSec: "2min" },
    becomes: { timeouts: { start: 90 } },
    given: ["timeouts.start: none → 120 s (none)"],
    set: ["timeouts.start: none → 120 s (none)"],
    changed: ["timeouts.start: 120 s → 90 s (none)"],
    removed: ["timeouts.start: 120 s → none (none)"],
  },
  {
    option: "the units of a unit",
    is: { unit: { after: ["network.target"], requires: ["a.service"] } },
    becomes: { unit: { after: ["b.service"], bindsTo: ["a.service"], partOf: ["p.target"], wants: ["w.service"] } },
    given: ["unit.after: none → network.target (none)", "unit.requires: none → a.service (none)"],
    set: ["unit.after: none → network.target (none)", "unit.requires: none → a.service (none)"],
    changed: [
      "unit.after: network.target → b.service (none)",
      "unit.requires: a.service → none (none)",
      "unit.bindsTo: none → a.service (none)",
      "unit.wants: none → w.service (none)",
      "unit.partOf: none → p.target (none)",
    ],
    removed: ["unit.after: network.target → none (none)", "unit.requires: a.service → none (none)"],
  },
  {
    option: "the device of an interface that the container does not take",
    is: { unit: { bindsTo: ["sys-subsystem-net-devices-wg0.device"] } },
    becomes: { unit: { after: ["sys-subsystem-net-devices-wg0.device"] } },
    given: ["unit.bindsTo: none → sys-subsystem-net-devices-wg0.device (none)"],
    set: ["unit.bindsTo: none → sys-subsystem-net-devices-wg0.device (none)"],
    changed: [
      "unit.after: none → sys-subsystem-net-devices-wg0.device (none)",
      "unit.bindsTo: sys-subsystem-net-devices-wg0.device → none (none)",
    ],
    removed: ["unit.bindsTo: sys-subsystem-net-devices-wg0.device → none (none)"],
  },
  {
    option: "the lines of a unit",
    is: { unit: { unitConfig: { ConditionPathExists: "/a" }, serviceConfig: { Restart: "no", Nice: 5 } } },
    becomes: { unit: { serviceConfig: { Restart: "always" } } },
    given: [
      "unit.unitConfig: none → ConditionPathExists=/a (none)",
      "unit.serviceConfig: none → Nice=5, Restart=no (none)",
    ],
    set: [
      "unit.unitConfig: none → ConditionPathExists=/a (none)",
      "unit.serviceConfig: none → Nice=5, Restart=no (none)",
    ],
    changed: [
      "unit.unitConfig: ConditionPathExists=/a → none (none)",
      "unit.serviceConfig: Nice=5, Restart=no → Restart=always (none)",
    ],
    removed: [
      "unit.unitConfig: ConditionPathExists=/a → none (none)",
      "unit.serviceConfig: Nice=5, Restart=no → none (none)",
    ],
  },
  {
    option: "a command of the unit that is none of a further pair",
    is: { unit: { serviceConfig: { ExecStartPost: "/usr/bin/env ip route add 10.9.0.0/16 via 10.0.0.2" } } },
    becomes: {},
    given: ["unit.serviceConfig: none → ExecStartPost=/usr/bin/env ip route add 10.9.0.0/16 via 10.0.0.2 (none)"],
    set: ["unit.serviceConfig: none → ExecStartPost=/usr/bin/env ip route add 10.9.0.0/16 via 10.0.0.2 (none)"],
    changed: ["unit.serviceConfig: ExecStartPost=/usr/bin/env ip route add 10.9.0.0/16 via 10.0.0.2 → none (none)"],
    removed: ["unit.serviceConfig: ExecStartPost=/usr/bin/env ip route add 10.9.0.0/16 via 10.0.0.2 → none (none)"],
  },
  {
    option: "the limits of a unit, which reach what runs",
    is: { unit: { memoryMax: "1G", cpuQuota: "50%", tasksMax: 500, ioWeight: 7 } },
    becomes: { unit: { memoryMax: "2G", memoryHigh: "1G", cpuWeight: 50 } },
    given: [
      "unit.memoryMax: none → 1G (none)",
      "unit.cpuQuota: none → 50% (none)",
      "unit.tasksMax: none → 500 (none)",
      "unit.ioWeight: none → 7 (none)",
    ],
    set: [
      "unit.memoryMax: none → 1G (live)",
      "unit.cpuQuota: none → 50% (live)",
      "unit.tasksMax: none → 500 (live)",
      "unit.ioWeight: none → 7 (live)",
    ],
    changed: [
      "unit.memoryMax: 1G → 2G (live)",
      "unit.memoryHigh: none → 1G (live)",
      "unit.cpuQuota: 50% → none (live)",
      "unit.cpuWeight: none → 50 (live)",
      "unit.tasksMax: 500 → none (live)",
      "unit.ioWeight: 7 → none (live)",
    ],
    removed: [
      "unit.memoryMax: 1G → none (live)",
      "unit.cpuQuota: 50% → none (live)",
      "unit.tasksMax: 500 → none (live)",
      "unit.ioWeight: 7 → none (live)",
    ],
  },
];

/** What differs in options; the files are another matter. */
const told = (wanted: ContainerSettings, observed: ContainerSettings): string[] =>
  changesOf(planOne(container("web", wanted), converged(container("web", observed))));

describe("a plan tells of an option under its own name and with what it costs:", () => {
  test.each(rows.map((row) => [row.option, row] as const))("%s", (_, { is, becomes, ...words }) => {
    const given = changesOf(planOne(container("web", is), undefined));
    expect(given.filter((line) => !/^(config|stateVersion):/.test(line))).toEqual(words.given);
    expect(told(is, {})).toEqual(words.set);
    expect(told(becomes, is)).toEqual(words.changed);
    expect(told({}, is)).toEqual(words.removed);
    expect(told(is, is)).toEqual([]);
    // One that does not run has nothing to lose but its data.
    const stopped = { ...converged(container("web")), unit: "down", active: "inactive dead" } as const;
    const plan = planOne(container("web", { ...is, running: false }), stopped);
    expect(plan.effect).toBe(is.ephemeral ? "danger" : "none");
  });

  test.each([
    [{}, "danger"],
    [{ idmap: true }, "restart"],
  ])("privateUsers, a danger to what is in mounts that are not mapped: %j", (how, effect) => {
    const bindMounts = { "/data": { hostPath: "/srv/data", ...how } };
    const now = converged(container("c", { bindMounts: { "/data": { hostPath: "/srv/data" } } }));
    const { changes } = planOne(container("c", { bindMounts, privateUsers: "pick" }), now);
    expect(changes.find(({ property }) => property === "privateUsers")?.effect).toBe(effect);
    const identity = planOne(
      container("c", { bindMounts: { "/data": { hostPath: "/srv/data" } }, privateUsers: "identity" }),
      now,
    );
    expect(identity.effect).toBe("restart");
  });

  test("network.extraVeths, and what its end inside is told by the module of ours", () => {
    const lan = { network: { extraVeths: { lan0: pair, lan01: {} } } };
    const bridged = { network: { extraVeths: { lan0: { hostBridge: "br0", localAddress: "10.7.0.2/24" } } } };
    const [first] = told(lan, {}).filter((line) => line.startsWith("network.extraVeths"));
    expect(first).toBe("network.extraVeths: none → lan0 (10.7.0.1, 10.7.0.2), lan01 (restart)");
    expect(told(bridged, lan).filter((line) => line.startsWith("network."))).toEqual([
      "network.extraVeths: lan0 (10.7.0.1, 10.7.0.2), lan01 → lan0 on br0 (restart)",
    ]);
  });
});

describe("what somebody edits by hand is told under the option that wrote it:", () => {
  const edited = (settings: ContainerSettings, change: (seen: ObservedContainer) => Partial<ObservedContainer>) => {
    const wanted = container("web", settings);
    const seen = converged(wanted);
    return changesOf(planOne(wanted, { ...seen, ...change(seen) }));
  };
  const conf =
    (from: string, to: string) =>
    ({ conf: lines = [] }: ObservedContainer) => ({ conf: lines.map((line) => line.replace(from, to)) });
  const dropIn =
    (from: string, to: string) =>
    ({ dropIn: lines }: ObservedContainer) => ({
      dropIn: lines.map((line) => line.replace(from, to)).filter((line) => line !== ""),
    });

  test.each<[string, ContainerSettings, ReturnType<typeof conf> | ReturnType<typeof dropIn>, string[]]>([
    ["tmpfs", { tmpfs: ["/a"] }, conf("=/a", "=/b"), ["tmpfs: /b → /a (restart)"]],
    [
      "ephemeral, half taken out",
      { ephemeral: true },
      dropIn("Environment=root=/run/nixos-containers/%i", ""),
      ["ephemeral: half set → true (danger)"],
    ],
    [
      "ephemeral, whose flag was taken out",
      { ephemeral: true },
      conf("--link-journal=no", "--quiet"),
      ["ephemeral: true, written otherwise → true (restart)", "extraFlags: --quiet → none (restart)"],
    ],
    ["privateUsers", { privateUsers: "pick" }, conf("USERS=pick", "USERS=no"), ["privateUsers: no → pick (restart)"]],
    [
      "privateUsers, whose files would change their owners",
      { privateUsers: "pick" },
      conf("=map", "=chown"),
      ["privateUsers: pick, written otherwise → pick (restart)"],
    ],
    [
      "allowedDevices",
      { allowedDevices: [{ node: "/dev/fuse" }] },
      dropIn("fuse rw", "fuse rwm"),
      ["allowedDevices: /dev/fuse (rwm) → /dev/fuse (rw) (live)"],
    ],
    [
      "a device that is allowed by hand",
      { unit: { memoryMax: "1G" } },
      dropIn("MemoryMax=1G", "DeviceAllow=/dev/kvm rw"),
      ["allowedDevices: /dev/kvm (rw) → none (live)", "unit.memoryMax: none → 1G (live)"],
    ],
    [
      "credentials",
      { credentials: { db: { hostPath: "/run/a" } } },
      conf("db:/run/a", "db:/run/evil"),
      ["credentials: db from /run/evil → db from /run/a (restart)"],
    ],
    [
      "a flag of nobody's",
      { tmpfs: ["/a"] },
      conf("--tmpfs=/a", "--frobnicate"),
      ["tmpfs: none → /a (restart)", "extraFlags: --frobnicate → none (restart)"],
    ],
    ["a limit", { unit: { memoryMax: "1G" } }, dropIn("1G", "9G"), ["unit.memoryMax: 9G → 1G (live)"]],
    [
      "a key of the unit",
      { unit: { cpuWeight: 5 } },
      dropIn("CPUWeight=5", "Nice=3"),
      ["unit.serviceConfig: Nice=3 → none (none)", "unit.cpuWeight: none → 5 (live)"],
    ],
    [
      "what is no text of ours",
      { unit: { cpuWeight: 5 } },
      dropIn("[Service]", "[Install]"),
      ["drop-in of the unit: [Install] CPUWeight=5 → as we write it (none)"],
    ],
  ])("%s", (_, settings, change, words) => expect(edited(settings, change)).toEqual(words));

  test("the same lines in another order are told too, where nothing else is", () => {
    const settings = { network: { interfaces: ["eth1"] }, autoStart: true, unit: { after: ["a.service"] } };
    const turned = ({ dropIn: lines }: ObservedContainer) => ({
      dropIn: lines.map((line) => line.replace(/^After=(\S+) (.*)$/, "After=$2 $1")),
    });
    expect(edited(settings, turned)).toEqual([
      expect.stringMatching(/^drop-in of the unit: \[Unit\] .* → as we write it \(none\)$/),
    ]);
  });
});

describe("restartIfChanged: false", () => {
  const later = (settings: ContainerSettings): string[] => told({ ...settings, restartIfChanged: false }, {});

  test("puts off what needs a restart, and nothing else", () => {
    expect(later({ tmpfs: ["/a"], unit: { memoryMax: "1G" }, timeouts: { start: 9 } })).toEqual([
      "tmpfs: none → /a, from its next start on (none)",
      "timeouts.start: none → 9 s (none)",
      "unit.memoryMax: none → 1G (live)",
    ]);
    expect(
      changesOf(planOne(container("web", { restartIfChanged: false }), converged(container("web", { tmpfs: ["/a"] })))),
    ).toEqual(["tmpfs: /a → none, from its next start on (none)"]);
    expect(told({ restartIfChanged: false }, {})).toEqual([]);
  });

  test("says of a danger when it comes", () => {
    expect(later({ ephemeral: true })).toEqual(["ephemeral: false → true, from its next start on (danger)"]);
  });
});

describe("what is not on the host is refused before a container is made or changed:", () => {
  const refused = (settings: ContainerSettings, host: Partial<ObservedHost>, running?: ObservedContainer): string[] => {
    const { problems } = planOne(container("web", settings), running, host);
    return problems.map(({ what, remedy }) => `${what} → ${remedy}`);
  };
  const sources = (path: string, kind: "dir" | "file" | "missing") => ({ sources: new Map([[path, kind]]) });
  const unit = (name: string, load: string, active: string) => ({ units: new Map([[name, { load, active }]]) });

  test.each<[string, ContainerSettings, Partial<ObservedHost>, string]>([
    [
      "a credential",
      { credentials: { db: { hostPath: "/run/a" } } },
      sources("/run/a", "missing"),
      'credentials db hostPath "/run/a" does not exist on the host → have it decrypted there before the container starts: age.secrets, sops.secrets, or systemd-creds',
    ],
    [
      "a credential that is a directory",
      { credentials: { db: { hostPath: "/run/a" } } },
      sources("/run/a", "dir"),
      'credentials db hostPath "/run/a" is a directory → name a file each, or bind-mount the directory',
    ],
    [
      "a device",
      { allowedDevices: [{ node: "/dev/x" }] },
      sources("/dev/x", "missing"),
      'allowedDevices names "/dev/x", which does not exist on the host → look on the host whether it has another name there, or its driver is not loaded: boot.kernelModules = [ … ];',
    ],
    [
      "a folder of devices",
      { allowedDevices: [{ node: "/dev/dri" }] },
      sources("/dev/dri", "dir"),
      'allowedDevices names "/dev/dri", which is a directory: systemd takes a node each → name its nodes, or their group in /proc/devices, like "char-drm", and bind-mount the directory',
    ],
    [
      "what a condition wants",
      { unit: { unitConfig: { ConditionPathExists: "/srv/a" } } },
      sources("/srv/a", "missing"),
      'unit.unitConfig ConditionPathExists "/srv/a" does not exist on the host, so that the container would stay down without a word → make it there first, or take the condition out',
    ],
    [
      "a unit that is required",
      { unit: { requires: ["nosuch.service"] } },
      unit("nosuch.service", "not-found", "inactive"),
      'unit.requires names "nosuch.service", which is no unit of the host → declare it in the host\'s configuration and rebuild it, or correct its name (`systemctl list-units`)',
    ],
    [
      "a bridge of a further pair",
      { network: { extraVeths: { lan0: { hostBridge: "br7" } } } },
      {},
      'network.extraVeths.lan0.hostBridge "br7" is no bridge of the host → declare it in the host\'s configuration: networking.bridges.br7.interfaces = [ … ];',
    ],
    [
      "a name of a further pair that is taken",
      { network: { extraVeths: { eth1: {} } } },
      {},
      'network.extraVeths "eth1" is an interface that the host has already → give the pair another name',
    ],
  ])("%s", (_, settings, host, words) => {
    expect(refused(settings, host)).toEqual([words]);
    expect(refused({ ...settings, running: false }, host)).toEqual([]);
  });

  test("a unit that is down, by which a running container would be stopped", () => {
    const settings = { unit: { bindsTo: ["db.service"] } };
    const seen = converged(container("web"));
    const down = unit("db.service", "loaded", "inactive");
    expect(refused(settings, down, seen)).toEqual([
      'unit.bindsTo names "db.service", which is inactive: the running container would be stopped at once → start it on the host first: systemctl start db.service',
    ]);
    expect(refused(settings, unit("db.service", "loaded", "active"), seen)).toEqual([]);
    expect(refused(settings, down)).toEqual([]); // a new one starts it
  });

  test("not what a bind mount of devices is allowed by the code itself", () => {
    const access = { access: new Map([["web", { policy: "closed", allowed: [] }]]) };
    const node = { kind: "char", major: 10, minor: 200, node: "/dev/net/tun" } as const;
    const host = { ...access, devices: new Map([["/dev/net/tun", [node]]]) };
    const bindMounts = { "/dev/net/tun": { isReadOnly: false } };
    expect(refused({ bindMounts }, host)).toHaveLength(1);
    expect(refused({ bindMounts, enableTun: true }, host)).toEqual([]);
    expect(refused({ bindMounts, allowedDevices: [{ node: "/dev/net/tun" }] }, host)).toEqual([]);
  });

  test("what is kept where the host cannot be written names the options that keep it", () => {
    const [what = ""] = refused({ ephemeral: true, unit: { memoryMax: "1G" } }, { systemControl: "read-only" });
    expect(what).toMatch(/^ephemeral and unit\.memoryMax need \/etc\/systemd\/system\.control, which is read-only/);
    expect(refused({ tmpfs: ["/a"] }, { systemControl: "read-only" })).toEqual([]);
  });
});
