import { moduleText, net, World } from "./world";

const broken = '{ ... }:\n{ environment.etc.x.text = throw "broken on purpose"; }\n';

describe("a container that is renamed takes its data along", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  const props = {
    network: { privateNetwork: true, hostAddress: `${net}.1`, localAddress: `${net}.2` },
    autoStart: true,
    timeouts: { start: 90 },
  };
  const old = (more: Record<string, unknown> = {}) => world.stack([{ id: "old", ...props, ...more }]);
  const fresh = (more: Record<string, unknown> = {}) =>
    world.stack([{ id: "web-application", ...props, renamedFrom: world.named("old"), ...more }]);
  const places =
    'ls -d "$CONF" "$ROOT" "${PROFILE%/system}" "$OURS" "$R/nix/var/nix/gcroots/per-container/$N" "$CONTROL"/*/container@"$N".service "$CONTROL"/container@"$N".service.d 2>/dev/null || :';
  const data = (id: string): Promise<string> => world.sh(id, 'cat "$ROOT/var/lib/precious/data"');

  /** Both names' states, the old one first. */
  const states = async (): Promise<string[]> => [await world.status("old"), await world.status("web-application")];

  beforeEach(async () => {
    await world.deploy(old());
    await world.sh("old", 'mkdir -p "$ROOT/var/lib/precious"; echo gold >"$ROOT/var/lib/precious/data"');
  });
  afterEach(async () => {
    await world.project.deploy(world.stack([]), { mayFail: true });
  });

  test("root directory, conf, generations and start at boot move in one planned change, and the next plan is empty", async () => {
    const generations = await world.sh("old", 'ls "${PROFILE%/system}"');
    const planned = await world.planned(fresh(), "web-application");
    expect([planned.action, planned.effect, planned.changes.map(({ property }) => property)]).toEqual([
      "rename",
      "restart",
      ["name"],
    ]);
    const names = `${world.named("old")} → ${world.named("web-application")}`;
    expect((await world.unsettled(fresh())).output).toContain(`rename: ${names}`);
    expect((await world.deploy(fresh())).output).toContain(`renamed ${world.named("old")}, whose data it has now`);
    expect([await states(), await data("web-application")]).toEqual([["gone", "up"], "gold"]);
    expect(await world.sh("old", places)).toBe("");
    expect((await world.sh("web-application", 'ls "${PROFILE%/system}"')).split("\n")).toEqual(
      expect.arrayContaining(generations.split("\n")),
    );
    expect(await world.sh("web-application", 'nixos-container show-ip "$N"')).toBe(`${net}.2`);
    expect(await world.sh("web-application", "systemctl show machines.target -p Wants --value")).toContain(
      `container@${world.named("web-application")}.service`,
    );
    expect(await world.sh("web-application", 'cat "$ROOT/etc/nixos/configuration.nix"')).toContain(
      `"${world.named("web-application")}"`,
    );
    // From now on renamedFrom is history, be it there or not.
    await world.settled(world.stack([{ id: "web-application", ...props }]));
    await world.settledOnHost(fresh(), "web-application");
  });

  test("other changes go with it", async () => {
    const more = { network: { ...props.network, localAddress: `${net}.3` }, config: moduleText("two") };
    expect((await world.planned(fresh(more), "web-application")).action).toBe("rename");
    await world.deploy(fresh(more));
    expect([await states(), await data("web-application")]).toEqual([["gone", "up"], "gold"]);
    expect(await world.sh("web-application", 'nixos-container show-ip "$N"')).toBe(`${net}.3`);
  });

  test("a build that fails leaves the old name running as before", async () => {
    const facts = 'cat "$CONF" "$OURS/journal" "$ROOT/etc/nixos/configuration.nix"; readlink -f "$PROFILE"';
    const before = await world.sh("old", facts);
    const failed = await world.project.deploy(fresh({ config: broken }), { mayFail: true });
    expect([failed.code, failed.output]).toEqual([
      1,
      expect.stringContaining(`${world.named("old")} is back as it was`),
    ]);
    expect([await states(), await world.sh("old", facts), await data("old")]).toEqual([["up", "gone"], before, "gold"]);
    expect(await world.sh("web-application", places)).toBe("");
    await world.settledOnHost(old(), "old");
    await world.deploy(fresh());
    expect([await states(), await data("web-application")]).toEqual([["gone", "up"], "gold"]);
  });

  /** Kills the deploy's run on the host as soon as it has begun to rename, and what it has started. */
  async function cutOff(): Promise<void> {
    const killing = world.sh(
      "web-application",
      'i=0; until [ -e "$OURS/intent" ] || [ "$i" -gt 3000 ]; do sleep 0.01; i=$((i + 1)); done; for f in "$R"/run/cdktf-nixos/work.*/progress; do if grep -q "^names=$N " "$f"; then p=$(cat "${f%/progress}/pid"); pkill -KILL -s "$p"; kill -KILL "$p" 2>/dev/null; fi; done; ls "$OURS/intent"',
    );
    const outcome = await world.project.deploy(fresh(), { mayFail: true });
    await killing;
    expect(outcome.code).toBe(1);
  }

  test("cut off on the way, the plan says so, and the next deploy ends it", async () => {
    await cutOff();
    const planned = await world.planned(fresh(), "web-application");
    expect([planned.action, planned.changes[0]?.property]).toEqual(["rename", "unfinished rename"]);
    await world.deploy(fresh());
    expect([await states(), await data("web-application")]).toEqual([["gone", "up"], "gold"]);
    expect(await world.sh("old", places)).toBe("");
  });

  test("cut off on the way, it goes back to the old name where the code does, and is not removed where it has neither", async () => {
    await cutOff();
    const removed = await world.planned(world.stack([]), "web-application");
    expect(removed.problems.map(({ what }) => what)).toEqual([expect.stringContaining("part of a rename")]);
    const planned = await world.planned(old(), "old");
    expect(planned.changes[0]).toMatchObject({ property: "unfinished rename", after: "undone" });
    await world.deploy(old());
    expect([await states(), await data("old")]).toEqual([["up", "gone"], "gold"]);
    expect(await world.sh("web-application", places)).toBe("");
  });

  test("where neither name is there, the container is made, and the plan says that it has no data", async () => {
    const spec = world.stack([
      { id: "old", ...props },
      { id: "anew", renamedFrom: world.named("never") },
    ]);
    const planned = await world.planned(spec, "anew");
    expect([planned.action, planned.notes]).toEqual([
      "create",
      [expect.stringContaining("is made anew, without data")],
    ]);
    await world.deploy(spec);
    expect(await world.status("anew")).toBe("up");
  });

  test("an old name that is still declared, and two in a circle, are refused before anything is looked at", async () => {
    const both = world.stack([
      { id: "old", ...props },
      { id: "anew", renamedFrom: world.named("old") },
    ]);
    await expect(world.project.ownPlan(both)).rejects.toThrow("is still declared");
  });
});
