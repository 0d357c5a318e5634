import { type NetworkProps, parseNetwork } from "../../src/model/options/network/network";
import { gathered } from "./problems";

const refused = (props: NetworkProps): string[] => gathered((problems) => parseNetwork(props, {}, problems));
const pair = { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };
const pair6 = { hostAddress6: "fd00::1", localAddress6: "fd00::2" };
const bridge = { hostBridge: "br0", localAddress: "10.0.0.2/24" };

describe("a network", () => {
  test("is the host's, when nothing is said", () => {
    expect(parseNetwork({}, {}, [])).toEqual({
      privateNetwork: false,
      forwardPorts: [],
      interfaces: [],
      macvlans: [],
      extraVeths: [],
    });
  });

  test("is private when it has an address, bridge or MAC address of its own", () => {
    for (const props of [pair, pair6, bridge, { localMacAddress: "02:00:00:00:00:01" }]) {
      expect(parseNetwork(props, {}, []).privateNetwork).toBe(true);
    }
    expect(parseNetwork({ interfaces: ["eth1"], macvlans: ["eth0"] }, {}, []).privateNetwork).toBe(false);
  });

  test("comes out in one form, with its defaults", () => {
    const props: NetworkProps = {
      ...pair,
      hostAddress6: "FD00::1",
      localAddress6: "fd00:0:0::2",
      localMacAddress: "02:AA:00:00:00:01",
      forwardPorts: [{ hostPort: 80 }, { hostPort: 53, containerPort: 5353, protocol: "udp" }],
    };
    expect(refused(props)).toEqual([]);
    expect(parseNetwork({ ...props, privateNetwork: true }, {}, [])).toEqual({
      ...pair,
      ...pair6,
      privateNetwork: true,
      localMacAddress: "02:aa:00:00:00:01",
      forwardPorts: [
        { protocol: "tcp", hostPort: 80, containerPort: 80 },
        { protocol: "udp", hostPort: 53, containerPort: 5353 },
      ],
      interfaces: [],
      macvlans: [],
      extraVeths: [],
    });
  });

  const sound: readonly NetworkProps[] = [
    {},
    { privateNetwork: true },
    pair,
    { ...pair, ...pair6 },
    bridge,
    { ...bridge, hostAddress: "10.0.0.1", localAddress6: "fd00::2/64" },
    { hostBridge: "br0" },
    { ...pair, forwardPorts: [{ hostPort: 80 }, { hostPort: 80, protocol: "udp" }] },
    { interfaces: ["eth1", "eth2"], macvlans: ["eth0"] },
    { networkNamespace: "/run/netns/blue" },
    { ...pair, privateNetwork: true },
    { privateNetwork: false, interfaces: ["eth1"] },
    { hostAddress: "169.254.1.1", localAddress: "10.0.0.255", hostAddress6: "fe80::1", localAddress6: "fd00::2" },
    { ...bridge, hostAddress: "192.168.0.1" },
    { hostBridge: "br0", localAddress: "10.0.0.0/31", localAddress6: "fd00::/64" },
    { hostBridge: "br0", localAddress: "10.0.0.255/32" },
  ];
  test.each(sound.map((props) => [JSON.stringify(props), props] as const))("may be %s", (_, props) => {
    expect(refused(props)).toEqual([]);
  });

  const inside = (word: string, name: string, holder: string, remedy: string): string =>
    `"${word}" would be "${name}" in the container, ${holder} → give it another name there: "${remedy}:lan0"`;
  const veth = "which is its end of the private network";
  const a18: readonly (readonly [NetworkProps, string])[] = [
    [{ interfaces: ["eth1:a b"] }, 'network.interfaces "eth1:a b" is not the name of an interface'],
    [{ interfaces: ["eth1:"] }, 'network.interfaces "eth1:" is not the name of an interface'],
    [{ interfaces: [":lan0"] }, 'network.interfaces ":lan0" is not the name of an interface'],
    [{ macvlans: ["eth1:a:b"] }, 'network.macvlans "eth1:a:b" is not the name of an interface'],
    [{ macvlans: ["eth1:sixteen-letters-"] }, "or HOST:INSIDE with two such names"],
    [{ macvlans: ["42"] }, 'network.macvlans "42" is not the name of an interface'],
    [{ interfaces: ["eth1:all"] }, 'network.interfaces "eth1:all" is not the name of an interface'],
    [{ interfaces: ["eth1:a", "eth1:b"] }, 'network.interfaces names "eth1" twice → name it once'],
    [{ macvlans: ["eth1:a", "eth1:a"] }, 'network.macvlans names "eth1" twice → name it once'],
    [
      { interfaces: ["eth1:a"], macvlans: ["eth2:a"] },
      inside("eth2:a", "a", 'as is "eth1:a" of network.interfaces', "eth2"),
    ],
    [{ interfaces: ["eth1", "eth2:eth1"] }, inside("eth2:eth1", "eth1", 'as is "eth1" of network.interfaces', "eth2")],
    [
      { macvlans: ["eth1", "eth2:mv-eth1"] },
      inside("eth2:mv-eth1", "mv-eth1", 'as is "eth1" of network.macvlans', "eth2"),
    ],
    [{ ...pair, macvlans: ["eth1:eth0"] }, inside("eth1:eth0", "eth0", veth, "eth1")],
    [{ hostBridge: "br0", interfaces: ["eth0"] }, inside("eth0", "eth0", veth, "eth0")],
    [{ ...pair6, interfaces: ["eth1:host0"] }, inside("eth1:host0", "host0", veth, "eth1")],
    [{ interfaces: ["eth1:lo"] }, inside("eth1:lo", "lo", "which every network has for itself", "eth1")],
  ];

  test("A18: interfaces may be HOST:INSIDE, and have any name that the kernel takes", () => {
    const words = ["_vlan", "eth1:mv0", "eth2:_x", "br0.42@if7", "fifteen-letters:fifteen-lettera", "eth3:eth0"];
    expect(refused({ interfaces: words })).toEqual([]);
    expect(parseNetwork({ interfaces: words }, {}, []).interfaces).toEqual(words);
    expect(refused({ macvlans: ["eth1:a", "eth1:b", "eth1", "eth2"] })).toEqual([]);
  });

  test("F5a: is private because of what only a private network has, and the plan says that NixOS takes it otherwise", () => {
    const note = (fields: string): string =>
      `it gets a private network because of network.${fields}, where a containers.<name> of NixOS shares the host's network until privateNetwork = true: set privateNetwork to say which is meant`;
    expect(parseNetwork(pair, {}, []).notes).toEqual([note("hostAddress, localAddress")]);
    expect(parseNetwork({ hostBridge: "br0" }, {}, []).notes).toEqual([note("hostBridge")]);
    expect(parseNetwork({ localMacAddress: "02:00:00:00:00:01" }, {}, []).notes).toEqual([note("localMacAddress")]);
    for (const props of [{ ...pair, privateNetwork: true }, {}, { privateNetwork: true }, { macvlans: ["eth0"] }]) {
      expect(parseNetwork(props, {}, []).notes).toBeUndefined();
    }
  });

  test("F5b: is the host's with privateNetwork: false, whatever stands beside it, and the plan says what is ignored", () => {
    const dead = {
      hostAddress: "127.0.0.1",
      localAddress: "127.0.0.2",
      hostBridge: "br0",
      localMacAddress: "zz",
      forwardPorts: [{ hostPort: 80 }],
    };
    expect(refused({ ...dead, privateNetwork: false })).toEqual([]);
    expect(parseNetwork({ ...dead, privateNetwork: false, macvlans: ["eth1"] }, {}, [])).toEqual({
      privateNetwork: false,
      forwardPorts: [],
      interfaces: [],
      macvlans: ["eth1"],
      extraVeths: [],
      notes: [
        "it has only its interfaces: network.hostAddress, localAddress, localMacAddress, hostBridge, forwardPorts are ignored, as NixOS does",
      ],
    });
    expect(refused({ ...dead, privateNetwork: true })).not.toEqual([]);
    expect(refused({ ...pair, privateNetwork: false, networkNamespace: "/run/netns/blue" })).toEqual([]);
  });

  test("F5c: may have one address of the two, with a note of what it lacks", () => {
    const own = { privateNetwork: true };
    const lacks = (props: NetworkProps): readonly string[] => parseNetwork({ ...own, ...props }, {}, []).notes ?? [];
    expect(lacks({ localAddress: "10.0.0.2" })).toEqual([
      "network.localAddress stands without network.hostAddress: the container has no route to other machines",
    ]);
    expect(lacks({ hostAddress6: "fd00::1" })).toEqual([
      "network.hostAddress6 stands without network.localAddress6: the container has no such address but by its config",
    ]);
    expect(refused({ localAddress: "10.0.0.2" })).toEqual([]);
    expect(lacks(pair)).toEqual([]);
    expect(lacks({ hostBridge: "br0", localAddress: "10.0.0.2/24" })).toEqual([]);
  });

  test("F5c: may carry a prefix that spans one address, off a bridge too", () => {
    expect(parseNetwork({ ...pair, localAddress: "10.0.0.2/32" }, {}, []).localAddress).toBe("10.0.0.2");
    expect(parseNetwork({ ...pair6, localAddress6: "fd00::2/128" }, {}, []).localAddress6).toBe("fd00::2");
    expect(refused({ ...pair, localAddress: "10.0.0.2/32" })).toEqual([]);
    expect(parseNetwork({ ...bridge, localAddress: "10.0.0.2/32" }, {}, []).localAddress).toBe("10.0.0.2/32");
  });

  test("F5d: takes null for none, as NixOS writes it", () => {
    const nothing = {
      privateNetwork: null,
      hostAddress: null,
      localAddress: null,
      hostAddress6: null,
      localAddress6: null,
      localMacAddress: null,
      hostBridge: null,
      networkNamespace: null,
    };
    expect(parseNetwork(nothing, {}, [])).toEqual(parseNetwork({}, {}, []));
    expect(refused(nothing)).toEqual([]);
    const ports = { ...pair, hostBridge: null, forwardPorts: [{ hostPort: 80, containerPort: null, protocol: null }] };
    expect(parseNetwork(ports, {}, []).forwardPorts).toEqual([{ protocol: "tcp", hostPort: 80, containerPort: 80 }]);
  });

  const wrong: readonly (readonly [NetworkProps, string])[] = [
    [
      { ...pair, localAddress: "10.0.0.300" },
      'network.localAddress "10.0.0.300" is not an IPv4 address → write it like "192.168.100.11"',
    ],
    [
      { ...pair, localAddress: "10.0.0.2\nHOST_BRIDGE=br0" },
      'network.localAddress "10.0.0.2\\nHOST_BRIDGE=br0" is not an IPv4 address',
    ],
    [
      { ...pair, localAddress: "fd00::2" },
      'network.localAddress "fd00::2" is an IPv6 address → give an IPv4 address, or use network.localAddress6',
    ],
    [
      { ...pair6, hostAddress6: "10.0.0.1" },
      'network.hostAddress6 "10.0.0.1" is an IPv4 address → give an IPv6 address, or use network.hostAddress',
    ],
    [
      { ...pair, localAddress: "10.0.0.2/24" },
      'network.localAddress "10.0.0.2/24" has a prefix length, which only a local address on a bridge may have → write "10.0.0.2"',
    ],
    [{ ...bridge, hostAddress: "10.0.0.1/24" }, 'network.hostAddress "10.0.0.1/24" has a prefix length'],
    [
      { ...bridge, localAddress: "10.0.0.2" },
      'network.localAddress "10.0.0.2" has no prefix length, which a container on a bridge needs → write "10.0.0.2/24"',
    ],
    [
      { ...pair, localAddress: "10.0.0.1" },
      "network.hostAddress and network.localAddress are both 10.0.0.1 → give the two sides different addresses",
    ],
    [
      { ...pair, localAddress: "0.0.0.0" },
      'network.localAddress "0.0.0.0" stands for no address at all → give an address that one machine alone can have, like "192.168.100.11"',
    ],
    [{ ...pair, hostAddress: "127.0.0.53" }, 'network.hostAddress "127.0.0.53" is a loopback address'],
    [{ ...pair, localAddress: "224.0.0.1" }, 'network.localAddress "224.0.0.1" is a multicast address'],
    [{ ...pair, localAddress: "255.255.255.255" }, "is the broadcast address, which stands for every machine"],
    [{ ...pair6, localAddress6: "::" }, 'network.localAddress6 "::" stands for no address at all'],
    [{ ...pair6, hostAddress6: "::1" }, 'network.hostAddress6 "::1" is a loopback address'],
    [{ ...pair6, localAddress6: "ff02::1" }, 'network.localAddress6 "ff02::1" is a multicast address'],
    [
      { ...pair6, localAddress6: "::ffff:10.0.0.2" },
      'network.localAddress6 "::ffff:10.0.0.2" is an IPv4 address written as an IPv6 one, which no interface can have → give an address that one machine alone can have, like "fd00::11"',
    ],
    [{ ...bridge, hostAddress: "224.0.0.1" }, 'network.hostAddress "224.0.0.1" is a multicast address'],
    [
      { ...bridge, localAddress: "127.0.0.1/8" },
      'network.localAddress "127.0.0.1/8" is a loopback address, which never leaves its own machine → give an address that one machine alone can have, like "192.168.100.11/24"',
    ],
    [
      { ...bridge, localAddress: "10.0.0.2/0" },
      'network.localAddress "10.0.0.2/0" has the prefix length 0, by which every address would be its neighbour → write "10.0.0.2/24", with the bridge\'s own prefix length',
    ],
    [{ hostBridge: "br0", localAddress6: "fd00::2/0" }, 'network.localAddress6 "fd00::2/0" has the prefix length 0'],
    [
      { ...bridge, localAddress: "10.0.4.0/22" },
      'network.localAddress "10.0.4.0/22" is the network address of 10.0.4.0/22, which no machine in it can have → give the container another address of that network',
    ],
    [
      { ...bridge, localAddress: "10.0.0.7/30" },
      'network.localAddress "10.0.0.7/30" is the broadcast address of 10.0.0.4/30',
    ],
    [
      { ...bridge, localAddress: "10.0.0.2/33" },
      'network.localAddress "10.0.0.2/33" has the prefix length 33, and IPv4 has none above 32 → write "10.0.0.2/24", with the bridge\'s own prefix length',
    ],
    [
      { hostBridge: "br0", localAddress6: "fd00::2/129" },
      'network.localAddress6 "fd00::2/129" has the prefix length 129, and IPv6 has none above 128 → write "fd00::2/64"',
    ],
    [
      { ...bridge, localAddress: "10.0.0.300/24" },
      'network.localAddress "10.0.0.300/24" is not an IPv4 address → write it like "192.168.100.11/24"',
    ],
    [
      { ...pair, localAddress: "10.0.0.2/33" },
      'network.localAddress "10.0.0.2/33" has a prefix length, which only a local address on a bridge may have → write "10.0.0.2"',
    ],
    [
      { ...pair, localMacAddress: "01:00:00:00:00:01" },
      'network.localMacAddress "01:00:00:00:00:01" is not the MAC address of an interface',
    ],
    [{ ...bridge, hostBridge: "br 0" }, 'network.hostBridge "br 0" is not the name of an interface'],
    [{ interfaces: ["eth1", "eth1"] }, 'network.interfaces names "eth1" twice → name it once'],
    ...a18,
    [{ macvlans: ['eth0"'] }, 'network.macvlans "eth0\\"" is not the name of an interface'],
    [
      { forwardPorts: [{ hostPort: 80 }] },
      'network.forwardPorts is given for a container without an address → set localAddress: "auto", hostAddress and localAddress, or hostBridge; on the host\'s own network (privateNetwork: false) its ports need no forwarding',
    ],
    [
      { ...pair, forwardPorts: [{ hostPort: 0 }] },
      "network.forwardPorts[0].hostPort 0 is not a port → use a whole number from 1 to 65535",
    ],
    [
      { ...pair, forwardPorts: [{ hostPort: 80, containerPort: 65536 }] },
      "network.forwardPorts[0].containerPort 65536 is not a port",
    ],
    [
      { ...pair, forwardPorts: [{ hostPort: 80.5, containerPort: 80 }] },
      "network.forwardPorts[0].hostPort 80.5 is not a port",
    ],
    [
      { ...pair, forwardPorts: [{ hostPort: 80 }, { hostPort: 80, containerPort: 81 }] },
      "network.forwardPorts[1] forwards tcp port 80 of the host a second time → forward each port once",
    ],
    [
      { ...pair, forwardPorts: [{ hostPort: 80, protocol: "sctp" as "tcp" }] },
      'network.forwardPorts[0].protocol "sctp" is neither "tcp" nor "udp"',
    ],
    [
      { networkNamespace: "netns/blue" },
      'network.networkNamespace "netns/blue" is not absolute → write it like "/run/netns/blue"',
    ],
    [
      { networkNamespace: "/run/netns/\udc00" },
      'network.networkNamespace "/run/netns/\\udc00" contains half a character',
    ],
    [
      { interfaces: ["eth1:lan0"], extraVeths: { lan0: {} } },
      'network.interfaces "eth1:lan0" would be "lan0" in the container, which is one of network.extraVeths',
    ],
    [
      { macvlans: ["eth0"], extraVeths: { "mv-eth0": {} } },
      'network.macvlans "eth0" would be "mv-eth0" in the container, which is one of network.extraVeths',
    ],
    [
      { networkNamespace: "/run/netns/blue", privateNetwork: true },
      "network.networkNamespace excludes the private network",
    ],
    [
      { networkNamespace: "/run/netns/blue", interfaces: ["eth1"] },
      "network.networkNamespace excludes the private network",
    ],
  ];
  test.each(wrong)("must not be %j", (props, words) => {
    expect(refused(props).join("\n")).toContain(words);
    expect(refused(props)).toHaveLength(1);
  });

  test("has a namespace's path without slashes that mean nothing", () => {
    expect(parseNetwork({ networkNamespace: "//run//netns/blue/" }, {}, []).networkNamespace).toBe("/run/netns/blue");
  });

  test("is not told that what is no port is forwarded twice", () => {
    expect(refused({ ...pair, forwardPorts: [{ hostPort: 0 }, { hostPort: 0 }] })).toEqual([
      "network.forwardPorts[0].hostPort 0 is not a port → use a whole number from 1 to 65535",
      "network.forwardPorts[1].hostPort 0 is not a port → use a whole number from 1 to 65535",
    ]);
  });

  test("is told all that is wrong with it at once", () => {
    expect(refused({ hostAddress: "x", localAddress: "y", macvlans: ["a b"] })).toHaveLength(3);
  });
});
