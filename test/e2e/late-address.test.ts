import type { AppSpec } from "../support/project";
import { moduleText, World } from "./world";

describe("a host whose address is only known after apply", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.embedded({});
  });
  afterEach(() => world.close());

  /** A stack that makes the server as well; `hostKey` is what the user pins. */
  function late(
    hostKey: unknown,
    containers = [world.container({ id: "one" }), world.container({ id: "two" })],
  ): AppSpec {
    return { stacks: [{ id: "fleet", hosts: [{ ...world.hostSpecs()[0], late: true, hostKey }], containers }] };
  }

  // That the ed25519 key alone would not do, test/observe/terraform.test.ts shows.
  test("all of its stock keys pinned, as `cat` prints them: it is deployed, changed and destroyed", async () => {
    const pub = await world.machine.sh('cat "$R"/etc/ssh/ssh_host_*_key.pub');
    expect(
      pub.stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual(["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"]);
    await world.deploy(late(pub.stdout));
    expect(await world.status("one")).toBe("up");
    const changed = world.container({ id: "one", config: moduleText("changed") });
    const { output } = await world.deploy(late(pub.stdout, [changed]));
    expect(output).toContain("one: [2] built and reloaded");
    expect([await world.status("one"), await world.status("two")]).toEqual(["up", "up"]); // as the README warns
    await world.project.destroy(late(pub.stdout));
    expect([await world.status("one"), await world.status("two")]).toEqual(["gone", "gone"]);
  });
});
