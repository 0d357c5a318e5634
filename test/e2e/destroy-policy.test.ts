import { moduleText, World } from "./world";

describe("A3: a rule that no resource may be destroyed, set over the whole stack", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  const mark = (text: string) => ({ id: "kept", config: moduleText(text), removalPolicy: "destroy" });

  test("lets every change through, keeps the stack from being destroyed, and is lifted with its aspect", async () => {
    await world.deploy(world.stack([mark("one")], { preventsDestroy: true }));
    const changed = world.stack([mark("two")], { preventsDestroy: true });
    await world.deploy(changed); // and the plan after it is empty
    expect(await world.status("kept")).toBe("up");
    const refused = await world.project.destroy(changed, { mayFail: true });
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining("nixos-prevent-destroy")]);
    expect(await world.status("kept")).toBe("up");
    await world.deploy(world.stack([mark("three")], { preventsDestroy: true }));
    await world.project.destroy(world.stack([mark("three")]));
    expect(await world.status("kept")).toBe("gone");
  });
});
