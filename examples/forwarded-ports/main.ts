import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// Ports of the host that lead into a container. They answer on the host's own addresses, not on 127.0.0.1.
const app = new App();
const stack = new TerraformStack(app, "forwarded-ports");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

new NixosContainer(stack, "web", {
  host,
  config: {
    services: { nginx: { enable: true } },
    networking: { firewall: { allowedTCPPorts: [80] } },
  },
  network: {
    privateNetwork: true,
    hostAddress: "192.168.100.10",
    localAddress: "192.168.100.11",
    forwardPorts: [
      { hostPort: 8080, containerPort: 80 },
      { hostPort: 443 },
      // HTTP/3
      { protocol: "udp", hostPort: 443 },
    ],
  },
  autoStart: true,
});

app.synth();
