// The least that any CDKTF app of this size does: null_resources with one trigger each.
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { App, TerraformStack } from "cdktf";
import { leave, now } from "./phases";

const loaded = now();
const app = new App();
const stack = new TerraformStack(app, "bench");
new NullProvider(stack, "null");
for (let index = 0; index < Number(process.argv[2]); index++) {
  new Resource(stack, `web${index}`, { triggers: { number: String(index) } });
}
const constructed = now();
app.synth();
leave({ loaded, constructed, synthesized: now() });
