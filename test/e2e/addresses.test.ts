import type { AppSpec } from "../support/project";
import { type ContainerSpec, net, testEmbedded, World } from "./world";

describe("addresses that are chosen at plan time", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  const network = { privateNetwork: true };
  const web = { id: "web", network };
  const proxy = {
    id: "proxy",
    network,
    config:
      '{ ... }:\n{\n  environment.etc."upstream".text = "http://@{web.localAddress}:80 via @{web.hostAddress}";\n}\n',
  };

  /** A stack whose host chooses from a pool of this test's own, and that tells the address of `web`. */
  function spec(containers: readonly ContainerSpec[]): AppSpec {
    const hosts = world.hostSpecs().map((host) => ({ ...host, containerNetwork: { pool: `${net}.0/26` } }));
    return world.stack(containers, { hosts, outputs: { upstream: "http://@{web.localAddress}" } });
  }
  const ipOf = (id: string): Promise<string> => world.sh(id, 'nixos-container show-ip "$N"');
  const moduleOf = (id: string): Promise<string> => world.sh(id, 'cat "$OURS"/modules-*/config/*');

  test("the plan names them, and why these", async () => {
    const planned = await world.planned(spec([web, proxy]), "proxy");
    expect(planned.action).toBe("create");
    expect(planned.changes).toContainEqual({
      property: "network.localAddress",
      after: `${net}.2`,
      effect: "none",
    });
    expect(planned.notes).toContain(`network.localAddress ${net}.2 is the lowest that is free in ${net}.0/26`);
  });

  test("the deploy gives just those, to the containers, to the configuration of another and to Terraform; the second plan is empty", async () => {
    const { output } = await world.deploy(spec([web, proxy]));
    expect([await ipOf("proxy"), await ipOf("web")]).toEqual([`${net}.2`, `${net}.6`]); // by name
    expect(await moduleOf("proxy")).toContain(`"http://${net}.6:80 via ${net}.5"`);
    expect(output).toContain(`http://${net}.6`);
  });

  test("one that comes before them by name moves none, whatever the order of the code", async () => {
    const all = [{ id: "another", network }, web, proxy];
    const started = await world.started("web");
    await world.deploy(spec(all));
    expect([await ipOf("another"), await ipOf("proxy"), await ipOf("web")]).toEqual(
      [10, 2, 6].map((n) => `${net}.${n}`),
    );
    await world.settled(spec([web, proxy, { id: "another", network }]));
    expect(await world.started("web")).toBe(started);
  });

  test("what is free again is given to the next, and no other moves", async () => {
    await world.deploy(spec([web, { id: "another", network }]));
    await world.deploy(spec([web, { id: "another", network }, { id: "zebra", network }]));
    expect([await ipOf("another"), await ipOf("web"), await ipOf("zebra")]).toEqual(
      [10, 6, 2].map((n) => `${net}.${n}`),
    );
  });

  test("one that lost its conf while it runs keeps its address", async () => {
    await world.sh("web", 'rm "$CONF"');
    await world.deploy(spec([web, { id: "another", network }]));
    expect(await ipOf("web")).toBe(`${net}.6`);
  });

  test("all that are stopped and lost their confs keep theirs", async () => {
    const down = [web, { id: "another", network }].map((container) => ({ ...container, running: false }));
    await world.deploy(spec(down));
    for (const { id } of down) await world.sh(id, 'rm "$CONF"');
    await world.deploy(spec([...down, { id: "a", network }]));
    expect([await ipOf("another"), await ipOf("web")]).toEqual([`${net}.10`, `${net}.6`]);
    expect([`${net}.10`, `${net}.6`]).not.toContain(await ipOf("a"));
  });

  test("an address that somebody took since the plan is not given again: nothing is touched", async () => {
    await world.deploy(spec([web]));
    await world.project.plan(spec([web, proxy]));
    const theirs = `PRIVATE_NETWORK=1\\nHOST_ADDRESS=${net}.1\\nLOCAL_ADDRESS=${net}.2\\n`;
    await world.sh("theirs", `printf '${theirs}' >"$CONF"`);
    try {
      const applied = await world.project.terraform("fleet", ["apply", "-no-color", "-input=false", "planned"]);
      expect(applied.code).toBe(1);
      expect(applied.output).toContain(`${net}.2 is now an address of ${world.named("theirs")}`);
      expect(await world.status("proxy")).toBe("gone");
      await world.deploy(spec([web, proxy]));
      expect(await ipOf("proxy")).toBe(`${net}.10`);
    } finally {
      await world.sh("theirs", 'rm "$CONF"');
    }
    await world.deploy(spec([web]));
  });

  test("one that is given in the code moves, and the configuration that holds it with it, in the same deploy", async () => {
    await world.deploy(spec([web, proxy]));
    const moved = { id: "web", network: { ...network, hostAddress: `${net}.33`, localAddress: `${net}.34` } };
    const planned = await world.planned(spec([moved, proxy]), "proxy");
    expect([planned.action, planned.effect]).toEqual(["update", "reload"]);
    await world.deploy(spec([moved, proxy]));
    expect(await ipOf("web")).toBe(`${net}.34`);
    expect(await moduleOf("proxy")).toContain(`"http://${net}.34:80 via ${net}.33"`);
    // Left to be chosen again, it stays where it is.
    await world.settled(spec([web, proxy]));
  });

  test("a full pool is refused, and nothing is deployed", async () => {
    const many = Array.from({ length: 17 }, (_, number) => ({ id: `many${number}`, network }));
    const { output, code } = await world.project.plan(spec([web, ...many]));
    expect(code).not.toBe(0);
    expect(output.replace(/[\s│]+/g, " ")).toContain(`is to be chosen from ${net}.0/26, where no pair is free`);
    expect(output).not.toContain("192.0.2."); // no stand-in is judged
    expect(await world.status("many0")).toBe("gone");
  });

  testEmbedded("a bridge tells the network", "none has a bridge of ours", async () => {
    const bridged = await World.embedded({ bridges: ["br0"], addresses: { br0: ["10.50.0.1/24"] } });
    try {
      const on = { hostBridge: "br0", localAddress: "auto" };
      await bridged.deploy(
        bridged.stack([
          { id: "one", network: on },
          { id: "two", network: on },
        ]),
      );
      expect(await bridged.sh("two", 'nixos-container show-ip "$N"')).toBe("10.50.0.3");
    } finally {
      await bridged.close();
    }
  });
});
