import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A broker in the VLAN of the things at home, which the LAN reaches too: a bridge for each, and one foot in both.
const app = new App();
const stack = new TerraformStack(app, "vlan");
const host = new NixosHost(stack, "home", { address: "home.example.org" });

new NixosContainer(stack, "mqtt", {
  host,
  config: {
    services: {
      mosquitto: {
        enable: true,
        listeners: [{ acl: ["pattern readwrite #"], omitPasswordAuth: true, settings: { allow_anonymous: true } }],
      },
    },
    networking: { firewall: { allowedTCPPorts: [1883] } },
  },
  network: {
    privateNetwork: true,
    // eth0 in the container: VLAN 20. Without hostAddress it has no way out of it.
    hostBridge: "br20",
    localAddress: "10.20.0.2/24",
    // lan, in the host as in the container: the LAN.
    extraVeths: { lan: { hostBridge: "br0", localAddress: "198.51.100.40/24" } },
  },
  autoStart: true,
});

app.synth();
