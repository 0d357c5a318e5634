import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { AppSpec } from "../support/project";
import { type ContainerSpec, moduleText, testEmbedded, World } from "./world";

type Known = Record<string, unknown>;

/** Of Terraform's state, what holds the triggers. */
interface TerraformState {
  readonly resources: readonly {
    readonly instances: readonly {
      readonly attributes: {
        readonly triggers?: Known;
        readonly triggers_replace?: { value: Known; type: [string, Known] };
      };
    }[];
  }[];
}

/** The same app, with its hosts reached another way. */
function through(transport: "remote-exec" | "ssh", spec: AppSpec): AppSpec {
  return {
    stacks: spec.stacks.map((stack) => ({
      ...stack,
      hosts: (stack.hosts ?? []).map((host) => ({ ...host, transport })),
    })),
  };
}

describe("the way a deploy goes", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open();
  });
  afterEach(() => world.close());

  const app = (containers: readonly ContainerSpec[] = [{ id: "a" }]): AppSpec => world.stack(containers);

  test("may change: nothing is planned for it, and each way goes on with what the other has made", async () => {
    await world.deploy(through("remote-exec", app()));
    await world.settled(through("ssh", app()));
    await world.deploy(through("ssh", app([{ id: "a", config: moduleText("two") }])));
    await world.settled(through("remote-exec", app([{ id: "a", config: moduleText("two") }])));
    await world.deploy(through("remote-exec", app([{ id: "b" }])));
    expect([await world.status("a"), await world.status("b")]).toEqual(["gone", "up"]);
  });

  test.each([
    ["remote-exec", "ssh"],
    ["ssh", "remote-exec"],
  ] as const)("may change from %s to %s right before a destroy", async (one, other) => {
    await world.deploy(through(one, app()));
    const outcome = await world.project.destroy(through(other, app()));
    expect(outcome.code).toBe(0);
    expect(outcome.output).toContain(other === "ssh" ? "local-exec" : "remote-exec");
    expect(await world.status("a")).toBe("gone");
  });

  test("destroys over ssh what an earlier release has deployed", async () => {
    await world.deploy(through("remote-exec", app()));
    const file = world.project.statePath("fleet");
    const state = JSON.parse(readFileSync(file, "utf8")) as TerraformState;
    let forgotten = 0;
    for (const { attributes } of state.resources.flatMap(({ instances }) => instances)) {
      const { triggers, triggers_replace: replace } = attributes;
      for (const known of [triggers, replace?.value, replace?.type[1]]) {
        for (const key of Object.keys(known ?? {}).filter((name) => name.startsWith("ssh_"))) {
          delete known?.[key];
          forgotten++;
        }
      }
    }
    expect(forgotten).toBeGreaterThan(5);
    writeFileSync(file, JSON.stringify(state));
    expect((await world.project.destroy(through("ssh", app()))).code).toBe(0);
    expect(await world.status("a")).toBe("gone");
  });

  test("over ssh, shows the host's steps and reasons, and nothing of the programs", async () => {
    const outcome = await world.project.deploy(through("ssh", app()));
    const name = world.named("a");
    expect(outcome.output).toContain(`(local-exec): ${name}: [1] `);
    const failed = await world.project.deploy(
      through("ssh", app([{ id: "a", config: "{ ... }:\n{ environment.etc.x.text = throw ''no such thing''; }\n" }])),
      { mayFail: true },
    );
    expect(failed.code).toBe(1);
    expect(failed.output).toContain(`${name}: ERROR: `);
    for (const { output } of [outcome, failed]) {
      expect(output).not.toMatch(/w_name=|CDKTF_NIXOS_TEXT|sweep_runs|ControlPersist/);
      expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThan(1000);
    }
  });

  test("over ssh, takes texts too long for an argument as files of the stack, and does nothing without them", async () => {
    const long = (mark: string): ContainerSpec => ({
      id: "a",
      config: `${moduleText(mark)}# ${"long ".repeat(40_000)}\n`,
    });
    await world.deploy(through("ssh", app([long("one")])));
    const folder = path.join(world.project.stackFolder("fleet"), "nixos");
    expect(readdirSync(folder).length).toBeGreaterThan(0);
    expect(await world.sh("a", 'cat "$OURS"/modules-*/config/configuration.nix | wc -c')).toBe(
      String(Buffer.byteLength(String(long("one")["config"]))),
    );

    const changed = through("ssh", app([long("two")]));
    await world.project.plan(changed);
    const [file = ""] = readdirSync(folder);
    const text = readFileSync(path.join(folder, file), "utf8");
    const before = await world.started("a");
    writeFileSync(path.join(folder, file), `${text}# changed\n`);
    const altered = await world.project.apply("fleet");
    expect(altered.output).toContain(
      `ERROR: ./nixos/${file}, a file of this stack, is not as it was synthesized: synthesize again; nothing was done`,
    );
    rmSync(path.join(folder, file));
    const missing = await world.project.apply("fleet");
    expect(missing.output).toContain(
      `ERROR: ./nixos/${file}, a file of this stack, is not there: synthesize again, and deploy from the whole folder; nothing was done`,
    );
    expect(await world.started("a")).toBe(before);
    expect((await world.planned(changed, "a")).action).toBe("update");
    await world.deploy(changed);

    await world.project.synth(through("remote-exec", app([long("two")])));
    expect(existsSync(folder)).toBe(false);
  });
});

describe("a stack whose hosts are reached in two ways", () => {
  testEmbedded("deploys, settles, and is destroyed", "it makes hosts of its own", async () => {
    const world = await World.embedded({}, { user: "deploy" });
    try {
      const spec = world.stack([{ id: "a" }, { id: "b", host: "host2" }]);
      const [stack] = spec.stacks;
      const hosts = (stack?.hosts ?? []).map((host, index) => ({
        ...host,
        transport: index === 0 ? "remote-exec" : "ssh",
      }));
      const mixed: AppSpec = { stacks: [{ ...stack, hosts }] };
      const { output } = await world.deploy(mixed);
      expect(output).toMatch(/host1_a\S* \(remote-exec\)/);
      expect(output).toMatch(/host2_b\S* \(local-exec\)/);
      expect((await world.project.destroy(mixed)).code).toBe(0);
      expect([await world.status("a"), await world.status("b", world.hosts[1])]).toEqual(["gone", "gone"]);
    } finally {
      await world.close();
    }
  });
});
