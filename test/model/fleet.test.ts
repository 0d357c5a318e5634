import type { DesiredContainer } from "../../src/model/container";
import { fleetProblems } from "../../src/model/fleet";
import type { Network, NetworkProps } from "../../src/model/options/network/network";
import { container } from "../plan/support/model";
import { told } from "./problems";

const on = (name: string, network: NetworkProps, host = "shop/web1") => container(name, { network, host });
const pair = (localAddress: string, hostAddress = "10.0.0.1"): NetworkProps => ({ hostAddress, localAddress });

describe("two containers of one host", () => {
  const refusals: readonly (readonly [string, NetworkProps, NetworkProps, string])[] = [
    [
      "the same address",
      pair("10.0.0.2"),
      pair("10.0.0.2"),
      "network.localAddress 10.0.0.2 is also that of shop/a (container a) on the same host → give each container an address of its own",
    ],
    [
      "the same address with another prefix",
      { hostBridge: "br0", localAddress: "10.0.0.2/24" },
      { hostBridge: "br0", localAddress: "10.0.0.2/16" },
      "network.localAddress 10.0.0.2 is also that of shop/a",
    ],
    [
      "the same IPv6 address, on a bridge and not",
      { hostBridge: "br0", localAddress6: "fd00::2/64" },
      { hostAddress6: "fd00::9", localAddress6: "fd00:0::2" },
      "network.localAddress6 fd00::2 is also that of shop/a",
    ],
    [
      "the same port",
      { ...pair("10.0.0.2"), forwardPorts: [{ hostPort: 80 }] },
      { ...pair("10.0.0.3"), forwardPorts: [{ hostPort: 80, containerPort: 8080 }] },
      "network.forwardPorts forwards tcp port 80, which is also forwarded to shop/a (container a) on the same host → forward each port of a host to one container",
    ],
    [
      "an interface that is that of the other's private network",
      pair("10.0.0.2"),
      { extraVeths: { "ve-a": {} } },
      'network.extraVeths "ve-a" is the interface that the private network of shop/a (container a) has → give it another name, like "lan0"',
    ],
    [
      "the same interface",
      { interfaces: ["eth1"] },
      { interfaces: ["eth2", "eth1:a18"] },
      "network.interfaces moves eth1, which is also moved into shop/a (container a) on the same host → move it into one container, or use network.macvlans",
    ],
    [
      "as its address the other's side of the host",
      pair("10.0.0.2", "10.0.0.9"),
      pair("10.0.0.9"),
      "network.localAddress 10.0.0.9 is the hostAddress of shop/a (container a) on the same host",
    ],
    [
      "a macvlan on an interface that the other takes away",
      { interfaces: ["eth1"] },
      { macvlans: ["eth1"] },
      "network.macvlans names eth1, which network.interfaces moves into shop/a (container a) → use macvlans in both",
    ],
    [
      "a further pair of the same name",
      { extraVeths: { lan0: {} } },
      { extraVeths: { lan0: {} } },
      "network.extraVeths makes the interface lan0, which is also one of shop/a (container a) on the same host → give each pair a name of its own on its host",
    ],
    [
      "as the address of a further pair the other's own",
      { hostBridge: "br0", localAddress: "10.0.0.2/24" },
      { extraVeths: { lan0: { localAddress: "10.0.0.2" } } },
      "network.extraVeths lan0 10.0.0.2 is also an address of shop/a (container a) on the same host → give each container an address of its own",
    ],
    [
      "an interface moved that is the other's further pair",
      { extraVeths: { lan0: {} } },
      { interfaces: ["lan0"] },
      "network.interfaces moves lan0, which network.extraVeths makes for shop/a (container a) on the same host → move another interface, or call the pair otherwise",
    ],
    [
      "as the address of a further pair the other's gateway",
      pair("10.0.0.2", "10.0.0.9"),
      { extraVeths: { lan0: { localAddress: "10.0.0.9" } } },
      "network.extraVeths.lan0.localAddress 10.0.0.9 is the hostAddress of shop/a (container a) on the same host → give the container an address that is nobody's side of the host",
    ],
    [
      "a place on a bridge that the other takes away",
      { interfaces: ["br1"] },
      { hostBridge: "br1", localAddress: "10.0.0.4/24" },
      "network.hostBridge names br1, which network.interfaces moves into shop/a (container a) → leave the bridge on the host",
    ],
    [
      "an extra pair on a bridge that the other takes away",
      { interfaces: ["br1"] },
      { privateNetwork: true, localAddress: null, extraVeths: { lan0: { hostBridge: "br1" } } },
      "network.extraVeths.lan0.hostBridge names br1, which network.interfaces moves into shop/a",
    ],
    [
      "the same MAC address on one bridge",
      { hostBridge: "br0", localAddress: "10.0.0.2/24", localMacAddress: "02:00:00:00:00:0A" },
      { hostBridge: "br0", localAddress: "10.0.0.3/24", localMacAddress: "02:00:00:00:00:0a" },
      "network.localMacAddress 02:00:00:00:00:0a on the bridge br0 is also that of shop/a (container a) on the same host → give each",
    ],
    [
      "in an extra pair the address of the other",
      pair("10.0.0.2"),
      { extraVeths: { lan0: { hostAddress: "10.9.0.1", localAddress: "10.0.0.2" } } },
      "network.extraVeths lan0 10.0.0.2 is also an address of shop/a",
    ],
    [
      "in an extra pair the other's side of the host",
      pair("10.0.0.2"),
      { extraVeths: { lan0: { hostAddress: "10.9.0.1", localAddress: "10.0.0.1" } } },
      "network.extraVeths.lan0.localAddress 10.0.0.1 is the hostAddress of shop/a",
    ],
    [
      "as its address the host's side of the other's extra pair",
      { extraVeths: { lan0: { hostAddress: "10.9.0.1", localAddress: "10.9.0.2" } } },
      pair("10.9.0.1"),
      "network.localAddress 10.9.0.1 is the extraVeths.lan0.hostAddress of shop/a",
    ],
  ];

  test.each(refusals)("must not have %s", (_, a, b, words) => {
    const problems = fleetProblems([on("a", a), on("b", b)]);
    expect(told(problems)).toHaveLength(1);
    expect(told(problems)[0]).toContain(words);
    expect(problems[0]).toMatchObject({ code: "input", where: { construct: "shop/b", container: "b" } });
    expect(fleetProblems([on("a", a), on("b", b, "shop/web2")])).toEqual([]);
  });

  test("must not have the same name, in whatever stack", () => {
    const problems = fleetProblems([container("a"), container("a", { stack: "blog" })]);
    expect(told(problems)).toEqual([
      'the container name "a" is also that of shop/a (container a) on the same host → give one of them another construct id, or set its `name:`',
    ]);
    expect(fleetProblems([container("a"), container("A")])).toEqual([]);
  });

  test("may share the host's side, macvlans, a bridge, and a port of two protocols", () => {
    const ports = (protocol: "tcp" | "udp") => ({ forwardPorts: [{ protocol, hostPort: 53 }] });
    expect(
      fleetProblems([
        on("a", { ...pair("10.0.0.2"), ...ports("tcp") }),
        on("b", { ...pair("10.0.0.3"), ...ports("udp") }),
        on("c", { macvlans: ["eth0"] }),
        on("d", { macvlans: ["eth0"] }),
        on("e", { hostBridge: "br0", localAddress: "10.0.0.4/24", hostAddress: "10.0.0.1" }),
        on("f", { hostBridge: "br0", localAddress: "10.0.0.5/24", hostAddress: "10.0.0.1" }),
      ]),
    ).toEqual([]);
  });

  test("are not told of what is no port, which each is told of by itself", () => {
    const forwardPorts = [undefined, NaN, 0, 65536, "80"].map((hostPort) => ({ protocol: "tcp", hostPort }));
    const broken = (name: string): DesiredContainer => {
      const sound = on(name, {});
      return {
        ...sound,
        network: { ...sound.network, forwardPorts: forwardPorts as unknown as Network["forwardPorts"] },
      };
    };
    expect(fleetProblems([broken("a"), broken("b")])).toEqual([]);
  });

  test("are told all that is wrong at once", () => {
    const same = { ...pair("10.0.0.2"), forwardPorts: [{ hostPort: 80 }], interfaces: ["eth1"] };
    expect(fleetProblems([on("a", same), on("b", same), on("c", same)])).toHaveLength(6);
  });
});

