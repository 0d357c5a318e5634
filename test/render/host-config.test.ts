import type { ObservedHost } from "../../src/model/observed";
import { type HostNeed, hostNeeds } from "../../src/plan";
import { hostConfigText } from "../../src/render";
import { describeWithNix, runNix } from "../nix/with-nix";
import { app, container, seen, unseen, type Wanted } from "../plan/support/model";

const pair = { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };

/** One of each that needs something. */
const wanted: Readonly<Record<string, Wanted>> = {
  web: { network: { ...pair, forwardPorts: [{ hostPort: 8080, containerPort: 80 }] } },
  six: { network: { privateNetwork: true, hostAddress6: "fd00::1", localAddress6: "fd00::2" } },
  lan: { network: { privateNetwork: true, hostBridge: "br7", localAddress: "192.0.2.7/24" } },
  pub: {
    network: {
      privateNetwork: true,
      hostBridge: "br7",
      localAddress: "192.0.2.8/24",
      forwardPorts: [{ hostPort: 81 }],
    },
  },
  extra: { network: { privateNetwork: true, localAddress: null, extraVeths: { lan0: { hostBridge: "br8" } } } },
  blue: { network: { networkNamespace: "/run/netns/blue" } },
  red: { network: { networkNamespace: "/srv/red" } },
  db: {
    bindMounts: { "/var/lib/db": { hostPath: "/tank/$db${x}", isReadOnly: false }, "/dev/dri": {}, "/run/secret": {} },
  },
  vpn: { enableTun: true, allowedDevices: [{ node: "/dev/fuse" }, { node: "/dev/dri/card0" }] },
  app: { credentials: { key: { hostPath: "/run/agenix/key" } } },
};
const containers = Object.entries(wanted).map(([name, settings]) => container(name, settings));
const off = (...some: typeof containers) =>
  hostNeeds(app([unseen("shop/web1", { kind: "unobserved", reason: "off" })], some));
const on = (change: Partial<ObservedHost>, ...some: typeof containers): readonly HostNeed[] =>
  hostNeeds(app([seen("shop/web1", [], change)], some));
const only = (name: string) => container(name, wanted[name] ?? {});

test("a host that was not looked at is told everything, with the containers of each line", () => {
  expect(hostConfigText(off(...containers))).toBe(`\
# web1 (web1.example.org): what its NixOS configuration needs for the containers that the code declares.
# It was not looked at: what it has already stands here too.
# app: /run/agenix/key must be decrypted before it starts, for its credential key: age.secrets or sops.secrets
# pub: tcp port 81: nothing to open, networking.firewall of the host does not see forwarded ports; the container's own does
# red: something must make the network namespace /srv/red before it starts
# web: tcp port 8080: nothing to open, networking.firewall of the host does not see forwarded ports; the container's own does
{ pkgs, ... }:
{
  boot.enableContainers = true; # app, blue, db, extra, lan, pub, red, six, vpn, web
  systemd.services."netns-blue".wantedBy = [
    "multi-user.target" # blue
  ];
  systemd.services."netns-blue".before = [
    "container@blue.service" # blue
  ];
  systemd.services."netns-blue".serviceConfig = { Type = "oneshot"; RemainAfterExit = true; ExecStart = "\${pkgs.iproute2}/bin/ip netns add blue"; ExecStop = "\${pkgs.iproute2}/bin/ip netns delete blue"; }; # blue
  systemd.tmpfiles.rules = [
    "d /tank/$db\\\${x} 0755 root root -" # db ("f" in place of "d" for an empty file)
  ];
  networking.bridges."br8".interfaces = [ ]; # extra (the interfaces of the host that it joins, such as "eth0"; none for the containers alone)
  networking.bridges."br7".interfaces = [ ]; # lan, pub (the interfaces of the host that it joins, such as "eth0"; none for the containers alone)
  boot.kernel.sysctl."net.ipv4.ip_forward" = 1; # pub
  networking.nat.enable = true; # six, web
  networking.nat.enableIPv6 = true; # six
  networking.nat.internalInterfaces = [
    "ve-+" # six, web ("ve-*" where networking.nftables is enabled)
  ];
  networking.nat.externalInterface = "eth0"; # six, web (the host's way out, as \`ip route show default\` names it)
  boot.kernelModules = [
    "fuse" # vpn (makes /dev/fuse)
  ];
}
`);
});

