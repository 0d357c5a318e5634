import { moduleText, World } from "./world";

describe("the state version of a container on a host that was upgraded", () => {
  let world: World;
  const deployed = [{ id: "old", config: moduleText("two") }];
  beforeEach(async () => {
    world = await World.embedded({});
    await world.deploy(world.stack([{ id: "old" }]));
    world.machine.embedded?.upgradeNixpkgs({ release: "25.11", suffix: ".20251201.fedcba9" });
    await world.deploy(world.stack(deployed));
  });
  afterEach(() => world.close());

  test.each([
    ["all of ours is lost", 'rm -r "$R/var/lib/cdktf-nixos"'],
    ["its journal is cut short", 'head -n 2 "$OURS/journal" >"$OURS/cut" && mv "$OURS/cut" "$OURS/journal"'],
  ])("stays when %s", async (_what, command) => {
    await world.sh("old", command);
    const planned = await world.planned(world.stack(deployed), "old");
    expect([planned.action, planned.stateVersion]).toEqual(["adopt", "25.05"]);
    await world.deploy(world.stack(deployed));
    expect(await world.sh("old", 'cat "$OURS"/modules-*/container.nix "$OURS/journal"')).toMatch(
      /mkDefault "25\.05"[^]*state-version=25\.05/,
    );
  });
});
