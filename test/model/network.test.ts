import { type NetworkProps, parseNetwork } from "../../src/model/network";
import { gathered } from "./problems";

const refused = (props: NetworkProps): string[] => gathered((problems) => parseNetwork(props, {}, problems));
const pair = { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };
const pair6 = { hostAddress6: "fd00::1", localAddress6: "fd00::2" };
const bridge = { hostBridge: "br0", localAddress: "10.0.0.2/24" };

describe("a network", () => {
  test("is the host's, when nothing is said", () => {
    expect(parseNetwork({}, {}, [])).toEqual({ privateNetwork: false, forwardPorts: [], interfaces: [], macvlans: [] });
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
    expect(parseNetwork(props, {}, [])).toEqual({
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
    { hostAddress: "169.254.1.1", localAddress: "10.0.0.255", hostAddress6: "fe80::1", localAddress6: "fd00::2" },
    { ...bridge, hostAddress: "192.168.0.1" },
    { hostBridge: "br0", localAddress: "10.0.0.0/31", localAddress6: "fd00::/64" },
    { hostBridge: "br0", localAddress: "10.0.0.255/32" },
  ];
  test.each(sound.map((props) => [JSON.stringify(props), props] as const))("may be %s", (_, props) => {
    expect(refused(props)).toEqual([]);
  });

  const wrong: readonly (readonly [NetworkProps, string])[] = [
    [
      { hostAddress: "10.0.0.1" },
      'network.hostAddress "10.0.0.1" stands without network.localAddress → set network.localAddress too, or neither',
    ],
    [
      { localAddress: "10.0.0.2" },
      'network.localAddress "10.0.0.2" stands without network.hostAddress → set network.hostAddress too, or neither',
    ],
    [{ hostAddress6: "fd00::1" }, 'network.hostAddress6 "fd00::1" stands without network.localAddress6'],
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
    [{ macvlans: ['eth0"'] }, 'network.macvlans "eth0\\"" is not the name of an interface'],
    [
      { forwardPorts: [{ hostPort: 80 }] },
      "network.forwardPorts is given for a container without an address → set hostAddress and localAddress, or hostBridge",
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
      { ...pair, privateNetwork: false },
      "network.privateNetwork is false beside an address, bridge, MAC address or port",
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
