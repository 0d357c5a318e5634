import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// Containers in the host's LAN: plugged into a bridge, with addresses of the LAN, the router as their gateway.
const app = new App();
const stack = new TerraformStack(app, "bridge");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

for (const [id, address] of Object.entries({ dns: "198.51.100.53", ntp: "198.51.100.123" })) {
  new NixosContainer(stack, id, {
    host,
    config: { services: id === "dns" ? { unbound: { enable: true } } : { chrony: { enable: true } } },
    network: { privateNetwork: true, hostBridge: "br0", localAddress: `${address}/24`, hostAddress: "198.51.100.1" },
    autoStart: true,
  });
}

app.synth();
