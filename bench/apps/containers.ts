// The app that the benchmarks synthesize: the hosts of fleet.json in the working directory, with so many containers each.
import { readFileSync } from "node:fs";
import { App, TerraformStack } from "cdktf";
import { NixosContainer, NixosHost, type NixosHostProps } from "../../constructs";
import { moduleText } from "../containers";
import { leave, now } from "./phases";

/** What fleet.json holds. */
export interface FleetFile {
  readonly hosts: readonly NixosHostProps[];
  readonly containersPerHost: number;
  /** Whether one container has another configuration than at first. */
  readonly changed?: boolean;
}

const loaded = now();
const fleet = JSON.parse(readFileSync("fleet.json", "utf8")) as FleetFile;
const app = new App();
const stack = new TerraformStack(app, "bench");
fleet.hosts.forEach((props, number) => {
  const host = new NixosHost(stack, `host${number}`, props);
  for (let index = 0; index < fleet.containersPerHost; index++) {
    new NixosContainer(stack, `host${number}-web${index}`, {
      host,
      name: `web${index}`,
      config: moduleText(fleet.changed && number + index === 0 ? "changed" : `${number}-${index}`),
      network: { hostAddress: `10.100.${index}.1`, localAddress: `10.100.${index}.2` },
    });
  }
});
const constructed = now();
app.synth();
leave({ loaded, constructed, synthesized: now() });
