import { App, TerraformStack } from "cdktn";
import { NixosContainer, NixosHost } from "cdktf-nixos-containers";
import type { Construct } from "constructs";

/** What differs between the two. */
interface Environment {
  readonly address: string;
  readonly instances: number;
  readonly protect: boolean;
}

// One class, two stacks: `cdktn deploy staging` first, `cdktn deploy production` when that was good.
class Shop extends TerraformStack {
  constructor(scope: Construct, id: string, { address, instances, protect }: Environment) {
    super(scope, id);
    const host = new NixosHost(this, "host", { address });
    for (let instance = 1; instance <= instances; instance += 1) {
      new NixosContainer(this, `shop${instance}`, {
        host,
        config: { services: { nginx: { enable: true } } },
        network: { privateNetwork: true, hostAddress: `10.30.${instance}.1`, localAddress: `10.30.${instance}.2` },
        autoStart: true,
        protect,
      });
    }
  }
}

const app = new App();
new Shop(app, "staging", { address: "staging.example.org", instances: 1, protect: false });
new Shop(app, "production", { address: "shop.example.org", instances: 3, protect: true });
app.synth();
