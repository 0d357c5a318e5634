import { App, TerraformStack } from "cdktn";
import { nix, NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A web server and its database: two containers, each with a network of its own, the data on a disk of the host's.
const app = new App();
const stack = new TerraformStack(app, "web-with-postgres");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

const database = new NixosContainer(stack, "database", {
  host,
  config: {
    services: {
      postgresql: {
        enable: true,
        enableTCPIP: true,
        ensureDatabases: ["wiki"],
        ensureUsers: [{ name: "wiki", ensureDBOwnership: true }],
        authentication: "host wiki wiki 192.168.100.21/32 trust\n",
      },
    },
    networking: { firewall: { allowedTCPPorts: [5432] } },
  },
  network: { privateNetwork: true, hostAddress: "192.168.100.10", localAddress: "192.168.100.11" },
  bindMounts: { "/var/lib/postgresql": { hostPath: "/srv/postgresql", isReadOnly: false } },
  autoStart: true,
  // A removal is refused until this is taken back.
  protect: true,
});

new NixosContainer(stack, "wiki", {
  host,
  config: {
    services: { nginx: { enable: true, package: nix`pkgs.nginxMainline` } },
    networking: { firewall: { allowedTCPPorts: [80] } },
    // The address of the other container is known at synth.
    environment: { variables: { DATABASE_HOST: database.localAddress } },
  },
  network: { privateNetwork: true, hostAddress: "192.168.100.20", localAddress: "192.168.100.21" },
  autoStart: true,
  dependsOn: [database],
});

app.synth();
