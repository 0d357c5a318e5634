import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A container that forgets: its root directory is empty in memory at each start, and what is to last is mounted, path by path.
const app = new App();
const stack = new TerraformStack(app, "ephemeral");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

const kept = (hostPath: string) => ({ hostPath, isReadOnly: false });

new NixosContainer(stack, "forgejo", {
  host,
  ephemeral: true,
  bindMounts: {
    "/var/lib/forgejo": kept("/persist/forgejo"),
    // Which user has which number: else forgejo might be another one at the next start.
    "/var/lib/nixos": kept("/persist/forgejo-users"),
  },
  config: {
    services: {
      forgejo: {
        enable: true,
        settings: { server: { DOMAIN: "git.example.net", ROOT_URL: "https://git.example.net/", HTTP_PORT: 3000 } },
      },
    },
    networking: { firewall: { allowedTCPPorts: [3000] } },
  },
  network: { privateNetwork: true, hostAddress: "192.168.100.10", localAddress: "192.168.100.11" },
  // What it writes elsewhere takes the host's memory: this bounds it.
  unit: { memoryMax: "2G" },
  autoStart: true,
});

app.synth();
