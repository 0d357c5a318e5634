import type { AppSpec } from "../support/project";
import { World } from "./world";

/** What state knows of the machines that teardown would connect to: one trigger of its first instance. */
function teardownTrigger(world: World, name: string): string | undefined {
  const state = JSON.parse(world.readState()) as {
    resources: { name: string; instances: { attributes: Record<string, Record<string, unknown>> }[] }[];
  };
  const attributes = state.resources.find((resource) => resource.name === "nixos-teardown")?.instances[0]?.attributes;
  const triggers = attributes?.["triggers"] ?? (attributes?.["triggers_replace"]?.["value"] as Record<string, unknown>);
  return triggers?.[name] as string | undefined;
}

describe("what a stack leaves behind is removed as it was deployed", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.embedded({ user: "deploy" });
  });
  afterEach(() => world.close());

  /** The stack with its host told otherwise. */
  function toldAs(props: Readonly<Record<string, unknown>>): AppSpec {
    const [host] = world.hostSpecs();
    return world.stack([{ id: "one" }], { hosts: [{ ...host, ...props }] });
  }

  test("address, user or host key changes, then destroy", async () => {
    const { embedded } = world.machine;
    await world.deploy(toldAs({}));
    expect(teardownTrigger(world, "address")).toBe("127.0.0.1");
    await world.deploy(toldAs({ address: "localhost" }));
    expect(teardownTrigger(world, "address")).toBe("localhost");
    await world.deploy(toldAs({ address: "localhost", user: "root" }));
    expect(teardownTrigger(world, "user")).toBe("root");
    const before = teardownTrigger(world, "host_key");
    await embedded?.renewHostKeys();
    const renewed = toldAs({ address: "localhost", user: "root", hostKey: embedded?.hostKey });
    await world.deploy(renewed);
    expect(teardownTrigger(world, "host_key")).not.toBe(before);
    await world.project.destroy(renewed);
    expect(await world.status("one")).toBe("gone");
  });

  test("another operator's key path plans nothing", async () => {
    await world.deploy(toldAs({}));
    const { embedded } = world.machine;
    const copy = `${world.project.folder}/key`;
    await world.project.run("cp", [embedded?.identityFile ?? "", copy]);
    await world.settled(toldAs({ identityFile: copy }));
  });

  test("the owner changes, then destroy: what was deployed under the old one goes", async () => {
    await world.deploy(toldAs({}));
    world.project.env["CDKTF_NIXOS_OWNER"] = "another";
    await world.project.destroy(toldAs({}));
    expect(await world.status("one")).toBe("gone");
  });

  test("the owner changes as the host leaves: what was deployed under the old one goes", async () => {
    await world.deploy(toldAs({}));
    world.project.env["CDKTF_NIXOS_OWNER"] = "another";
    await world.deploy({ stacks: [{ id: "fleet", teardown: true }] });
    expect(await world.status("one")).toBe("gone");
  });

  test("the owner changes as a container leaves the code: the plan names what it would leave behind", async () => {
    await world.deploy(toldAs({}));
    world.project.env["CDKTF_NIXOS_OWNER"] = "another";
    const { plan } = await world.project.ownPlan(world.stack([]));
    expect(plan.hosts[0]?.notes.join()).toContain(`one belongs to "${world.project.projectId}/fleet"`);
    await world.deploy(world.stack([]));
    expect(await world.status("one")).toBe("up");
    delete world.project.env["CDKTF_NIXOS_OWNER"];
    await world.deploy(world.stack([]));
    expect(await world.status("one")).toBe("gone");
  });
});
