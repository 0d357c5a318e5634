import { checkContainerNetwork, poolOf } from "../../src/model/container-network";
import { parseSettings } from "../../src/model/container";
import type { Problem } from "../../src/model/error";
import { hostProblems } from "../../src/model/host";
import type { NetworkProps } from "../../src/model/options/network/network";
import { numberAddress, subnetText, tryParseSubnet } from "../../src/model/subnet";
import { fc } from "../support/properties";

function parsed(network: NetworkProps): { readonly auto?: readonly string[]; readonly said: readonly string[] } {
  const problems: Problem[] = [];
  const { auto } = parseSettings("web", { network }, {}, problems).network;
  return { ...(auto && { auto }), said: problems.map(({ what, remedy }) => `${what} → ${remedy}`) };
}

const own = { privateNetwork: true } as const;

describe("an address is chosen", () => {
  test.each<[NetworkProps, readonly string[]]>([
    [own, ["localAddress"]],
    [{ ...own, forwardPorts: [{ hostPort: 80 }] }, ["localAddress"]],
    [
      { ...own, interfaces: [], macvlans: [], hostBridge: null, localMacAddress: "02:00:00:00:00:01" },
      ["localAddress"],
    ],
    [{ ...own, extraVeths: {} }, ["localAddress"]],
    [{ localAddress: "auto" }, ["localAddress"]],
    [{ localAddress6: "auto" }, ["localAddress6"]],
    [{ ...own, localAddress6: "auto" }, ["localAddress6"]],
    [{ localAddress: "auto", localAddress6: "auto" }, ["localAddress", "localAddress6"]],
    [{ hostBridge: "br0", localAddress: "auto", hostAddress: "10.0.0.1" }, ["localAddress"]],
    [{ macvlans: ["eth0"], localAddress: "auto" }, ["localAddress"]],
  ])("in %j", (network, auto) => {
    expect(parsed(network)).toEqual({ auto, said: [] });
  });
});

describe("no address is chosen", () => {
  test.each<[NetworkProps]>([
    [{}],
    [{ ...own, localAddress: null }],
    [{ ...own, hostBridge: "br0" }],
    [{ ...own, interfaces: ["eth1"] }],
    [{ ...own, macvlans: ["eth1"] }],
    [{ ...own, extraVeths: { lan0: { localAddress: "10.0.0.2" } } }],
    [{ ...own, hostAddress: "10.0.0.1" }],
    [{ ...own, localAddress6: "fd00::2", hostAddress6: "fd00::1" }],
    [{ privateNetwork: false, localAddress: "auto" }],
    [{ localMacAddress: "02:00:00:00:00:01" }],
  ])("in %j", (network) => {
    expect(parsed(network)).toEqual({ said: [] });
  });
});

test.each<[NetworkProps, string]>([
  [
    { hostAddress: "auto" },
    'network.hostAddress is "auto", which only a local address can be → leave it out: network.localAddress: "auto" chooses both ends',
  ],
  [
    { hostAddress: "10.0.0.1", localAddress: "auto" },
    'network.hostAddress "10.0.0.1" stands beside network.localAddress: "auto", which chooses both ends → leave network.hostAddress out, or give both',
  ],
  [
    { networkNamespace: "/run/netns/blue", localAddress: "auto" },
    "network.networkNamespace excludes the private network, its addresses and ports, and interfaces → leave those out: the namespace brings its own interfaces",
  ],
  [{ localAddress: "Auto" }, 'network.localAddress "Auto" is not an IPv4 address → write it like "192.168.100.11"'],
])("%j is refused", (network, said) => {
  expect(parsed(network).said).toContain(said);
});

describe("the pool of a host", () => {
  const said = (containerNetwork: object): string[] => {
    const problems = hostProblems({ address: "web1", containerNetwork }, {});
    return problems.map(({ what, remedy }) => `${what} → ${remedy}`);
  };

  test.each([
    [{ pool: "10.0.0.0/8" }],
    [{ pool: "172.20.0.0/16", pool6: "fd12:3456:789a::/48" }],
    [{ pool: "192.168.7.0/30", pool6: "2001:db8::/64" }],
    [{}],
  ])("may be %j", (network) => {
    expect(said(network)).toEqual([]);
  });

  test.each([
    [{ pool: "10.233.1.2" }, '"10.233.1.2" is not an IPv4 network → write it like "10.233.0.0/16"'],
    [{ pool: "a/16" }, '"a/16" is not an IPv4 network → write it like "10.233.0.0/16"'],
    [{ pool: "fd00::/48" }, '"fd00::/48" is an IPv6 network → give an IPv4 network, or use containerNetwork.pool6'],
    [{ pool6: "10.0.0.0/8" }, '"10.0.0.0/8" is an IPv4 network → give an IPv6 network, or use containerNetwork.pool'],
    [{ pool: "10.0.0.0/31" }, '"10.0.0.0/31" has no room for a pair of addresses → give one of /30 or wider'],
    [{ pool: "10.233.1.0/16" }, '"10.233.1.0/16" does not begin where a network of /16 begins → write "10.233.0.0/16"'],
    [{ pool: "127.1.0.0/16" }, '"127.1.0.0/16" is of 127.0.0.0/8, and containers cannot have its addresses'],
    [{ pool: "240.0.0.0/8" }, '"240.0.0.0/8" is of 224.0.0.0/3, and containers cannot have its addresses'],
    [{ pool6: "fe80::/64" }, '"fe80::/64" is of fe80::/10, and containers cannot have its addresses'],
    [{ pool: "0.0.0.0/0" }, "is wider than any network of one's own, and containers cannot have its addresses"],
    [{ pol: "10.0.0.0/8" }, "containerNetwork.pol is not a setting → did you mean pool?"],
    [{ pool: 10 }, "containerNetwork.pool is 10, not a string"],
  ])("may not be %j", (network, text) => {
    expect(said(network).join("\n")).toContain(text);
  });

  test("has the pairs of nixos-container", () => {
    const { first, step, from, to } = poolOf("10.233.0.0/16");
    const host = (number: bigint): string => numberAddress("ipv4", first + number * step + 1n);
    expect([host(from), host(to)]).toEqual(["10.233.1.1", "10.233.254.1"]);
  });

  test("has room where it is said to have", () => {
    for (const pool of [
      "10.0.0.0/8",
      "10.4.0.0/15",
      "10.0.0.0/17",
      "10.0.0.0/30",
      "fd00::/8",
      "fd00::/56",
      "fd00::/57",
      "fd00::/126",
    ]) {
      checkContainerNetwork(pool.includes(":") ? { pool6: pool } : { pool }, (what) => {
        throw new Error(what);
      });
      expect(poolOf(pool).to).toBeGreaterThanOrEqual(poolOf(pool).from);
    }
  });
});

test("a network is read as it is written", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.constantFrom("fd00::1", "2001:db8::", "::ffff:0:1")),
      fc.integer({ min: 0, max: 32 }),
      (text, prefix) => {
        const subnet = tryParseSubnet(`${text}/${prefix}`);
        if (!subnet) throw new Error("it is one");
        expect(tryParseSubnet(subnetText(subnet))).toEqual(subnet);
      },
    ),
  );
});
