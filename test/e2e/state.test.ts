import { rmSync, writeFileSync } from "node:fs";
import { moduleText, testEmbedded, World } from "./world";

describe("Terraform's state is no witness of the host", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open();
  });
  afterEach(() => world.close());

  const one = [{ id: "state" }];
  const two = [{ id: "state", config: moduleText("two") }];

  test("lost: the next deploy finds everything as wanted and touches nothing", async () => {
    await world.deploy(world.stack(one));
    const before = await world.started("state");
    rmSync(world.project.statePath("fleet"));
    const { output } = await world.deploy(world.stack(one));
    expect(output).toContain("nothing to do");
    expect(await world.started("state")).toBe(before);
  });

  test("older than the host: the next deploy finds everything as wanted and touches nothing", async () => {
    await world.deploy(world.stack(one));
    const older = world.readState();
    await world.deploy(world.stack(two));
    const before = await world.started("state");
    writeFileSync(world.project.statePath("fleet"), older);
    await world.deploy(world.stack(two));
    expect(await world.started("state")).toBe(before);
  });

  test("lost, and the host changed: the plan says so", async () => {
    await world.deploy(world.stack(one));
    rmSync(world.project.statePath("fleet"));
    await world.sh("state", 'nixos-container stop "$N"');
    expect((await world.planned(world.stack(one), "state")).action).toBe("start");
    await world.deploy(world.stack(one));
    expect(await world.status("state")).toBe("up");
  });

  test.each(["SIGKILL", "SIGINT"] as const)(
    "terraform ended by %s during an update: the next deploy ends what it began",
    async (signal) => {
      await world.deploy(world.stack(one));
      if (world.machine.embedded) world.machine.embedded.setDurations({ build: 2 });
      await world.project.synth(world.stack(two));
      let sent = false;
      await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "-auto-approve"], {
        onOutput: (text, send) => {
          if (sent || !text.includes("wrote the module files")) return;
          sent = true;
          send(signal);
          if (signal === "SIGINT") setTimeout(() => send("SIGINT"), 200);
        },
      });
      expect(sent).toBe(true);
      if (world.machine.embedded) world.machine.embedded.setDurations({ build: 0 });
      rmSync(`${world.project.statePath("fleet")}.lock.info`, { force: true });
      rmSync(`${world.project.folder}/.terraform.fleet.tfstate.lock.info`, { force: true });
      await world.sh("state", 'flock -w 120 "$R/run/cdktf-nixos/lock/$N" true');
      await world.deploy(world.stack(two));
      expect(await world.sh("state", 'cat "$OURS"/modules-*/config/configuration.nix')).toContain('"two"');
      expect(await world.status("state")).toBe("up");
    },
  );

  const lost = "a lost connection does not end the work: it goes on, and the next plan is empty";
  testEmbedded(lost, "its connections are not ours to cut", async () => {
    const { embedded } = world;
    await world.deploy(world.stack(one));
    embedded.setDurations({ build: 1.5 });
    await world.project.synth(world.stack(two));
    let cut = false;
    const outcome = await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "-auto-approve"], {
      onOutput: (text) => {
        if (cut || !text.includes("wrote the module files")) return;
        cut = true;
        embedded.cutConnections();
      },
    });
    expect(cut).toBe(true);
    expect(outcome.code).not.toBe(0);
    embedded.setDurations({ build: 0 });
    await world.sh("state", 'flock -w 60 "$R/run/cdktf-nixos/lock/$N" true');
    expect(await world.sh("state", 'cat "$OURS"/modules-*/config/configuration.nix')).toContain('"two"');
    expect((await world.planned(world.stack(two), "state")).action).toBe("none");
    await world.deploy(world.stack(two));
  });

  const restored = "a host restored from a snapshot: the plan sees it, the deploy mends it";
  testEmbedded(restored, "its snapshots are not ours", async () => {
    const { embedded } = world;
    await world.deploy(world.stack(one));
    const before = await embedded.snapshot();
    await world.deploy(world.stack(two));
    await embedded.restore(before);
    expect((await world.planned(world.stack(two), "state")).action).not.toBe("none");
    await world.unsettled(world.stack(two));
    await world.deploy(world.stack(two));
  });
});
