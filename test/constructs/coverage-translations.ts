import type { NixosContainerProps } from "../../constructs";

type Props = Partial<NixosContainerProps>;

/** The shapes of the twelve translations of coverage.md, section 3: the containers of each, by their names. */
export const translations: Readonly<Record<string, Readonly<Record<string, Props>>>> = {
  "jellyfin, its addresses without privateNetwork (F5)": {
    jellyfin: {
      autoStart: true,
      network: { privateNetwork: false, hostAddress: "192.168.0.4", localAddress: "10.0.0.5" },
      bindMounts: { "/media": { hostPath: "/mnt/media", isReadOnly: true } },
      config: "{ config, pkgs, ... }: { services.jellyfin.enable = true; networking.firewall.enable = false; }",
    },
  },
  "sync and vaultwarden, one hostAddress for both": {
    sync: {
      autoStart: true,
      network: { privateNetwork: true, hostAddress: "192.168.100.1", localAddress: "192.168.100.2" },
      bindMounts: { "/var/lib/syncthing": { hostPath: "/data/sync", isReadOnly: false } },
      config: { services: { syncthing: { enable: true, guiAddress: "0.0.0.0:8384" } } },
    },
    vaultwarden: {
      autoStart: true,
      network: { privateNetwork: true, hostAddress: "192.168.100.1", localAddress: "192.168.100.3" },
      bindMounts: { "/var/lib/bitwarden_rs": { hostPath: "/data/vaultwarden", isReadOnly: false } },
      config: { services: { vaultwarden: { enable: true, config: { ROCKET_ADDRESS: "0.0.0.0" } } } },
    },
  },
  minecraft: {
    minecraft: {
      autoStart: false,
      network: {
        privateNetwork: true,
        hostAddress: "10.10.0.1",
        localAddress: "10.10.0.2",
        forwardPorts: [
          { protocol: "tcp", hostPort: 25565, containerPort: 25565 },
          { protocol: "udp", hostPort: 24454 },
        ],
      },
      bindMounts: { "/var/lib/minecraft": { hostPath: "/srv/minecraft", isReadOnly: false } },
      config: {
        nixpkgs: { config: { allowUnfree: true } },
        services: { "minecraft-server": { enable: true, eula: true } },
      },
    },
  },
  "insanecraft, on a bridge by DHCP": {
    insanecraft: {
      autoStart: true,
      network: { privateNetwork: true, hostBridge: "br0" },
      config: "{ lib, ... }: { networking.useDHCP = lib.mkForce true; }",
    },
  },
  blocky: {
    blocky: {
      autoStart: true,
      network: { privateNetwork: true, hostBridge: "br0", localAddress: "192.0.2.53/24", hostAddress: "192.0.2.1" },
      config: { services: { blocky: { enable: true, settings: { ports: { dns: 53 } } } } },
    },
  },
  web: {
    web: {
      autoStart: true,
      network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.2", privateNetwork: true },
      bindMounts: { "/srv/www": {} },
      config: { services: { nginx: { enable: true } }, networking: { firewall: { allowedTCPPorts: [80, 443] } } },
    },
  },
  "tor-gateway, which names itself (F2)": {
    torgateway: {
      network: { privateNetwork: true, interfaces: ["tor0"] },
      config: { networking: { hostName: "tor-gateway" }, services: { tor: { enable: true } } },
    },
  },
  nextcloud: {
    nextcloud: {
      autoStart: true,
      network: {
        privateNetwork: true,
        hostAddress: "192.168.100.10",
        localAddress: "192.168.100.11",
        hostAddress6: "fc00::1",
        localAddress6: "fc00::2",
      },
      bindMounts: {
        "/var/lib/nextcloud": { hostPath: "/tank/nextcloud", isReadOnly: false },
        "/run/secrets/nextcloud": { hostPath: "/run/secrets/nextcloud", isReadOnly: true },
      },
      config:
        '{ pkgs, ... }: { services.nextcloud = { enable = true; package = pkgs.nextcloud31; hostName = "localhost"; }; }',
    },
  },
  "a cluster of consul, in a loop": Object.fromEntries(
    [1, 2, 3].map((number) => [
      `consul${number}`,
      {
        autoStart: true,
        network: { privateNetwork: true, hostBridge: "br-consul", localAddress: `10.9.0.${number + 1}/24` },
        config: {
          services: {
            consul: {
              enable: true,
              extraConfig: { server: true, bootstrap_expect: 3, retry_join: ["10.9.0.2", "10.9.0.3", "10.9.0.4"] },
            },
          },
        },
      },
    ]),
  ),
  tor: {
    tor: {
      autoStart: true,
      config: { networking: { hostName: "tor-container" }, services: { tor: { enable: true } } },
    },
  },
  "gitea, with loopback addresses on the host's network (F5)": {
    gitea: {
      network: { privateNetwork: false, hostAddress: "127.0.0.1", localAddress: "127.0.0.2" },
      config: { services: { gitea: { enable: true } } },
    },
  },
  stubby: {
    stubby: {
      autoStart: true,
      network: {
        privateNetwork: true,
        hostAddress: "10.2.0.1",
        localAddress: "10.2.0.2",
        hostAddress6: null,
        localAddress6: null,
      },
      config:
        "{ pkgs, ... }: { services.stubby = { enable = true; settings = pkgs.stubby.passthru.settingsExample; }; }",
    },
  },
};