test("a MAC address may be had again on another bridge, and off bridges, where a pair is alone with itself", () => {
  const localMacAddress = "02:00:00:00:00:01";
  expect(
    fleetProblems([
      on("a", { hostBridge: "br0", localAddress: "10.0.0.2/24", localMacAddress }),
      on("b", { hostBridge: "br1", localAddress: "10.1.0.2/24", localMacAddress }),
      on("c", { ...pair("10.2.0.2"), localMacAddress }),
      on("d", { ...pair("10.2.0.3"), localMacAddress }),
    ]),
  ).toEqual([]);
});

test("a container must not have as its address its own side of the host", () => {
  const own = (veth: object) => told(fleetProblems([on("a", { ...pair("10.0.0.2"), extraVeths: { lan0: veth } })]));
  expect(own({ hostAddress: "10.0.0.2", localAddress: "10.9.0.2" })[0]).toContain(
    "network.localAddress 10.0.0.2 is the extraVeths.lan0.hostAddress of the same container",
  );
  expect(own({ hostAddress: "10.0.0.1", localAddress: "10.9.0.2" })).toEqual([]);
});

test("a container must not put a macvlan on an interface that it moves into itself", () => {
  expect(told(fleetProblems([on("a", { interfaces: ["eth1:x"], macvlans: ["eth1:y"] })]))[0]).toContain(
    "moves into this very container",
  );
});

