import type { ContainerSettings } from "../../src/model/container";
import { planApp } from "../../src/plan";
import { app, container, converged, named, planHost, seen, unmanaged } from "./support/model";

const at = (localAddress: string, hostAddress = "10.0.0.1"): ContainerSettings => ({
  network: { hostAddress, localAddress },
});
const a = container("a", at("10.0.0.2"));

describe("a container that takes over what another one has", () => {
  test.each<[string, ContainerSettings, ContainerSettings]>([
    ["its address", at("10.0.0.2"), at("10.0.0.2")],
    ["the address of its side of the host", at("10.0.0.2"), at("10.0.0.1", "10.0.0.9")],
    ["as its side of the host what was a container's address", at("10.0.0.2"), at("10.0.0.3", "10.0.0.2")],
    [
      "its IPv6 address, written otherwise",
      { network: { hostAddress6: "fd00::1", localAddress6: "fd00::2" } },
      { network: { hostAddress6: "fd00::1", localAddress6: "fd00:0::2" } },
    ],
    [
      "its port",
      { network: { ...at("10.0.0.2").network, forwardPorts: [{ hostPort: 80 }] } },
      { network: { ...at("10.0.0.3").network, forwardPorts: [{ hostPort: 80, containerPort: 8080 }] } },
    ],
    [
      "A18: its interface under another name",
      { network: { interfaces: ["eth1:a"] } },
      { network: { interfaces: ["eth1:b"] } },
    ],
    [
      "an interface that a macvlan of it is on",
      { network: { macvlans: ["eth1"] } },
      { network: { interfaces: ["eth1"] } },
    ],
    [
      "to put a macvlan on it, its interface",
      { network: { interfaces: ["eth1"] } },
      { network: { macvlans: ["eth1"] } },
    ],
    [
      "its extra pair",
      { network: { privateNetwork: true, localAddress: null, extraVeths: { lan0: {} } } },
      { network: { privateNetwork: true, localAddress: null, extraVeths: { lan0: { hostBridge: "br0" } } } },
    ],
    [
      "the address of its extra pair",
      { network: { extraVeths: { lan0: { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" } } } },
      at("10.0.0.2"),
    ],
    [
      "its MAC address on a bridge",
      { network: { hostBridge: "br0", localAddress: "10.0.0.2/24", localMacAddress: "02:00:00:00:00:01" } },
      { network: { hostBridge: "br0", localAddress: "10.0.0.3/24", localMacAddress: "02:00:00:00:00:01" } },
    ],
    ["its interface", { network: { interfaces: ["eth1"] } }, { network: { interfaces: ["eth1"] } }],
  ])("stops it first when it goes: %s", (_, old, fresh) => {
    const plan = planHost([container("b", fresh)], [converged(container("a", old))]);
    expect(named(plan.containers, "b")).toMatchObject({ action: "create", stopFirst: ["a"], after: [], problems: [] });
    const { conf: _conf, ...lost } = converged(container("a", old)); // what it holds cannot be told
    expect(named(planHost([container("b", fresh)], [lost]).containers, "b").stopFirst).toEqual(["a"]);
    const down = { ...converged(container("a", old)), unit: "down" as const };
    expect(named(planHost([container("b", fresh)], [down]).containers, "b").stopFirst).toEqual([]);
  });

  test("shares an interface of macvlans with it in peace", () => {
    const on = (name: string) => container(name, { network: { macvlans: ["eth1"] } });
    const plan = planHost([on("b")], [converged(on("a"))]);
    expect(named(plan.containers, "b")).toMatchObject({ stopFirst: [], after: [], problems: [] });
  });

  test("is refused an extra pair that a container made by hand has, by its flags", () => {
    const wanted = [container("b", { network: { extraVeths: { lan0: {} } } })];
    const theirs = unmanaged("a", { conf: ['EXTRA_NSPAWN_FLAGS="--bind=/a --network-veth-extra=lan0:eth0"'] });
    const plan = planHost(wanted, [theirs], { interfaces: ["lo", "lan0"] });
    expect(named(plan.containers, "b").problems.map(({ what }) => what)).toEqual([
      "the interface lan0 is held by the running container a",
    ]);
    const free = planHost(wanted, [], { interfaces: ["lo", "lan0"] });
    expect(named(free.containers, "b").problem?.what).toContain("is an interface that the host has already");
  });

  test("shares the address of the host's side with it in peace", () => {
    const plan = planHost([container("b", at("10.0.0.3"))], [converged(a)]);
    expect(named(plan.containers, "b")).toMatchObject({ stopFirst: [], after: [], problems: [] });
  });

  test("comes after it when it stays and gives it up", () => {
    const wanted = [container("b", at("10.0.0.2")), container("a", at("10.0.0.3"))];
    const plan = planHost(wanted, [converged(a)]);
    expect(named(plan.containers, "b")).toMatchObject({ stopFirst: [], after: ["a"], problems: [] });
    expect(named(plan.containers, "a").after).toEqual([]);
    const stopped = planHost([wanted[0], { ...a, running: false }], [converged(a)]);
    expect(named(stopped.containers, "b").after).toEqual(["a"]);
  });

  test("is refused when nobody gives it up: it is another's, unmanaged, or retained", () => {
    const what = (plan: ReturnType<typeof planHost>) => named(plan.containers, "b").problem?.what;
    const wanted = [container("b", at("10.0.0.2"))];
    const theirs = unmanaged("a", { conf: ["LOCAL_ADDRESS=10.0.0.2"] });
    expect(what(planHost(wanted, [theirs]))).toBe("the address 10.0.0.2 is held by the running container a");
    expect(
      what(planHost(wanted, [converged(container("a", { ...at("10.0.0.2"), removalPolicy: "retain" }))])),
    ).toContain("held by");
    expect(what(planHost(wanted, [converged(a)]))).toBeUndefined();
    const stacks = [...wanted, container("a", { ...at("10.0.0.3"), stack: "blog" })];
    const holder = converged(container("a", { ...at("10.0.0.2"), stack: "blog" }));
    expect(what(planApp(app([seen("shop/web1", [holder])], stacks, ["shop", "blog"])))).toContain("held by");
  });

  test("takes nothing while it shall not run", () => {
    const plan = planHost([container("b", { ...at("10.0.0.2"), running: false })], [converged(a)]);
    expect(named(plan.containers, "b").stopFirst).toEqual([]);
  });

  test("is told to swap in two deploys when they wait for each other, and Terraform's graph has no circle", () => {
    const b = container("b", at("10.0.0.3"));
    const plan = planHost(
      [container("a", at("10.0.0.3")), container("b", at("10.0.0.2")), container("c", at("10.0.0.4", "10.0.0.2"))],
      [converged(a), converged(b)],
    );
    for (const name of ["a", "b"]) {
      expect(named(plan.containers, name).problem?.remedy).toContain("swap addresses in two deploys");
      expect(named(plan.containers, name).after).toEqual([]);
    }
  });

  test("waits for one that waits for another, without a circle", () => {
    const [b, c] = [container("b", at("10.0.0.3")), container("c", at("10.0.0.4"))];
    const wanted = [container("a", at("10.0.0.3")), container("b", at("10.0.0.4")), container("c", at("10.0.0.5"))];
    const plan = planHost(wanted, [converged(a), converged(b), converged(c)]);
    expect(plan.containers.map(({ after, problems }) => [after, problems])).toEqual([
      [["b"], []],
      [["c"], []],
      [[], []],
    ]);
  });
});
