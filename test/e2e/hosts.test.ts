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

    describe("A1: a host whose machine-id is another than at the deploy", () => {
      const notOurs = "its machine-id is not ours to change";
      const names = ["one", "two"];
      const spec = (ids = names) => ({
        stacks: [
          { id: "fleet", hosts: world.hostSpecs().slice(0, 1), containers: ids.map((id) => world.container({ id })) },
        ],
      });
      const withoutHost = { stacks: [{ id: "fleet", teardown: true }] };
      const renew = (id: string): Promise<string> => world.sh("one", `echo ${id.repeat(32)} >"$R/etc/machine-id"`);

      const left = "destroy, and a deploy without the host, fail and say so; after a deploy both remove what is there";
      testEmbedded(left, notOurs, async () => {
        await world.deploy(spec());
        await renew("1");
        const destroyed = await world.project.destroy(spec(), { mayFail: true });
        expect([destroyed.code, destroyed.output]).toEqual([1, expect.stringContaining("one two")]);
        const gone = await world.project.deploy(withoutHost, { mayFail: true });
        expect([gone.code, gone.output]).toEqual([1, expect.stringContaining(" state rm ")]);
        expect(await world.status("one")).toBe("up");
        const { plan } = await world.project.ownPlan(spec());
        expect(plan.hosts[0]?.notes.join()).toContain("its machine-id changed since the last deploy");
        await world.deploy(spec());
        await world.project.destroy(spec());
        expect([await world.status("one"), await world.status("two")]).toEqual(["gone", "gone"]);
      });

      const ordinary =
        "the next deploy removes nothing that stays, and what the code no longer declares; then destroy works";
      testEmbedded(ordinary, notOurs, async () => {
        await world.deploy(spec());
        await world.embedded.reboot();
        await renew("2");
        const { output } = await world.deploy(spec(["one"]));
        expect(output).not.toContain("ERROR");
        expect([await world.status("one"), await world.status("two")]).toEqual(["up", "gone"]);
        await world.project.destroy(spec(["one"]));
        expect(await world.status("one")).toBe("gone");
      });

      testEmbedded("a machine on which nothing is ours is left alone, and destroy ends", notOurs, async () => {
        await world.deploy(spec([]));
        await world.sh("theirs", 'nixos-container create "$N"; nixos-container start "$N"');
        await renew("3");
        const { output } = await world.project.deploy(withoutHost);
        expect(output).toContain("another machine");
        expect(await world.status("theirs")).toBe("up");
      });
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
