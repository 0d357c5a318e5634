import { net, World } from "./world";

/** What anyone may do on the host behind our back, and what the plan must say of it. */
const edits: [what: string, command: string, expected: { action: string; property: RegExp }][] = [
  ["it is stopped", 'nixos-container stop "$N"', { action: "start", property: /^running$/ }],
  [
    "its conf is edited",
    `sed -i s/${net}.2/${net}.77/ "$CONF"`,
    { action: "update", property: /^network\.localAddress$/ },
  ],
  [
    "its conf is edited and it is restarted",
    `sed -i s/${net}.2/${net}.78/ "$CONF"; nixos-container restart "$N"`,
    { action: "update", property: /^network\.localAddress$/ },
  ],
  [
    "its conf gets a line of its own",
    'echo EXTRA_NSPAWN_FLAGS=--read-only >>"$CONF"',
    { action: "update", property: /extraFlags/ },
  ],
  ["its conf is written again after it started", 'sleep 1.1; touch "$CONF"', { action: "restart", property: /conf/ }],
  [
    "its configuration.nix is edited",
    'echo "# foreign" >>"$ROOT/etc/nixos/configuration.nix"',
    { action: "update", property: /configuration\.nix/ },
  ],
  [
    "its module files are edited",
    'for file in "$OURS"/modules-*/config/configuration.nix; do echo "# foreign" >>"$file"; done',
    { action: "update", property: /module files/ },
  ],
  [
    "it is updated by hand",
    'printf "{ ... }: { environment.etc.foreign.text = \\"x\\"; }" >"$R/tmp/$N.nix"; nixos-container update "$N" --config-file "$R/tmp/$N.nix"',
    { action: "update", property: /./ },
  ],
  [
    "it is rolled back by hand",
    'nix-env -p "$PROFILE" --rollback && systemctl reload "container@$N"',
    { action: "update", property: /./ },
  ],
  [
    "it is taken out of the boot",
    'rm "$CONTROL/machines.target.wants/container@$N.service"; systemctl daemon-reload',
    { action: "update", property: /autoStart/ },
  ],
  [
    "it is masked for the boot",
    'ln -sfn /dev/null "$CONTROL/machines.target.wants/container@$N.service"; systemctl daemon-reload',
    { action: "update", property: /autoStart/ },
  ],
  [
    "a file stands where it is linked for the boot",
    'rm "$CONTROL/machines.target.wants/container@$N.service"; echo >"$CONTROL/machines.target.wants/container@$N.service"; systemctl daemon-reload',
    { action: "update", property: /autoStart/ },
  ],
  [
    "its start timeout is removed",
    'rm -r "$CONTROL/container@$N.service.d"; systemctl daemon-reload',
    { action: "update", property: /timeouts\.start/ },
  ],
  ["its conf is removed", 'rm "$CONF"', { action: "update", property: /conf/ }],
  ["its profile is removed", 'rm -r "${PROFILE%/*}"', { action: "update", property: /system profile/ }],
  ["its journal is wiped", 'rm "$OURS/journal"', { action: "adopt", property: /./ }],
  ["all we keep of it is wiped", 'rm -r "$OURS"', { action: "adopt", property: /./ }],
  ["it is destroyed", 'nixos-container destroy "$N"', { action: "create", property: /./ }],
];

describe("what is changed behind our back shows in the next plan, and the next deploy mends it", () => {
  let world: World;
  const containers = [
    {
      id: "drift",
      network: { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` },
      autoStart: true,
      timeouts: { start: 120 },
    },
  ];

  beforeAll(async () => {
    world = await World.open();
    await world.deploy(world.stack(containers.map((container) => ({ ...container, config: "{ ... }: { }\n" }))));
    await world.deploy(world.stack(containers));
  });
  afterAll(() => world.close());

  test.each(edits)("%s", async (what, command, { action, property }) => {
    const spec = world.stack(containers);
    await world.sh("drift", command);
    const planned = await world.planned(spec, "drift");
    expect(planned.action).toBe(action);
    if (action !== "create")
      expect(planned.changes.map((change) => change.property)).toContainEqual(expect.stringMatching(property));
    const { output } = await world.unsettled(spec);
    if (what === "its module files are edited") expect(output).toContain("-# foreign");
    await world.deploy(spec);
    expect(await world.status("drift")).toBe("up");
  });
});