describe("renamedFrom", () => {
  const renamed = (name: string, from: string, host = "shop/web1") => container(name, { renamedFrom: from, host });

  test.each<[string, DesiredContainer[], string[]]>([
    [
      "an old name that is still declared",
      [container("old"), renamed("fresh", "old")],
      [
        'renamedFrom "old" is still declared, as shop/old (container old) → take that one out of the code; or, where the rename is deployed, leave renamedFrom out',
      ],
    ],
    [
      "one old name for two",
      [renamed("a", "old"), renamed("b", "old")],
      [
        'renamedFrom "old" is also that of shop/a (container a) on the same host → its data can go to one of them only: take it out of the other',
      ],
    ],
    [
      "two in a circle",
      [renamed("a", "b"), renamed("b", "a")],
      [
        "a is renamed from b, and shop/b (container b) from a in turn → swap names in three deploys, by way of a third name",
        "b is renamed from a, and shop/a (container a) from b in turn → swap names in three deploys, by way of a third name",
      ],
    ],
    [
      "three in a circle",
      [renamed("a", "b"), renamed("b", "c"), renamed("c", "a")],
      ["b", "c", "a"].map((name) => expect.stringContaining(`renamedFrom "${name}" is still declared`) as string),
    ],
  ])("refuses %s", (_, containers, problems) => {
    expect(told(fleetProblems(containers))).toEqual(problems);
  });

  test("is of one host only", () => {
    expect(
      fleetProblems([container("old", { host: "shop/web2" }), renamed("fresh", "old"), renamed("x", "y")]),
    ).toEqual([]);
    expect(fleetProblems([renamed("fresh", "old"), renamed("other", "old", "shop/web2")])).toEqual([]);
  });

  test.each([
    ["a", "is the container's own name"],
    ["my_web", "is no name that a container here can have"],
    ["", "is no name that a container here can have"],
    ["x".repeat(65), "is no name that a container here can have"],
  ])("must not be %j", (from, words) => {
    expect(() => renamed("a", from)).toThrow(words);
  });
});
