import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// A container that somebody made by hand (before.sh) is taken over with its data. Its configuration and network were
// copied into the code, so that little changes; take `adopt` out when it has been deployed.
const app = new App();
const stack = new TerraformStack(app, "adopt");
const host = new NixosHost(stack, "web1", { address: "web1.example.org" });

new NixosContainer(stack, "legacy", {
  host,
  adopt: true,
  config: "{ services.nginx.enable = true; }",
  network: { privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2" },
  stateVersion: "25.05",
  // Should it leave the code, it stays on the host as it is.
  removalPolicy: "retain",
  autoStart: true,
});

app.synth();
