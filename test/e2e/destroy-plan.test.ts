import path from "node:path";
import type { PlanDocument } from "../../src/render";
import { allContainers } from "../../src/render";
import type { ContainerSpec } from "./world";
import { World } from "./world";

const program = path.resolve(__dirname, "../../dist/src/cli/main.js");

describe("what the plan of a destroy says is what a destroy does (first hour 11)", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.embedded({});
  });
  afterEach(() => world.close());

  async function told(): Promise<{ readonly code: number | null; readonly fates: Record<string, string> }> {
    const { code, stdout } = await world.project.run(process.execPath, [program, "plan", "--destroy", "--json"]);
    const { plan } = JSON.parse(stdout) as PlanDocument;
    const fates = (plan ? allContainers(plan) : []).map(({ name, action, removal, problems }): [string, string] => [
      name,
      problems.length > 0 ? "refused" : (removal ?? action),
    ]);
    return { code, fates: Object.fromEntries(fates) };
  }

  const spec = (protect: boolean): readonly ContainerSpec[] => [
    { id: "kept" },
    { id: "gone", removalPolicy: "destroy" },
    { id: "left", removalPolicy: "retain" },
    { id: "db", protect },
  ];

  /** What became of a container on the host. */
  async function fate(id: string): Promise<string> {
    if ((await world.status(id)) !== "gone") {
      return (await world.sh(id, 'grep -c CDKTF_NIXOS_OWNER "$CONF" || :')) === "0" ? "retain" : "none";
    }
    return (await world.sh(id, 'ls -d "$STATE/.archive/$N"-* 2>/dev/null || :')) === "" ? "destroy" : "archive";
  }
  const fates = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        ["kept", "gone", "left", "db"].map(async (id): Promise<[string, string]> => [id, await fate(id)]),
      ),
    );

  test("one that is protected keeps all, and then each goes as its policy says", async () => {
    await world.deploy(world.stack(spec(true)));
    expect(await told()).toEqual({ code: 1, fates: { kept: "none", gone: "none", left: "none", db: "refused" } });
    const refused = await world.project.destroy(world.stack(spec(true)), { mayFail: true });
    expect(refused.code).not.toBe(0);
    expect(await fates()).toEqual({ kept: "none", gone: "none", left: "none", db: "none" });

    await world.deploy(world.stack(spec(false)));
    const plan = await told();
    expect(plan).toEqual({ code: 0, fates: { kept: "archive", gone: "destroy", left: "retain", db: "archive" } });
    await world.project.destroy(world.stack(spec(false)));
    expect(await fates()).toEqual(plan.fates);
    expect((await told()).fates).toEqual({});
  });
});
