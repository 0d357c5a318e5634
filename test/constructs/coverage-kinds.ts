import type { NixosContainerProps } from "../../constructs";

/** A container definition of a kind that coverage.md found, with the words of NixOS as far as TypeScript has them. */
export interface Kind {
  /** What of it coverage.md counts. */
  readonly title: string;
  /** The step of coverage.md's list that its kind is of; 0: what could be said before. */
  readonly step: number;
  readonly props: Partial<NixosContainerProps>;
  /** What it leaves on the host: the conf's assignments, its flags a word each, the lines of the drop-in, the module's options. */
  readonly leaves: readonly string[];
}

const pair = { privateNetwork: true, hostAddress: "192.168.100.10", localAddress: "192.168.100.11" };
const ofPair = ["PRIVATE_NETWORK=1", "HOST_ADDRESS=192.168.100.10", "LOCAL_ADDRESS=192.168.100.11"];
const jellyfin = { services: { jellyfin: { enable: true } } };
const inMemory = ["Environment=root=/run/nixos-containers/%i", "RuntimeDirectory=nixos-containers/%i"];

function kind(step: number, title: string, props: Partial<NixosContainerProps>, leaves: readonly string[] = []): Kind {
  return { step, title, props, leaves };
}

/** The options that were there, in the forms in which people write them. */
const before: readonly Kind[] = [
  kind(0, "config as an attribute set", { config: jellyfin }),
  kind(0, "config as the text of a function", {
    config:
      '{ config, pkgs, lib, ... }: { environment.systemPackages = [ pkgs.htop ]; system.stateVersion = "24.05"; }',
  }),
  kind(0, "autoStart, and null for all that is not set", {
    autoStart: true,
    network: { privateNetwork: false, hostAddress: null, localAddress: null, hostBridge: null, forwardPorts: null },
  }),
  kind(0, "privateNetwork, hostAddress, localAddress", { network: pair }, ofPair),
  kind(
    0,
    "hostAddress6 and localAddress6",
    {
      network: { ...pair, hostAddress6: "fc00::1", localAddress6: "fc00::2" },
    },
    [...ofPair, "HOST_ADDRESS6=fc00::1", "LOCAL_ADDRESS6=fc00::2"],
  ),
  kind(0, "localAddress alone", { network: { privateNetwork: true, localAddress: "10.0.0.5" } }, [
    "PRIVATE_NETWORK=1",
    "LOCAL_ADDRESS=10.0.0.5",
  ]),
  kind(0, "hostBridge, its address by DHCP", { network: { privateNetwork: true, hostBridge: "br0" } }, [
    "PRIVATE_NETWORK=1",
    "HOST_BRIDGE=br0",
  ]),
  kind(
    0,
    "hostBridge with addresses, and a MAC address",
    {
      network: {
        privateNetwork: true,
        hostBridge: "br0",
        localAddress: "192.0.2.20/24",
        localAddress6: "2001:db8::20/64",
        localMacAddress: "02:00:00:00:00:20",
      },
    },
    [
      "PRIVATE_NETWORK=1",
      "LOCAL_ADDRESS=192.0.2.20/24",
      "LOCAL_ADDRESS6=2001:db8::20/64",
      "LOCAL_MAC_ADDRESS=02:00:00:00:00:20",
      "HOST_BRIDGE=br0",
    ],
  ),
  kind(
    0,
    "forwardPorts",
    {
      network: { ...pair, forwardPorts: [{ protocol: "tcp", hostPort: 8080, containerPort: 80 }, { hostPort: 53 }] },
    },
    [...ofPair, "HOST_PORT=tcp:8080:80,tcp:53:53"],
  ),
  kind(0, "F5: addresses and ports beside privateNetwork = false, which NixOS ignores", {
    network: {
      privateNetwork: false,
      hostAddress: "127.0.0.1",
      localAddress: "127.0.0.2",
      forwardPorts: [{ hostPort: 80 }],
    },
  }),
  kind(
    0,
    "macvlans and interfaces",
    {
      autoStart: false,
      network: { privateNetwork: true, macvlans: ["eno1", "eno2:wan"], interfaces: ["eth1.20"] },
    },
    ["PRIVATE_NETWORK=1", "INTERFACES=eth1.20", "MACVLANS=eno1 eno2:wan"],
  ),
  kind(0, "networkNamespace", { network: { networkNamespace: "/run/netns/wg" } }, [
    "NETWORK_NAMESPACE_PATH=/run/netns/wg",
  ]),
  kind(
    0,
    "bindMounts as a set",
    {
      bindMounts: { "/media": { hostPath: "/tank/media", isReadOnly: false }, "/etc/keys": {} },
    },
    ["--bind-ro=/etc/keys:/etc/keys", "--bind=/tank/media:/media", "RequiresMountsFor=/etc/keys /tank/media"],
  ),
  kind(
    0,
    "F12: bindMounts by names that are no paths, hostPath = null",
    {
      bindMounts: { media: { mountPoint: "/media", hostPath: null } },
    },
    ["--bind-ro=/media:/media", "RequiresMountsFor=/media"],
  ),
  kind(0, "bindMounts as a list", { bindMounts: [{ mountPoint: "/media", hostPath: "/tank", isReadOnly: true }] }, [
    "--bind-ro=/tank:/media",
    "RequiresMountsFor=/tank",
  ]),
  kind(0, "F8: bindMounts below /nix/var", { bindMounts: { "/nix/var/log/nix": {} } }, [
    "--bind-ro=/nix/var/log/nix:/nix/var/log/nix",
    "RequiresMountsFor=/nix/var/log/nix",
  ]),
  kind(0, "timeoutStartSec", { timeoutStartSec: "5min" }, ["TimeoutStartSec=300"]),
  kind(0, "useHostResolvConf off, on the outside too", { copyResolvConf: false }, ["(no COPY_RESOLV_CONF)"]),
];

