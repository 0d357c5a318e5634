import { moduleText, World } from "./world";

describe("whose a container is", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open();
  });
  afterEach(() => world.close());

  test("a construct renamed, moved in the tree, on a host renamed and moved: nothing on the host is touched", async () => {
    await world.deploy(world.stack([{ id: "stays" }]));
    const before = await world.sh(
      "stays",
      'systemctl show "container@$N" -p InvocationID --value; ls -l --time-style=full-iso "$CONF" "$PROFILE" "$OURS/journal"',
    );
    const [host] = world.hostSpecs();
    const moved = {
      stacks: [
        {
          id: "fleet",
          hosts: [{ ...host, id: "other", group: "hosts" }],
          containers: [{ ...world.container({ id: "stays" }), id: "renamed", group: "inner", host: "other" }],
        },
      ],
    };
    expect((await world.planned(moved, "stays")).action).toBe("none");
    await world.deploy(moved);
    expect(
      await world.sh(
        "stays",
        'systemctl show "container@$N" -p InvocationID --value; ls -l --time-style=full-iso "$CONF" "$PROFILE" "$OURS/journal"',
      ),
    ).toBe(before);
  });

  test("a container of another owner is a conflict at synth, and left alone", async () => {
    await world.deploy(world.stack([{ id: "theirs" }]));
    const stranger = World.sameHosts(world, "another-project");
    try {
      const spec = stranger.stack([{ id: "theirs", config: moduleText("stranger") }]);
      expect((await stranger.planned(spec, "theirs")).action).toBe("conflict");
      const plan = await stranger.project.plan(spec);
      expect(plan.code).toBe(1);
      expect(plan.output).toContain(world.project.projectId);
      await world.settled(world.stack([{ id: "theirs" }]));
    } finally {
      stranger.project.remove();
    }
  });

  test("a container nobody manages is a conflict, and adopted when asked; its data and its release stay", async () => {
    await world.sh(
      "wild",
      'nixos-container create "$N" --config "environment.etc.wild.text = \\"wild\\";" && nixos-container start "$N" && mkdir -p "$ROOT/var/lib" && echo gold >"$ROOT/var/lib/gold"',
    );
    // Its release stays the one it was built with, wherever the host's nixpkgs has moved meanwhile.
    world.machine.embedded?.upgradeNixpkgs({ release: "25.11", suffix: ".20251201.fedcba9" });
    const conflict = await world.project.plan(world.stack([{ id: "wild" }]));
    expect(conflict.code).toBe(1);
    expect(conflict.output).toContain("adopt: true");
    const spec = world.stack([{ id: "wild", adopt: true }]);
    expect((await world.planned(spec, "wild")).action).toBe("adopt");
    await world.deploy(spec);
    expect(await world.sh("wild", 'cat "$ROOT/var/lib/gold"')).toBe("gold");
    if (world.machine.embedded)
      expect(await world.sh("wild", 'cat "$OURS"/modules-*/container.nix')).toContain('"25.05"');
  });

  test("the data of an earlier container is a conflict, and used when asked, even if the first build fails", async () => {
    await world.sh("heir", 'mkdir -p "$ROOT/var/lib" && echo gold >"$ROOT/var/lib/gold"');
    expect((await world.planned(world.stack([{ id: "heir" }]), "heir")).action).toBe("conflict");
    const failing = world.stack([
      {
        id: "heir",
        adopt: true,
        stateVersion: "25.05",
        config: '{ ... }:\n{ environment.etc.x.text = throw "broken on purpose"; }\n',
      },
    ]);
    const failed = await world.project.deploy(failing, { mayFail: true });
    expect(failed.output).toContain("broken on purpose");
    expect(await world.sh("heir", 'cat "$ROOT/var/lib/gold"')).toBe("gold");
    await world.deploy(world.stack([{ id: "heir", adopt: true, stateVersion: "25.05" }]));
    expect(await world.sh("heir", 'cat "$ROOT/var/lib/gold"')).toBe("gold");
    expect(await world.status("heir")).toBe("up");
  });
});
