import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A deploy through the ssh of this machine: whatever `ssh web1.example.org` reaches can be deployed to, and all containers
// of the host share one connection.
const app = new App();
const stack = new TerraformStack(app, "ssh-transport");
const host = new NixosHost(stack, "web1", { address: "web1.example.org", transport: "ssh" });

for (const service of ["nginx", "redis", "grafana"]) {
  new NixosContainer(stack, service, {
    host,
    config: { services: service === "redis" ? { "redis.servers.main.enable": true } : { [service]: { enable: true } } },
    autoStart: true,
  });
}

app.synth();
