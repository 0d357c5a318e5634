import { parseSettings } from "../../../src/model/container";
import { linesOf } from "../../../src/model/options";
import { keyed, left, refused } from "./left";

const pair = { hostAddress: "10.77.0.1", localAddress: "10.77.0.2" };
const ip = "ExecStartPost=/usr/bin/env ip ";

const inside = (network: object): string[] =>
  linesOf(parseSettings("web", { network }, {}, []), { systemControl: "writable" })
    .filter(({ place }) => place === "module")
    .map(({ key, value }) => `${key} = ${value}`);

describe("network.extraVeths", () => {
  test("are a flag each, the host's end set up after the start, the other inside", () => {
    const network = { extraVeths: { wan0: {}, lan0: { ...pair, localAddress6: "FD00::2", hostAddress6: "fd00::1" } } };
    expect(left({ network })).toEqual({
      conf: ["CDKTF_NIXOS_EXTRA_VETHS=lan0,,10.77.0.1,10.77.0.2,fd00::1,fd00::2 wan0,,,,,"],
      flags: ["--network-veth-extra=lan0", "--network-veth-extra=wan0"],
      dropIn: [
        "[Service]",
        `${ip}link set dev lan0 up`,
        `${ip}addr add 10.77.0.1 dev lan0`,
        `${ip}route add 10.77.0.2 dev lan0`,
        `${ip}-6 addr add fd00::1 dev lan0`,
        `${ip}-6 route add fd00::2 dev lan0`,
        `${ip}link set dev wan0 up`,
      ],
    });
    expect(inside(network)).toEqual([
      'networking.interfaces."lan0".ipv4.addresses = [ { address = "10.77.0.2"; prefixLength = 32; } ]',
      'networking.interfaces."lan0".ipv4.routes = [ { address = "10.77.0.1"; prefixLength = 32; } ]',
      'networking.interfaces."lan0".ipv6.addresses = [ { address = "fd00::2"; prefixLength = 128; } ]',
      'networking.interfaces."lan0".ipv6.routes = [ { address = "fd00::1"; prefixLength = 128; } ]',
    ]);
  });

  test("are plugged into a bridge, with the prefix of its network", () => {
    const network = { extraVeths: { lan0: { hostBridge: "br0", localAddress: "10.77.0.2/24" } } };
    expect(left({ network }).dropIn).toEqual([
      "[Service]",
      `${ip}link set dev lan0 master br0`,
      `${ip}link set dev lan0 up`,
    ]);
    expect(inside(network)).toEqual([
      'networking.interfaces."lan0".ipv4.addresses = [ { address = "10.77.0.2"; prefixLength = 24; } ]',
    ]);
    const nulls = { lan0: { hostBridge: null, hostAddress: null, localAddress: null } };
    expect(left({ network: { extraVeths: nulls } })).toEqual(left({ network: { extraVeths: { lan0: {} } } }));
    expect(left({ network: { extraVeths: null } })).toEqual(left({}));
  });

  const name = "give a name of at most 15 letters, digits and ._@+=~,- as `ip link` shows it";
  test.each<[unknown, string]>([
    [["lan0"], "network.extraVeths is an array, not a record → give a record"],
    [{ lan0: "10.0.0.1" }, 'network.extraVeths.lan0 is "10.0.0.1", not an object → give an object'],
    [
      { lan0: { address: "10.0.0.1" } },
      expect.stringContaining("network.extraVeths.lan0.address is not a setting") as never,
    ],
    [{ sixteencharslong: {} }, `network.extraVeths "sixteencharslong" is not the name of an interface → ${name}`],
    [{ "lan0:in0": {} }, `network.extraVeths "lan0:in0" is not the name of an interface → ${name}`],
    [{ "a b": {} }, `network.extraVeths "a b" is not the name of an interface → ${name}`],
    [
      { eth0: {} },
      'network.extraVeths "eth0" is the name of another interface of containers → give it a name of its own, like "lan0"',
    ],
    [
      { lan0: { hostBridge: "b r" } },
      `network.extraVeths.lan0.hostBridge "b r" is not the name of an interface → ${name}`,
    ],
    [
      { lan0: { localAddress: "10.0.0" } },
      'network.extraVeths.lan0.localAddress "10.0.0" is not an IPv4 address → write it like "192.168.100.11"',
    ],
    [
      { lan0: { localAddress: "10.0.0.2/24" } },
      'network.extraVeths.lan0.localAddress "10.0.0.2/24" has a prefix length, which only a local address on a bridge may have → write "10.0.0.2"',
    ],
    [
      { lan0: { hostBridge: "br0", localAddress: "10.0.0.2" } },
      'network.extraVeths.lan0.localAddress "10.0.0.2" has no prefix length, which a container on a bridge needs → write "10.0.0.2/24", with the bridge\'s own prefix length',
    ],
    [
      keyed("__proto__", {}),
      "network.extraVeths.__proto__ is a name that JavaScript keeps for itself → call it otherwise",
    ],
  ])("must not be %j", (extraVeths, words) => expect(refused({ network: { extraVeths } })).toEqual([words]));

  test("must not have an address twice in one container", () => {
    const twice = (field: string) =>
      `network.extraVeths.${field} 10.77.0.2 is an address of the container already → give each of its interfaces one of its own`;
    expect(refused({ network: { extraVeths: { a0: pair, b0: pair } } })).toEqual([twice("b0.localAddress")]);
    expect(refused({ network: { ...pair, extraVeths: { a0: pair } } })).toEqual([twice("a0.localAddress")]);
  });

  test("must not be called inside as another interface of the container is", () => {
    expect(refused({ network: { extraVeths: { lan0: {} }, interfaces: ["eth1:lan0"] } })).toEqual([
      'network.interfaces "eth1:lan0" would be "lan0" in the container, which is one of network.extraVeths → give it another name there: "eth1:lan1"',
    ]);
    expect(refused({ network: { extraVeths: { "mv-eth1": {} }, macvlans: ["eth1"] } })).toHaveLength(1);
  });

  test("exclude a namespace of the host's, as systemd-nspawn does", () => {
    expect(refused({ network: { extraVeths: { lan0: {} }, networkNamespace: "/run/netns/x" } })).toEqual([
      "network.networkNamespace excludes the private network, its addresses and ports, and interfaces → leave those out: the namespace brings its own interfaces",
    ]);
  });

  test("leave commands of the unit to those who write them, unless they are the very same", () => {
    const network = { extraVeths: { lan0: pair } };
    const post = (words: string) => ({
      network,
      unit: { serviceConfig: { ExecStartPost: `/usr/bin/env ip ${words}` } },
    });
    expect(refused(post("route add 10.99.0.0/16 via 10.77.0.2"))).toEqual([]);
    expect(refused(post("link set dev lan0 mtu 1400"))).toEqual([]);
    expect(refused(post("link set dev lan0 up"))).toEqual([
      'unit.serviceConfig.ExecStartPost "/usr/bin/env ip link set dev lan0 up" is what network.extraVeths.lan0 writes → leave it out',
    ]);
    expect(refused(post("addr add 10.77.0.9 dev lan0"))).toHaveLength(1);
  });
});