const steps: readonly Kind[] = [
  kind(1, "ephemeral", { ephemeral: true }, ["--link-journal=no", ...inMemory]),
  kind(
    1,
    "ephemeral, with what shall stay in bindMounts",
    {
      ephemeral: true,
      bindMounts: { "/var/lib/postgresql": { hostPath: "/persist/postgresql", isReadOnly: false } },
    },
    [
      "--bind=/persist/postgresql:/var/lib/postgresql",
      "--link-journal=no",
      "RequiresMountsFor=/persist/postgresql",
      ...inMemory,
    ],
  ),
  kind(1, "ephemeral = false", { ephemeral: false }),
  kind(2, "enableTun in a private network", { enableTun: true, network: pair }, [
    ...ofPair,
    "DeviceAllow=/dev/net/tun rwm",
  ]),
  kind(2, "enableTun on the host's network", { enableTun: true }, [
    "--capability=CAP_NET_ADMIN",
    "--bind=/dev/net/tun",
    "DeviceAllow=/dev/net/tun rwm",
  ]),
  kind(
    2,
    "allowedDevices beside the mount of their folder",
    {
      allowedDevices: [
        { node: "/dev/dri/card0", modifier: "rw" },
        { node: "/dev/dri/renderD128", modifier: "rw" },
      ],
      bindMounts: { "/dev/dri": { hostPath: "/dev/dri", isReadOnly: false } },
    },
    [
      "--bind=/dev/dri:/dev/dri",
      "RequiresMountsFor=/dev/dri",
      "DeviceAllow=/dev/dri/card0 rw",
      "DeviceAllow=/dev/dri/renderD128 rw",
    ],
  ),
  kind(
    2,
    "allowedDevices by their group, and without a modifier",
    {
      allowedDevices: [{ node: "char-usb_device", modifier: "rwm" }, { node: "/dev/fuse" }],
    },
    ["--bind=/dev/fuse", "DeviceAllow=/dev/fuse rw", "DeviceAllow=char-usb_device rwm"],
  ),
  kind(
    2,
    "/dev/net/tun among allowedDevices",
    { network: pair, allowedDevices: [{ node: "/dev/net/tun", modifier: "rw" }] },
    [...ofPair, "DeviceAllow=/dev/net/tun rw"],
  ),
  kind(2, "additionalCapabilities", { additionalCapabilities: ["CAP_SYS_NICE", "CAP_NET_RAW"] }, [
    "--capability=CAP_NET_RAW,CAP_SYS_NICE",
  ]),
  kind(4, 'privateUsers = "pick"', { privateUsers: "pick", network: pair }, [
    ...ofPair,
    "PRIVATE_USERS=pick",
    "--private-users-ownership=map",
    "DeviceAllow=/dev/net/tun m",
  ]),
  kind(4, 'privateUsers = "identity"', { privateUsers: "identity" }, ["PRIVATE_USERS=identity"]),
  kind(4, "privateUsers = 131072", { privateUsers: 131072 }, ["PRIVATE_USERS=131072", "--private-users-ownership=map"]),
  kind(
    4,
    ":idmap behind a mount point",
    {
      privateUsers: "pick",
      bindMounts: { "/media:idmap": { hostPath: "/tank/media", isReadOnly: false } },
    },
    [
      "--bind=/tank/media:/media:idmap",
      "--private-users-ownership=map",
      "PRIVATE_USERS=pick",
      "RequiresMountsFor=/tank/media",
    ],
  ),
  kind(5, "credentials", { credentials: { db: { hostPath: "/run/agenix/db" } } }, [
    "--load-credential=db:/run/agenix/db",
  ]),
  kind(
    6,
    "other extraFlags",
    {
      extraFlags: ["--setenv=TZ=UTC", "--resolv-conf=bind-host", "--rlimit=RLIMIT_NOFILE=4096"],
    },
    ["--setenv=TZ=UTC", "--resolv-conf=bind-host", "--rlimit=RLIMIT_NOFILE=4096"],
  ),
  kind(6, "systemCallFilter", { systemCallFilter: ["@keyring", "bpf"] }, [
    "--system-call-filter=@keyring",
    "--system-call-filter=bpf",
  ]),
  kind(6, "tmpfs, with and without options", { tmpfs: ["/var/cache", "/tmp:size=2G,mode=1777"] }, [
    "--tmpfs=/tmp:size=2G,mode=1777",
    "--tmpfs=/var/cache",
  ]),
  kind(
    9,
    'what is set on systemd.services."container@NAME"',
    {
      unit: {
        after: ["wg-quick-wg0.service"],
        bindsTo: ["wg-quick-wg0.service"],
        unitConfig: { ConditionPathExists: "/run/agenix/wg0" },
        serviceConfig: { Restart: "always", RestartSec: "10s" },
        memoryMax: "2G",
      },
    },
    [
      "BindsTo=wg-quick-wg0.service",
      "After=wg-quick-wg0.service",
      "ConditionPathExists=/run/agenix/wg0",
      "Restart=always",
      "RestartSec=10s",
      "MemoryMax=2G",
    ],
  ),
  kind(9, "restartIfChanged = false", { restartIfChanged: false }),
  kind(
    10,
    "extraVeths on a bridge",
    {
      network: { privateNetwork: true, extraVeths: { lan: { hostBridge: "br0", localAddress: "10.1.0.2/24" } } },
    },
    [
      "PRIVATE_NETWORK=1",
      "CDKTF_NIXOS_EXTRA_VETHS=lan,br0,,10.1.0.2/24,,",
      "--network-veth-extra=lan",
      "ExecStartPost=/usr/bin/env ip link set dev lan master br0",
      "ExecStartPost=/usr/bin/env ip link set dev lan up",
      'networking.interfaces."lan".ipv4.addresses=[ { address = "10.1.0.2"; prefixLength = 24; } ]',
    ],
  ),
  kind(10, "extraVeths without address", { network: { ...pair, extraVeths: { backup: { hostBridge: null } } } }, [
    ...ofPair,
    "CDKTF_NIXOS_EXTRA_VETHS=backup,,,,,",
    "--network-veth-extra=backup",
    "ExecStartPost=/usr/bin/env ip link set dev backup up",
  ]),
];

