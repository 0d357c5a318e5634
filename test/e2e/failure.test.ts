import { moduleText, net, testEmbedded, World } from "./world";

/** A module whose unit fails when it is switched to: on an embedded host by the comment, on a real one by the unit. */
const failingUnit = `{ ... }:
{
  # embedded-host: unit fails
  systemd.services.cdktf-nixos-fails = { wantedBy = [ "multi-user.target" ]; serviceConfig = { Type = "oneshot"; ExecStart = "/bin/false"; }; };
}
`;

describe("a change that fails leaves what was there before", () => {
  let world: World;
  const network = { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` };
  const good = [{ id: "phoenix", network }];
  const facts =
    'readlink -f "$PROFILE"; cat "$CONF" "$OURS/journal"; ls "$OURS"; cat "$ROOT/etc/nixos/configuration.nix"; nixos-container status "$N"';

  beforeAll(async () => {
    world = await World.open();
    await world.deploy(world.stack(good));
  });
  afterAll(() => world.close());

  async function failsAndLeaves(props: Record<string, unknown>, reason: RegExp): Promise<void> {
    const before = await world.sh("phoenix", facts);
    const outcome = await world.project.deploy(world.stack([{ id: "phoenix", network, ...props }]), { mayFail: true });
    expect(outcome.code).toBe(1);
    expect(outcome.output).toMatch(reason);
    expect(outcome.output).toContain("what was there before is back");
    expect(await world.sh("phoenix", facts)).toBe(before);
    await world.settledOnHost(world.stack(good), "phoenix");
  }

  test("a build that fails", () =>
    failsAndLeaves(
      { config: '{ ... }:\n{ environment.etc.x.text = throw "broken on purpose"; }\n' },
      /broken on purpose/,
    ));

  test("a unit that fails on reload", () =>
    failsAndLeaves({ config: failingUnit }, /a unit failed while the container reloaded/));

  test("a start that fails, after the configuration and the network changed", async () => {
    const source = `/tmp/${world.named("source")}`;
    await world.sh("phoenix", `mkdir -p "$R${source}"`);
    const spec = world.stack([
      {
        id: "phoenix",
        config: moduleText("two"),
        network: { ...network, localAddress: `${net}.3` },
        bindMounts: [{ mountPoint: source }],
      },
    ]);
    await world.project.plan(spec);
    await world.sh("phoenix", `rmdir "$R${source}"`);
    const before = await world.sh("phoenix", facts);
    const outcome = await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "planned"]);
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain("the container did not start");
    expect(outcome.output).toContain("what was there before is back");
    expect(await world.sh("phoenix", facts)).toBe(before);
    await world.settledOnHost(world.stack(good), "phoenix");
  });

  testEmbedded("a disk that is full", "it is not ours to fill", async () => {
    const { embedded } = world;
    const before = await world.sh("phoenix", facts);
    const spec = world.stack([{ id: "phoenix", network, config: moduleText("two") }]);
    await world.project.plan(spec);
    embedded.setFaults({ diskFull: true });
    const outcome = await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "planned"]);
    embedded.setFaults({ diskFull: false });
    expect(outcome.code).toBe(1);
    await world.deploy(world.stack(good));
    expect((await world.sh("phoenix", facts)).split("\n").slice(-1)).toEqual(before.split("\n").slice(-1));
    expect(await world.sh("phoenix", 'cat "$OURS"/modules-*/config/configuration.nix')).toContain('"one"');
  });

  const inhibited = "a change that a running system cannot switch to restarts the container instead";
  testEmbedded(inhibited, "its switch inhibitors are not ours to raise", async () => {
    const before = await world.started("phoenix");
    const { output } = await world.deploy(
      world.stack([{ id: "phoenix", network, config: "{ ... }:\n{\n  # embedded-host: inhibit reload\n}\n" }]),
    );
    expect(output).toContain("restarting instead");
    expect(await world.started("phoenix")).not.toBe(before);
    await world.deploy(world.stack(good));
  });

  test("a create whose build fails leaves nothing", async () => {
    const spec = world.stack([
      ...good,
      { id: "stillborn", config: '{ ... }:\n{ environment.etc.x.text = throw "broken on purpose"; }\n' },
    ]);
    const outcome = await world.project.deploy(spec, { mayFail: true });
    expect(outcome.output).toContain("nothing of it is left on the host");
    expect(await world.status("stillborn")).toBe("gone");
    expect(await world.sh("stillborn", 'ls -d "$CONF" "$ROOT" "$OURS" 2>/dev/null || :')).toBe("");
    await world.deploy(world.stack([...good, { id: "stillborn" }]));
    expect(await world.status("stillborn")).toBe("up");
  });
});
