import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A web application on one host and its database on another, both in the LAN: the application's configuration names the
// address of the database, and the database lets in that of the application.
const app = new App();
const stack = new TerraformStack(app, "two-hosts");
const web1 = new NixosHost(stack, "web1", { address: "web1.example.org" });
const db1 = new NixosHost(stack, "db1", { address: "db1.example.org" });

const lan = { privateNetwork: true, hostBridge: "br0", hostAddress: "198.51.100.1" };
const grafana = "198.51.100.30";

const database = new NixosContainer(stack, "database", {
  host: db1,
  config: {
    services: {
      postgresql: {
        enable: true,
        enableTCPIP: true,
        ensureDatabases: ["grafana"],
        ensureUsers: [{ name: "grafana", ensureDBOwnership: true }],
        authentication: `host grafana grafana ${grafana}/32 trust\n`,
      },
    },
    networking: { firewall: { allowedTCPPorts: [5432] } },
  },
  network: { ...lan, localAddress: "198.51.100.20/24" },
  autoStart: true,
  protect: true,
});

new NixosContainer(stack, "grafana", {
  host: web1,
  config: {
    services: {
      grafana: {
        enable: true,
        settings: {
          server: { http_addr: "0.0.0.0", http_port: 3000 },
          database: { type: "postgres", host: `${database.localAddress}:5432`, name: "grafana", user: "grafana" },
        },
      },
    },
    networking: { firewall: { allowedTCPPorts: [3000] } },
  },
  network: { ...lan, localAddress: `${grafana}/24` },
  autoStart: true,
  // The database is there before what needs it, on whichever host.
  dependsOn: [database],
});

app.synth();