test("a host that has it all is told nothing", () => {
  const sources = new Map([
    ["/tank/$db${x}", "dir" as const],
    ["/run/netns/blue", "file" as const],
  ]);
  const has = on(
    { sources, bridges: ["br7", "br8"], interfaces: ["eth0"] },
    ...["web", "lan", "pub", "extra", "db", "blue", "vpn"].map(only),
  );
  expect(
    hostConfigText(has)
      .split("\n")
      .filter((line) => !line.startsWith("#")),
  ).toEqual(["{ }", ""]);
  expect(hostConfigText(has)).toContain("# What it was seen to have already is left out.\n");
});

test("a host that lacks something is told that alone, in its own words", () => {
  const text = (change: Partial<ObservedHost>, name: string): string =>
    hostConfigText(on(change, only(name))).replace(/^#.*\n/gm, "");
  const nftables = { ipForward: false, network: ["nftables", "systemd-networkd"], wayOut: "enp1s0" };
  expect(text(nftables, "web")).toBe(`\
{
  networking.nat.enable = true; # web
  networking.nat.internalInterfaces = [
    "ve-*" # web
  ];
  networking.nat.externalInterface = "enp1s0"; # web
  systemd.network.networks."10-ve" = { matchConfig.Name = "ve-*"; linkConfig.Unmanaged = true; }; # web
}
`);
  expect(text({ bridges: [] }, "lan")).toContain('  networking.bridges."br7".interfaces = [ ]; # lan (');
  expect(text({ sources: new Map([["/dev/net/tun", "missing"]]) }, "vpn")).toContain(
    '    "tun" # vpn (makes /dev/net/tun)',
  );
  expect(text({ sources: new Map([["/tank/$db${x}", "missing"]]) }, "db")).toContain("systemd.tmpfiles.rules = [");
  expect(text({ troubles: [{ word: "no-unit", text: "" }] }, "db")).toContain("boot.enableContainers = true; # db");
});

test("a private network on a bridge needs no translation of addresses", () => {
  expect(hostConfigText(off(only("lan")))).not.toContain("networking.nat");
  expect(hostConfigText(off(only("web")))).toContain("networking.nat.enable");
});

test("the order of the code does not matter, hosts come one after the other, and a stack may stand alone", () => {
  expect(hostConfigText(off(...[...containers].reverse()))).toBe(hostConfigText(off(...containers)));
  const hosts = [seen("shop/web1", []), seen("shop/web2", []), seen("shop/idle", [])];
  const both = hostNeeds(app(hosts, [container("a"), container("b", { host: "shop/web2", stack: "blog" })]));
  expect(hostConfigText(both).match(/^# \S+ \(/gm)).toEqual(["# web1 (", "# web2 ("]);
  expect(hostConfigText(both, "blog").match(/^# \S+ \(/gm)).toEqual(["# web2 ("]);
  expect(hostConfigText([])).toBe("# The code declares no container.\n");
});

describeWithNix("the module that a host needs", () => {
  test("is valid Nix", () => {
    const texts = [off(...containers), on({ ipForward: false }, ...containers), on({}, only("lan"))].map((needs) =>
      hostConfigText(needs),
    );
    for (const text of texts) expect(runNix({ "main.nix": text }, "--parse")).toMatchObject({ status: 0 });
    expect(runNix({ "main.nix": `${texts[0] ?? ""} }` }, "--parse").status).not.toBe(0);
  });
});
