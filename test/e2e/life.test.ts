import { moduleText, net, World } from "./world";

describe("the life of a container", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  const network = { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` };

  test("it is created, with its network and its start at boot, and the second plan is empty", async () => {
    const spec = world.stack([{ id: "life", network, autoStart: true }]);
    expect((await world.planned(spec, "life")).action).toBe("create");
    const { output } = await world.deploy(spec);
    expect(output).toMatch(/\[\d\] built with nixos-container create \(\d+\.\d s\)/);
    expect(await world.status("life")).toBe("up");
    expect(await world.sh("life", 'nixos-container show-ip "$N"')).toBe(`${net}.2`);
    expect(await world.sh("life", "systemctl show machines.target -p Wants --value")).toContain(
      `container@${world.named("life")}.service`,
    );
    expect((await world.planned(spec, "life")).action).toBe("none");
  });

  test("a new configuration reloads it and does not restart it", async () => {
    const before = await world.started("life");
    const spec = world.stack([{ id: "life", network, autoStart: true, config: moduleText("two") }]);
    const planned = await world.planned(spec, "life");
    expect([planned.action, planned.effect]).toEqual(["update", "reload"]);
    expect((await world.unsettled(spec)).output).toContain('"two"');
    await world.deploy(spec);
    expect(await world.started("life")).toBe(before);
  });

  test("a new address restarts it, and says so before", async () => {
    const before = await world.started("life");
    const moved = { ...network, localAddress: `${net}.3` };
    const spec = world.stack([{ id: "life", network: moved, autoStart: true, config: moduleText("two") }]);
    const planned = await world.planned(spec, "life");
    expect([planned.action, planned.effect]).toEqual(["update", "restart"]);
    expect(planned.changes).toEqual([
      { property: "network.localAddress", before: `${net}.2`, after: `${net}.3`, effect: "restart" },
    ]);
    await world.deploy(spec);
    expect(await world.started("life")).not.toBe(before);
    expect(await world.sh("life", 'nixos-container show-ip "$N"')).toBe(`${net}.3`);
  });

  test("running: false stops it and takes it out of the boot; running: true starts it again", async () => {
    const props = { id: "life", network, autoStart: true, config: moduleText("two") };
    await world.deploy(world.stack([{ ...props, running: false }]));
    expect(await world.status("life")).toBe("down");
    // On a real host this would start other people's containers too.
    if (world.machine.embedded) await world.sh("life", "systemctl start machines.target");
    expect(await world.status("life")).toBe("down");
    await world.deploy(world.stack([props]));
    expect(await world.status("life")).toBe("up");
  });

  test("its data survives every change", async () => {
    await world.sh("life", 'mkdir -p "$ROOT/var/lib/precious"; echo gold >"$ROOT/var/lib/precious/data"');
    await world.deploy(world.stack([{ id: "life", config: moduleText("three"), stateVersion: "24.11" }]));
    expect(await world.sh("life", 'cat "$ROOT/var/lib/precious/data"')).toBe("gold");
  });

  test("without its construct it is archived: gone from the host, its data kept", async () => {
    const planned = await world.planned(world.stack([]), "life");
    expect(planned.action).toBe("remove");
    await world.deploy(world.stack([]));
    expect(await world.status("life")).toBe("gone");
    expect(await world.sh("life", 'cat "$STATE"/.archive/"$N"-*/root/var/lib/precious/data')).toBe("gold");
    expect(await world.sh("life", 'ls "$CONF" "$ROOT" "$PROFILE" "$OURS" 2>/dev/null || :')).toBe("");
  });

  test("destroy leaves the host as it was before", async () => {
    const spec = world.stack([{ id: "life", removalPolicy: "destroy", autoStart: true, timeouts: { start: 90 } }]);
    await world.deploy(spec);
    await world.project.destroy(spec);
    expect(await world.status("life")).toBe("gone");
    expect(
      await world.sh(
        "life",
        'ls -d "$CONF" "$ROOT" "$PROFILE" "$OURS" "$CONTROL"/*/container@"$N".service "$CONTROL"/container@"$N".service.d 2>/dev/null || :',
      ),
    ).toBe("");
  });
});
