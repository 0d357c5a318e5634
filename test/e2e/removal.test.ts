import { moduleText, net, World } from "./world";

describe("removing containers", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open();
  });
  afterEach(() => world.close());

  test("archive: out of the way at once, with everything to bring it back", async () => {
    await world.deploy(world.stack([{ id: "old" }]));
    await world.sh("old", 'mkdir -p "$ROOT/data" && echo gold >"$ROOT/data/gold"');
    await world.deploy(world.stack([]));
    expect(
      await world.sh(
        "old",
        'cd "$STATE"/.archive/"$N"-* && ls -d *.conf journal modules-*/config/configuration.nix root | wc -l',
      ),
    ).toBe("4");
    expect(await world.sh("old", 'cat "$STATE"/.archive/"$N"-*/root/data/gold')).toBe("gold");
  });

  test("destroy: gone with its data, as the plan said", async () => {
    await world.deploy(world.stack([{ id: "old", removalPolicy: "destroy" }]));
    expect((await world.unsettled(world.stack([]))).output).toContain("destroy");
    await world.deploy(world.stack([]));
    expect(await world.status("old")).toBe("gone");
    expect(await world.sh("old", 'ls -d "$ROOT" "$STATE"/.archive/"$N"-* 2>/dev/null || :')).toBe("");
  });

  test("what an ephemeral one had in memory goes with it, and the next of its name begins empty", async () => {
    const held = 'ls -d "$R/run/nixos-containers/$N" "$R/run/nixos-containers/$N/root/secret" 2>/dev/null || :';
    const spec = world.stack([{ id: "old", ephemeral: true, removalPolicy: "destroy" }]);
    await world.deploy(spec);
    await world.sh("old", 'echo hunter2 >"$R/run/nixos-containers/$N/root/secret"');
    await world.deploy(world.stack([]));
    expect(await world.sh("old", held)).toBe("");
    await world.deploy(spec);
    expect(await world.sh("old", held)).not.toContain("secret");
    // Nor does one that is stopped in the same change in which it stops being ephemeral leave anything.
    await world.deploy(world.stack([{ id: "old", running: false }]));
    expect(await world.sh("old", held)).toBe("");
  });

  test("retain: left running, managed by nobody, and can be adopted", async () => {
    await world.deploy(world.stack([{ id: "old", removalPolicy: "retain" }]));
    const before = await world.started("old");
    await world.deploy(world.stack([]));
    expect(await world.status("old")).toBe("up");
    expect(await world.started("old")).toBe(before);
    expect(await world.sh("old", 'cat "$CONF"')).not.toMatch(/cdktf/i);
    expect((await world.planned(world.stack([{ id: "old" }]), "old")).action).toBe("conflict");
    await world.deploy(world.stack([{ id: "old", adopt: true }]));
  });

  test("protect: refused until it is deployed without", async () => {
    await world.deploy(world.stack([{ id: "old", protect: true }]));
    const plan = await world.project.plan(world.stack([]));
    expect(plan.code).toBe(1);
    expect(plan.output).toContain("protect: false");
    const destroyed = await world.project.destroy(world.stack([{ id: "old", protect: true }]), { mayFail: true });
    expect(destroyed.code).toBe(1);
    expect(await world.status("old")).toBe("up");
    await world.deploy(world.stack([{ id: "old" }]));
    await world.deploy(world.stack([]));
    expect(await world.status("old")).toBe("gone");
  });

  test("a new container takes over the address of one that goes, in one deploy", async () => {
    const network = { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` };
    await world.deploy(world.stack([{ id: "old", network }]));
    await world.deploy(world.stack([{ id: "new", network }]));
    expect([await world.status("old"), await world.status("new")]).toEqual(["gone", "up"]);
  });

  test("when the new one fails, the one that goes keeps running", async () => {
    const network = { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` };
    await world.deploy(world.stack([{ id: "old", network }]));
    const failing = {
      id: "new",
      network,
      config: '{ ... }:\n{ environment.etc.x.text = throw "broken on purpose"; }\n',
    };
    const outcome = await world.project.deploy(world.stack([failing]), { mayFail: true });
    expect(outcome.code).toBe(1);
    expect(await world.status("old")).toBe("up");
    await world.deploy(world.stack([{ id: "old", network }]));
  });

  test("an address given up by one container and taken by another, in one deploy", async () => {
    const network = (last: number) => ({
      privateNetwork: true,
      hostAddress: `${net}.1`,
      localAddress: `${net}.${last}`,
    });
    await world.deploy(
      world.stack([
        { id: "left", network: network(2) },
        { id: "right", network: network(3) },
      ]),
    );
    await world.deploy(
      world.stack([
        { id: "left", network: network(4) },
        { id: "right", network: network(2) },
      ]),
    );
    expect(await world.sh("right", 'nixos-container show-ip "$N"')).toBe(`${net}.2`);
  });

  test("a plan that removes and creates asks whether it is a rename", async () => {
    await world.deploy(world.stack([{ id: "old" }]));
    const { text } = await world.project.ownPlan(world.stack([{ id: "new", config: moduleText("one") }]));
    expect(text).toContain("name:");
  });
});
