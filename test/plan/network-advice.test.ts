import type { ObservedHost } from "../../src/model/observed";
import type { NetworkProps } from "../../src/model/options/network/network";
import { container, converged, planOne, type Wanted } from "./support/model";

const pair: NetworkProps = { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };
const notes = (wanted: Wanted, change: Partial<ObservedHost> = {}): readonly string[] =>
  planOne(container("web", wanted), undefined, change).notes;

describe("a container with a pair of addresses on a host that forwards nothing", () => {
  const off: Partial<ObservedHost> = { ipForward: false };

  test("is told the lines that give it the internet, once", () => {
    expect(notes({ network: pair }, off)).toEqual([
      'net.ipv4.ip_forward is off on the host: the container reaches the host and nothing beyond it. For the internet, in the host\'s configuration: networking.nat = { enable = true; internalInterfaces = [ "ve-+" ]; externalInterface = "eth0"; };',
    ]);
  });

  test("is told them for nftables, with the host's own way out, and for systemd-networkd", () => {
    const [note = ""] = notes({ network: pair }, { ...off, network: ["nftables"], wayOut: "enp1s0" });
    expect(note).toContain('internalInterfaces = [ "ve-*" ]; externalInterface = "enp1s0"; };');
    expect(note).not.toContain("systemd.network");
    expect(notes({ network: pair }, { ...off, network: ["systemd-networkd"] })[0]).toContain(
      'systemd.network.networks."10-ve" = { matchConfig.Name = "ve-*"; linkConfig.Unmanaged = true; };',
    );
  });

  test("is told of its forwarded ports in the same note", () => {
    const told = notes({ network: { ...pair, forwardPorts: [{ hostPort: 80 }] } }, off);
    expect(told.filter((note) => note.includes("ip_forward"))).toHaveLength(1);
    expect(told[0]).toContain("and its forwarded ports answer on the host alone");
  });

  test("is told again when its network changes, and not when anything else does", () => {
    const was = converged(container("web", { network: pair }));
    const moved = container("web", { network: { ...pair, localAddress: "10.0.0.3" } });
    expect(planOne(moved, was, off).notes.join()).toContain("ip_forward");
    const started = container("web", { network: pair, autoStart: true });
    expect(planOne(started, was, off)).toMatchObject({ action: "update", notes: [] });
  });

  test.each<[string, NetworkProps]>([
    ["on a bridge", { privateNetwork: true, hostBridge: "br0", localAddress: "10.0.0.2/24" }],
    [
      "with IPv6 alone, whose forwarding is another's",
      { privateNetwork: true, hostAddress6: "fd00::1", localAddress6: "fd00::2" },
    ],
    ["on the host's network", {}],
  ])("is not told so %s", (_, network) => {
    expect(notes({ network }, off)).toEqual([]);
  });

  test("is not told so where the host forwards", () => {
    expect(notes({ network: pair })).toEqual([]);
  });
});

describe("a host whose resolv.conf names itself alone", () => {
  const stub: Partial<ObservedHost> = { nameservers: ["127.0.0.53"] };

  test.each(["127.0.0.53", "127.0.0.1", "::1"])("%s: names will not resolve in another network", (server) => {
    expect(notes({ network: pair }, { nameservers: [server] })).toEqual([
      `names will not resolve inside: the host's /etc/resolv.conf, which is copied into it, names ${server}, where the container's own network has nobody. Set copyResolvConf: false, and in its config: networking.useHostResolvConf = lib.mkForce false; services.resolved.enable = true; networking.nameservers = [ … ];`,
    ]);
    expect(notes({ network: { macvlans: ["eth0"] } }, { nameservers: [server] })).toHaveLength(1);
  });

  test("is well on the host's own network, with another server, without the copy, and where the config sees to it", () => {
    expect(notes({}, stub)).toEqual([]);
    expect(notes({ network: pair }, { nameservers: ["127.0.0.53", "192.0.2.1"] })).toEqual([]);
    expect(notes({ network: pair }, {})).toEqual([]);
    expect(notes({ network: pair, copyResolvConf: false }, stub)).toEqual([]);
    const files = { "a.nix": "{ services.resolved.enable = true; }" };
    expect(notes({ network: pair, files }, stub)).toEqual([]);
  });
});

describe("a forwarded port", () => {
  const forwarding = (...forwardPorts: NonNullable<NetworkProps["forwardPorts"]>): NetworkProps => ({
    ...pair,
    forwardPorts,
  });
  const open = { "a.nix": "{ networking.firewall.allowedTCPPorts = [ 80 ]; }" };

  test("is let in by the container's own firewall, of which its config must speak", () => {
    const network = forwarding(
      { hostPort: 8080, containerPort: 80 },
      { hostPort: 443 },
      { hostPort: 53, protocol: "udp" },
    );
    expect(notes({ network })).toEqual([
      "its firewall lets forwarded ports in only where its config says so: networking.firewall.allowedTCPPorts = [ 80 443 ]; networking.firewall.allowedUDPPorts = [ 53 ];",
    ]);
    expect(notes({ network, files: open })).toEqual([]);
    expect(notes({ network: forwarding({ hostPort: 2222, containerPort: 22 }) })).toEqual([]); // openssh opens its own
  });

  test("on which something of the host listens is taken from it, which is told until it is forwarded", () => {
    const network = forwarding({ hostPort: 80 });
    const listens = [80];
    expect(notes({ network, files: open }, { listens })).toEqual([
      "something on the host's own network listens on tcp port 80, which is forwarded from now on: from outside, only the container gets it",
    ]);
    expect(notes({ network, files: open }, { listens: [8080] })).toEqual([]);
    expect(notes({ network: forwarding({ hostPort: 80, protocol: "udp" }), files: open }, { listens })).toEqual([]);
    const was = converged(container("web", { network, files: open }));
    const started = container("web", { network, files: open, autoStart: true });
    expect(planOne(started, was, { listens })).toMatchObject({ action: "update", notes: [] });
  });
});
