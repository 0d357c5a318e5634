import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A secret of agenix, from the host into one service: it is in no code, plan, state, or store, and nothing is mounted.
const app = new App();
const stack = new TerraformStack(app, "agenix-secret");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

new NixosContainer(stack, "grafana", {
  host,
  // Rotated on the host, the plan says so, and the deploy restarts the container.
  credentials: { "admin-password": { hostPath: "/run/agenix/grafana-admin" } },
  config: {
    // The name alone: systemd looks for it among what the container was given. User grafana reads it, and nobody else.
    systemd: { services: { grafana: { serviceConfig: { LoadCredential: "admin-password" } } } },
    services: {
      grafana: {
        enable: true,
        settings: {
          server: { http_addr: "0.0.0.0" },
          security: { admin_password: "$__file{/run/credentials/grafana.service/admin-password}" },
        },
      },
    },
    networking: { firewall: { allowedTCPPorts: [3000] } },
  },
  network: { privateNetwork: true, hostAddress: "192.168.100.10", localAddress: "192.168.100.11" },
  autoStart: true,
});

app.synth();
