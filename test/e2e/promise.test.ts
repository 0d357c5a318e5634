import { moduleText, World } from "./world";

describe("a plan is a promise", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open();
  });
  afterEach(() => world.close());

  const one = [{ id: "pledge" }];
  const two = [{ id: "pledge", config: moduleText("two") }];
  const three = [{ id: "pledge", config: moduleText("three") }];

  test("a container that changed since the plan is left alone", async () => {
    await world.deploy(world.stack(one));
    await world.project.plan(world.stack(two));
    await world.sh("pledge", 'echo "# by hand" >>"$ROOT/etc/nixos/configuration.nix"');
    const applied = await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "planned"]);
    expect(applied.code).toBe(1);
    expect(applied.output).toContain("changed since the plan was made");
    expect(await world.sh("pledge", 'cat "$OURS"/modules-*/config/configuration.nix')).toContain('"one"');
    await world.deploy(world.stack(two));
  });

  test("two operators cannot overwrite each other: the second one's older plan is refused", async () => {
    await world.deploy(world.stack(one));
    await world.project.plan(world.stack(two));
    const second = World.sameHosts(world);
    try {
      await second.project.deploy(second.stack(three));
      const applied = await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "planned"]);
      expect(applied.code).toBe(1);
      expect(applied.output).toContain("changed since the plan was made");
      expect(await world.sh("pledge", 'cat "$OURS"/modules-*/config/configuration.nix')).toContain('"three"');
    } finally {
      second.project.remove();
    }
  });

  test("two operators who want the same do not disturb each other", async () => {
    await world.deploy(world.stack(one));
    await world.project.plan(world.stack(two));
    const second = World.sameHosts(world);
    try {
      await second.project.deploy(second.stack(two));
      const applied = await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "planned"]);
      // Two plans of one second note the same in the journal.
      expect(applied.output).toMatch(/is as wanted( already; noted in its journal|; nothing to do)/);
      expect(applied.code).toBe(0);
      await world.settled(world.stack(two));
    } finally {
      second.project.remove();
    }
  });

  test("two synths of the same hosts are the same to the byte", async () => {
    const spec = world.stack(two);
    await world.project.synth(spec);
    const first = JSON.stringify(world.project.stack("fleet"));
    await world.project.synth(spec);
    expect(JSON.stringify(world.project.stack("fleet"))).toBe(first);
    await world.deploy(spec);
    await world.project.synth(spec);
    expect(JSON.stringify(world.project.stack("fleet"))).not.toBe(first);
  });

  test("what is removed was named in the plan: what appeared since stays", async () => {
    await world.deploy(world.stack([{ id: "pledge" }, { id: "leaves" }]));
    await world.project.plan(world.stack(one));
    const second = World.sameHosts(world);
    try {
      await second.project.deploy(second.stack([{ id: "pledge" }, { id: "leaves" }, { id: "comes" }]));
      const applied = await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "planned"]);
      expect(applied.output).toContain(`${world.named("leaves")}: stopped and archived`);
      expect(await world.status("leaves")).toBe("gone");
      expect(await world.status("comes")).toBe("up");
    } finally {
      second.project.remove();
    }
  });
});