export const kinds: readonly Kind[] = [...before, ...steps];

/** What people write as a flag for want of an option: what it is told to be here. */
export const respelled: readonly (readonly [flag: string, remedy: string])[] = [
  ["-U", 'write privateUsers: "pick"; with the flag alone the store belongs to nobody inside'],
  [
    "--private-users=pick",
    'write privateUsers: "pick", or a number; with the flag alone the store belongs to nobody inside',
  ],
  ["--load-credential=db:/run/agenix/db", 'write credentials: { "db": { hostPath: "/run/agenix/db" } }'],
  ["--system-call-filter=@keyring", 'write systemCallFilter: ["@keyring"]'],
  ["--capability=CAP_NET_ADMIN,CAP_NET_RAW", 'write additionalCapabilities: ["CAP_NET_ADMIN", "CAP_NET_RAW"]'],
  ["--bind=/dev/dri", 'write bindMounts: { "/dev/dri": { hostPath: "/dev/dri", isReadOnly: false } }'],
  ["--bind-ro=/tank/media:/media:idmap", 'write bindMounts: { "/media:idmap": { hostPath: "/tank/media" } }'],
  ["--tmpfs=/var:mode=755", 'write tmpfs: ["/var:mode=755"]'],
  ["--network-namespace-path=/run/netns/wg", 'write network: { networkNamespace: "/run/netns/wg" }'],
  ["--network-veth-extra=lan", 'write network: { extraVeths: { "lan": {} } }'],
  ["--network-macvlan=eno1", 'write network: { macvlans: ["eno1"] }'],
  [
    "--property=MemoryMax=2G",
    "write unit: { serviceConfig: { … } }, or a limit by its name, such as unit: { memoryMax: … }",
  ],
];
