import { newPrefix, net, testEmbedded, World } from "./world";

const prefix = newPrefix();
const veth = `${prefix}lan`;
const flags = 'grep ^EXTRA_NSPAWN_FLAGS "$CONF" || :';
const dropIn = 'cat "$CONTROL/container@$N.service.d/90-cdktf-nixos.conf" 2>/dev/null || :';
const conf = 'cat "$CONF"';

interface Row {
  /** The property that the plan names. */
  readonly property: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly changed: Readonly<Record<string, unknown>>;
  /** What shows it on the host, once set and once changed. */
  readonly look: string;
  readonly seen: readonly [set: RegExp, changed: RegExp];
  /** What a hand does to it on the host. */
  readonly hand: string;
  /** The effect of the change. */
  readonly effect: string;
}

const conf$ = (words: string): string => `sed -i ${JSON.stringify(words)} "$CONF"`;
const unit$ = (words: string): string =>
  `sed -i ${JSON.stringify(words)} "$CONTROL/container@$N.service.d/90-cdktf-nixos.conf" && systemctl daemon-reload`;

const rows: readonly Row[] = [
  {
    property: "tmpfs",
    set: { tmpfs: ["/var/cache"] },
    changed: { tmpfs: ["/var/cache:size=8M,mode=755"] },
    look: flags,
    seen: [/--tmpfs=\/var\/cache"?$/m, /--tmpfs=\/var\/cache:size=8M,mode=755/],
    hand: conf$('s/ *--tmpfs=[^ \\"]*//'),
    effect: "restart",
  },
  {
    property: "ephemeral",
    set: { ephemeral: true },
    changed: { ephemeral: false },
    look: 'machinectl show "$N" -p RootDirectory --value',
    seen: [/^\/run\/nixos-containers\//, /^\/var\/lib\//],
    hand: 'rm "$CONTROL/container@$N.service.d/90-cdktf-nixos.conf" && systemctl daemon-reload',
    effect: "restart",
  },
  {
    property: "privateUsers",
    set: { privateUsers: "identity" },
    changed: { privateUsers: "no" },
    look: conf,
    seen: [/^PRIVATE_USERS=identity$/m, /^(?![^]*PRIVATE_USERS)/],
    hand: conf$("/^PRIVATE_USERS=/d"),
    effect: "restart",
  },
  {
    property: "enableTun",
    set: { enableTun: true, network: { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` } },
    changed: { enableTun: false, network: { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` } },
    look: dropIn,
    seen: [/^DeviceAllow=\/dev\/net\/tun rwm$/m, /^(?![^]*DeviceAllow)/],
    hand: unit$("/^DeviceAllow=/d"),
    effect: "live",
  },
  {
    property: "allowedDevices",
    set: { allowedDevices: [{ node: "/dev/fuse", modifier: "rw" }] },
    changed: { allowedDevices: [{ node: "/dev/fuse", modifier: "rwm" }] },
    look: dropIn,
    seen: [/^DeviceAllow=\/dev\/fuse rw$/m, /^DeviceAllow=\/dev\/fuse rwm$/m],
    hand: unit$("/^DeviceAllow=/d"),
    effect: "live",
  },
  {
    property: "additionalCapabilities",
    set: { additionalCapabilities: ["CAP_NET_ADMIN"] },
    changed: { additionalCapabilities: ["CAP_SYS_TIME", "CAP_NET_ADMIN"] },
    look: flags,
    seen: [/--capability=CAP_NET_ADMIN"?$/m, /--capability=CAP_NET_ADMIN,CAP_SYS_TIME/],
    hand: conf$("s/,CAP_SYS_TIME//"),
    effect: "restart",
  },
  {
    property: "systemCallFilter",
    set: { systemCallFilter: ["@keyring"] },
    changed: { systemCallFilter: ["@keyring", "~@swap"] },
    look: flags,
    seen: [/--system-call-filter=@keyring"?$/m, /--system-call-filter=@keyring --system-call-filter=~@swap/],
    hand: conf$("s/ --system-call-filter=~@swap//"),
    effect: "restart",
  },
  {
    property: "extraFlags",
    set: { extraFlags: ["--setenv=ONE=1"] },
    changed: { extraFlags: ["--setenv=ONE=2"] },
    look: flags,
    seen: [/--setenv=ONE=1/, /--setenv=ONE=2/],
    hand: conf$("s/ONE=2/ONE=3/"),
    effect: "restart",
  },
  {
    property: "copyResolvConf",
    set: { copyResolvConf: false },
    changed: { copyResolvConf: true },
    look: conf,
    seen: [/^(?![^]*COPY_RESOLV_CONF)/, /^COPY_RESOLV_CONF=1$/m],
    hand: conf$("/^COPY_RESOLV_CONF=/d"),
    effect: "restart",
  },
  {
    property: "timeouts.start",
    set: { timeoutStartSec: "2min" },
    changed: { timeoutStartSec: "150s" },
    look: dropIn,
    seen: [/^TimeoutStartSec=120$/m, /^TimeoutStartSec=150$/m],
    hand: unit$("s/150/151/"),
    effect: "none",
  },
  {
    property: "network.extraVeths",
    set: { network: { extraVeths: { [veth]: { hostAddress: `${net}.9`, localAddress: `${net}.10` } } } },
    changed: { network: { extraVeths: { [veth]: { hostAddress: `${net}.9`, localAddress: `${net}.11` } } } },
    look: `${dropIn}; cat "$OURS"/modules-*/container.nix`,
    seen: [
      new RegExp(`route add ${net}\\.10 dev ${veth}$[^]*address = "${net}\\.10"; prefixLength = 32`, "m"),
      new RegExp(`route add ${net}\\.11 dev ${veth}$[^]*address = "${net}\\.11"; prefixLength = 32`, "m"),
    ],
    hand: conf$('s/--network-veth-extra=[^ \\"]*//'),
    effect: "restart",
  },
  {
    property: "unit.memoryMax",
    set: { unit: { memoryMax: "512M" } },
    changed: { unit: { memoryMax: "768M" } },
    look: 'systemctl show "container@$N" -p MemoryMax --value',
    seen: [/^536870912$/, /^805306368$/],
    hand: unit$("s/768M/1G/"),
    effect: "live",
  },
  {
    property: "unit.serviceConfig",
    set: { unit: { serviceConfig: { Nice: 5 } } },
    changed: { unit: { serviceConfig: { Nice: 6, LimitNOFILE: 4096 } } },
    look: dropIn,
    seen: [/^Nice=5$/m, /^LimitNOFILE=4096\nNice=6$/m],
    hand: unit$("s/^Nice=6/Nice=7/"),
    effect: "none",
  },
  {
    property: "unit.after",
    set: { unit: { after: ["network-online.target"] } },
    changed: { unit: { after: ["network-online.target", "multi-user.target"] } },
    look: 'systemctl show "container@$N" -p After --value',
    seen: [/network-online\.target/, /multi-user\.target/],
    hand: unit$("s/multi-user.target //"),
    effect: "none",
  },
];

describe("each option of a container is set, changed, mended and taken away", () => {
  let world: World;
  const plain = { id: "option" };
  const stackOf = (props: Readonly<Record<string, unknown>>) => world.stack([{ ...plain, ...props }]);

  beforeAll(async () => {
    world = await World.open(1, prefix);
    await world.deploy(stackOf({}));
  });
  afterAll(() => world.close());

  test.each(rows)("$property", async ({ property, set, changed, look, seen, hand, effect }) => {
    expect((await world.planned(stackOf(set), "option")).changes.map((change) => change.property)).toContain(property);
    await world.deploy(stackOf(set));
    expect(await world.sh("option", look)).toMatch(seen[0]);
    const planned = await world.planned(stackOf(changed), "option");
    expect(planned.changes.find((change) => change.property === property)?.effect).toBe(effect);
    const started = await world.started("option");
    await world.deploy(stackOf(changed));
    expect(await world.sh("option", look)).toMatch(seen[1]);
    expect((await world.started("option")) === started).toBe(effect !== "restart");
    const [spec, shown] =
      property === "ephemeral" || property === "privateUsers" || property === "enableTun"
        ? [set, seen[0]]
        : [changed, seen[1]];
    if (spec === set) await world.deploy(stackOf(set));
    await world.sh("option", hand);
    expect((await world.planned(stackOf(spec), "option")).action).not.toBe("none");
    await world.deploy(stackOf(spec));
    expect(await world.sh("option", look)).toMatch(shown);
  });

  test("without any of them nothing of them is left", async () => {
    await world.deploy(stackOf({}));
    expect(await world.sh("option", conf)).not.toMatch(/FLAGS|PRIVATE_USERS/);
    expect(await world.sh("option", dropIn)).toBe("");
  });

  test("a credential is loaded from the host, and one that has changed there comes with a restart", async () => {
    const secret = `/run/${prefix}secret`;
    await world.sh("option", `umask 077; echo hunter2-one >"$R${secret}"`);
    const spec = stackOf({ credentials: { "db-password": { hostPath: secret } } });
    await world.deploy(spec);
    const inside =
      'L=$(machinectl show "$N" -p Leader --value); cat "$R/proc/$L/root/run/host/credentials/db-password"';
    expect(await world.sh("option", inside)).toBe("hunter2-one");
    await world.sh("option", `echo hunter2-two >"$R${secret}"`);
    const planned = await world.planned(spec, "option");
    expect(planned.changes).toEqual([
      {
        property: "credential db-password",
        before: "as it was at its start",
        after: "changed since",
        effect: "restart",
      },
    ]);
    await world.deploy(spec);
    expect(await world.sh("option", inside)).toBe("hunter2-two");
    expect(`${world.readState()}${await world.sh("option", `${conf}; cat "$OURS/journal"`)}`).not.toContain("hunter2");
    await world.sh("option", `rm "$R${secret}"`);
    // What runs has its copy; what would have to start again is refused.
    expect((await world.planned(spec, "option")).action).toBe("none");
    const more = await world.planned(stackOf({ credentials: { other: { hostPath: secret } } }), "option");
    expect(more.problems.map(({ what }) => what)).toEqual([
      `credentials other hostPath "${secret}" does not exist on the host`,
    ]);
  });

  test("a credential that goes between plan and apply stops nothing that runs", async () => {
    const secret = `/run/${prefix}secret`;
    const spec = (more = {}) => stackOf({ credentials: { pw: { hostPath: secret } }, ...more });
    await world.sh("option", `umask 077; echo hunter2 >"$R${secret}"`);
    await world.deploy(spec());
    const started = await world.started("option");
    await world.project.plan(spec({ tmpfs: ["/var/cache"] }));
    await world.sh("option", `rm "$R${secret}"`);
    const { code, output } = await world.project.apply("fleet");
    expect([code, output.replace(/\s+/g, " ")]).toEqual([
      1,
      expect.stringContaining(`credential pw: ${secret} is not there any more`),
    ]);
    expect([await world.status("option"), await world.started("option")]).toEqual(["up", started]);
    await world.deploy(stackOf({}));
  });

  test("what somebody told the unit with systemctl set-property is drift, and goes", async () => {
    await world.deploy(stackOf({}));
    await world.sh("option", 'systemctl set-property "container@$N" TasksMax=77');
    const { changes } = await world.planned(stackOf({}), "option");
    expect(changes).toEqual([{ property: "unit, set by hand", before: "50-TasksMax.conf", effect: "live" }]);
    const started = await world.started("option");
    await world.deploy(stackOf({}));
    expect(await world.sh("option", 'systemctl show "container@$N" -p TasksMax --value')).not.toBe("77");
    expect(await world.started("option")).toBe(started);
  });

  test("what somebody told it with systemctl edit --runtime is drift, and goes", async () => {
    const spec = stackOf({ unit: { tasksMax: 500 } });
    await world.deploy(spec);
    await world.sh(
      "option",
      'd="$R/run/systemd/system/container@$N.service.d"; mkdir -p "$d"; printf "[Service]\\nTasksMax=77\\n" >"$d/override.conf"; systemctl daemon-reload; systemctl set-property "container@$N" MemoryMax=1G',
    );
    const { changes } = await world.planned(stackOf({ unit: { tasksMax: 501 } }), "option");
    expect(changes).toContainEqual({ property: "unit, set by hand", before: "override.conf", effect: "live" });
    const { output } = await world.deploy(stackOf({ unit: { tasksMax: 501 } }));
    expect(output).toMatch(/set unit settings \(/);
    expect(await world.sh("option", 'systemctl show "container@$N" -p TasksMax --value')).toBe("501");
    expect(await world.sh("option", 'ls -d "$R/run/systemd/system/container@$N.service.d" 2>/dev/null || :')).toBe("");
    await world.deploy(stackOf({}));
  });

  test("what the conf of an adopted container says and no option can stays, until somebody edits it", async () => {
    await world.sh(
      "kept",
      'nixos-container create "$N" --config "" && printf "MARK=one two\\nSYSTEM_PATH=\\n" >>"$CONF"',
    );
    const spec = world.stack([plain, { id: "kept", adopt: true, running: false }]);
    const { notes, changes } = await world.planned(spec, "kept");
    expect(notes).toContain("its conf says what no option can, and that is kept as it is: MARK=one two");
    expect(changes.map(({ property }) => property)).not.toContain("conf MARK");
    await world.deploy(spec);
    expect(await world.sh("kept", conf)).toMatch(/^MARK="one two"$/m);
    await world.deploy(world.stack([plain, { id: "kept", adopt: true, running: false, tmpfs: ["/var/cache"] }]));
    expect(await world.sh("kept", conf)).toMatch(/^MARK="one two"$/m);
    await world.deploy(spec);
    await world.sh("kept", 'sed -i s/one/three/ "$CONF"');
    const edited = await world.planned(spec, "kept");
    expect(edited.changes).toEqual([{ property: "conf MARK", before: "three two", effect: "none" }]);
    await world.deploy(spec);
    expect(await world.sh("kept", conf)).not.toContain("MARK");
    await world.deploy(stackOf({}));
  });

  test("with restartIfChanged: false a change waits for the next start", async () => {
    const started = await world.started("option");
    const spec = stackOf({ restartIfChanged: false, tmpfs: ["/var/cache"] });
    const planned = await world.planned(spec, "option");
    expect(planned.changes).toEqual([
      { property: "tmpfs", after: "/var/cache, from its next start on", effect: "none" },
    ]);
    await world.deploy(spec);
    expect(await world.started("option")).toBe(started);
    await world.deploy(stackOf({}));
  });

  test("what systemd does not take is refused, and what was there before stays", async () => {
    const { code, output } = await world.project
      .deploy(stackOf({ unit: { serviceConfig: { LimitNOFILE: "many" } } }))
      .then(
        () => ({ code: 0, output: "" }),
        (error: unknown) => ({ code: 1, output: String(error) }),
      );
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/systemd does not take what its unit is told[^]*LimitNOFILE/),
    ]);
    await world.settledOnHost(stackOf({}), "option");
  });

  testEmbedded("a condition that is not met keeps it down, and is told", "its units are not ours to stop", async () => {
    const spec = stackOf({ unit: { unitConfig: { ConditionPathExists: "/nowhere" } } });
    const planned = await world.planned(spec, "option");
    expect(planned.problems.map(({ what }) => what)).toEqual([
      'unit.unitConfig ConditionPathExists "/nowhere" does not exist on the host, so that the container would stay down without a word',
    ]);
    const bound = await world.planned(stackOf({ unit: { bindsTo: ["nosuch.service"] } }), "option");
    expect(bound.problems.map(({ what }) => what)).toEqual([
      'unit.bindsTo names "nosuch.service", which is no unit of the host',
    ]);
  });
});
