import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";

// The same containers on many hosts: a loop over data, and addresses that are computed.
const regions = {
  east: ["east1.example.org", "east2.example.org"],
  west: ["west1.example.org"],
};

const app = new App();
for (const [region, addresses] of Object.entries(regions)) {
  // A stack for each region, so that a host that is down holds up its own region only.
  const stack = new TerraformStack(app, region);
  for (const address of addresses) {
    const [name = address] = address.split(".");
    const host = new NixosHost(stack, name, { address });
    ["cache", "metrics"].forEach((id, index) => {
      new NixosContainer(stack, `${name}-${id}`, {
        host,
        // The construct's id is unique in the stack; the container's name need only be so on its host.
        name: id,
        config: { services: id === "cache" ? { varnish: { enable: true } } : { prometheus: { enable: true } } },
        network: { privateNetwork: true, hostAddress: `10.20.${index}.1`, localAddress: `10.20.${index}.2` },
        autoStart: true,
      });
    });
  }
}

app.synth();
