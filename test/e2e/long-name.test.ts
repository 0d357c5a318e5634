import { moduleText, net, World } from "./world";

const gone = 'ls -d "$CONF" "$ROOT" "$PROFILE" "$OURS" "$STATE/.kept-$N" 2>/dev/null || :';

describe("names that nixos-container create refuses", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  /** The id of a container whose name on the host has so many characters. */
  const ofLength = (length: number): string =>
    "web-application-frontend-".repeat(3).slice(0, length).slice(world.named("").length);
  const network = { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` };

  test.each([12, 24, 63, 64])("a container with a name of %i characters lives as any other", async (length) => {
    const id = ofLength(length);
    expect(world.named(id)).toHaveLength(length);
    await expect(world.sh(id, 'nixos-container create "$N"')).rejects.toThrow("is too long");
    const spec = world.stack([{ id, network, autoStart: true }]);
    expect((await world.planned(spec, id)).action).toBe("create");
    expect((await world.deploy(spec)).output).toMatch(/\[\d\] built with nixos-container update \(\d+\.\d s\)/);
    expect(await world.status(id)).toBe("up");
    expect(await world.sh(id, 'nixos-container show-ip "$N"')).toBe(`${net}.2`);
    expect(await world.sh(id, 'ip -o link | grep -w "ve-$N" | wc -l')).toBe("1");
    const before = await world.started(id);
    const changed = world.stack([{ id, network, autoStart: true, config: moduleText("two") }]);
    expect((await world.planned(changed, id)).effect).toBe("reload");
    await world.deploy(changed);
    expect(await world.started(id)).toBe(before);
    await world.sh(id, 'nixos-container restart "$N" && nixos-container run "$N" -- true');
    await world.settledOnHost(changed, id);
    await world.deploy(world.stack([]));
    expect(await world.sh(id, gone)).toBe("");
  });

  test("two with a common beginning run side by side", async () => {
    const [one, two] = ["-one", "-two"].map((end) => ofLength(24) + end) as [string, string];
    const other = { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.3` };
    await world.deploy(
      world.stack([
        { id: one, network },
        { id: two, network: other },
      ]),
    );
    expect([await world.status(one), await world.status(two)]).toEqual(["up", "up"]);
    await world.deploy(world.stack([{ id: two, network: other }]));
    expect([await world.status(one), await world.status(two)]).toEqual(["gone", "up"]);
    await world.deploy(world.stack([]));
  });

  test("a first build that fails leaves nothing behind", async () => {
    const id = ofLength(30);
    const spec = world.stack([{ id, config: '{ ... }:\n{ environment.etc.a.text = throw "on purpose"; }\n' }]);
    const failed = await world.project.deploy(spec, { mayFail: true });
    expect(failed.code).toBe(1);
    expect(failed.output).toContain("nothing of it is left on the host");
    expect(await world.status(id)).toBe("gone");
    expect(await world.sh(id, gone)).toBe("");
    await world.deploy(world.stack([{ id }]));
    expect(await world.status(id)).toBe("up");
    await world.deploy(world.stack([]));
  });
});
