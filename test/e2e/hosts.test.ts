import { realHosts } from "../support/machine";
import { describeUnless } from "../support/tools";
import { testEmbedded, World } from "./world";

describeUnless(
  realHosts().length === 1 && "CDKTF_NIXOS_TEST_HOSTS names one host, two are needed",
  "hosts that come, go and cannot be reached",
  () => {
    let world: World;
    beforeEach(async () => {
      world = await World.open(2);
    });
    afterEach(() => world.close());

    test("a host removed with its containers: they are removed there, and nothing elsewhere", async () => {
      const both = world.stack([{ id: "one" }, { id: "two", host: "host2" }]);
      await world.deploy(both);
      const without = {
        stacks: [{ id: "fleet", hosts: world.hostSpecs().slice(0, 1), containers: [world.container({ id: "one" })] }],
      };
      const { output } = await world.deploy(without);
      expect(output).toContain(`${world.named("two")}: stopped and archived`);
      expect(await world.status("two", world.hosts[1])).toBe("gone");
      expect(await world.status("one")).toBe("up");
    });

    test("the last host of a stack removed: its containers go, through NixosTeardown", async () => {
      await world.deploy({
        stacks: [{ id: "fleet", hosts: world.hostSpecs().slice(0, 1), containers: [world.container({ id: "one" })] }],
      });
      await world.deploy({ stacks: [{ id: "fleet", teardown: true }] });
      expect(await world.status("one")).toBe("gone");
    });

    test("a container that moves to another host: its data stays behind in the archive, and the plan says so", async () => {
      await world.deploy(world.stack([{ id: "nomad" }]));
      await world.sh("nomad", 'mkdir -p "$ROOT/data" && echo gold >"$ROOT/data/gold"');
      const { text } = await world.project.ownPlan(world.stack([{ id: "nomad", host: "host2" }]));
      expect(text).toMatch(/stays behind/);
      await world.deploy(world.stack([{ id: "nomad", host: "host2" }]));
      expect(await world.status("nomad")).toBe("gone");
      expect(await world.status("nomad", world.hosts[1])).toBe("up");
      expect(await world.sh("nomad", 'cat "$STATE"/.archive/"$N"-*/root/data/gold')).toBe("gold");
    });

    const away = "a host that cannot be reached fails its own stack's plan, other stacks go on, and nothing is created";
    testEmbedded(away, "it is not ours to take off the network", async () => {
      const [, other] = world.hosts;
      const [first, second] = world.hostSpecs();
      const spec = {
        stacks: [
          { id: "fleet", hosts: [first as { id: string }], containers: [world.container({ id: "one" })] },
          {
            id: "other",
            hosts: [second as { id: string }],
            containers: [world.container({ id: "two", host: "host2" })],
          },
        ],
      };
      await world.deploy(spec);
      await world.embedded.pause();
      const cut = await world.project.plan(spec, ["fleet"]);
      expect(cut.code).toBe(1);
      expect(cut.output).toMatch(/refused/);
      expect((await world.project.plan(spec, ["other"])).empty).toBe(true);
      await other?.sh("true");
      await world.embedded.resume();
      await world.settled(spec);
    });

    const other = "an address that now leads to another machine: that machine is left alone";
    testEmbedded(other, "its machine-id is not ours to change", async () => {
      const spec = {
        stacks: [{ id: "fleet", hosts: world.hostSpecs().slice(0, 1), containers: [world.container({ id: "one" })] }],
      };
      await world.deploy(spec);
      await world.sh("one", 'echo 00000000000000000000000000000001 >"$R/etc/machine-id"');
      const { output } = await world.project.deploy({ stacks: [{ id: "fleet", teardown: true }] });
      expect(output).toContain("another machine");
      expect(await world.status("one")).toBe("up");
    });

    test("two hosts that are the same machine are refused", async () => {
      const [first] = world.hostSpecs();
      const plan = await world.project.plan({
        stacks: [{ id: "fleet", hosts: [first, { ...first, id: "again" }], containers: [] }],
      });
      expect(plan.code).toBe(1);
      expect(plan.output).toContain("same machine");
    });
  },
);
