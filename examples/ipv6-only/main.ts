import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// Containers with IPv6 alone: addresses out of a prefix that is routed to the host, so that nothing is translated or forwarded.
const app = new App();
const stack = new TerraformStack(app, "ipv6-only");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

const prefix = "2001:db8:0:100";
const sites = { docs: "docs.example.net", blog: "blog.example.net" };

Object.entries(sites).forEach(([id, name], index) => {
  new NixosContainer(stack, id, {
    host,
    config: {
      services: { nginx: { enable: true, virtualHosts: { [name]: { root: "/srv/www" } } } },
      networking: { firewall: { allowedTCPPorts: [80] } },
    },
    network: {
      privateNetwork: true,
      // The host's side may be the same for all: it is the gateway.
      hostAddress6: `${prefix}::1`,
      localAddress6: `${prefix}::${index + 10}`,
    },
    bindMounts: { "/srv/www": { hostPath: `/srv/${id}` } },
    autoStart: true,
  });
});

app.synth();
