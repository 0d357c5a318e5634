import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A gateway from a tailnet into the LAN: it makes a tunnel, and has an address of the LAN through a macvlan of the host's card.
const app = new App();
const stack = new TerraformStack(app, "vpn-gateway");
const host = new NixosHost(stack, "home", { address: "home.example.org" });

new NixosContainer(stack, "gateway", {
  host,
  enableTun: true,
  // A macvlan reaches the whole LAN but the host itself.
  network: { privateNetwork: true, macvlans: ["eth0:lan0"] },
  credentials: { "tailscale-key": { hostPath: "/run/agenix/tailscale-key" } },
  config: {
    services: {
      tailscale: {
        enable: true,
        useRoutingFeatures: "server",
        // Where systemd puts what the host gave the container; root alone reads it.
        authKeyFile: "/run/host/credentials/tailscale-key",
        extraUpFlags: ["--advertise-routes=198.51.100.0/24"],
      },
    },
    networking: {
      interfaces: { lan0: { ipv4: { addresses: [{ address: "198.51.100.50", prefixLength: 24 }] } } },
      defaultGateway: { address: "198.51.100.1", interface: "lan0" },
      nameservers: ["198.51.100.1"],
    },
  },
  // The host's resolver may be one of its own that nobody else reaches.
  copyResolvConf: false,
  autoStart: true,
});

app.synth();
