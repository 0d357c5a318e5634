import { NullProvider, TerraformResource, TerraformStack } from "./framework";
import type { NixosContainer, NixosContainerProps } from "../../constructs";
import { describeWith } from "../support/tools";
import { newApp, newContainer, newHost, newStack, refusal, resource, synth } from "./app";
import { engine, engineFolder } from "./engine";

function data(stack: TerraformStack, id: string): TerraformResource {
  return new TerraformResource(stack, id, { terraformResourceType: "terraform_data" });
}

/** The resource behind a container, as CDKTF's escape hatches reach it. */
function carrierOf(container: NixosContainer): TerraformResource {
  const child = container.node.findChild("container");
  if (!TerraformResource.isTerraformResource(child)) throw new Error("no resource");
  return child;
}

describe.each(["null_resource", "terraform_data"] as const)("dependencies of a %s", (type) => {
  test("a container waits for resources and containers, and resources for it", () => {
    const stack = newStack({ resources: type });
    const host = newHost(stack);
    const secret = data(stack, "secret");
    const database = newContainer(stack, host, "database", { dependsOn: [secret] });
    newContainer(stack, host, "web", { dependsOn: [database, secret] });
    new TerraformResource(stack, "dns", { terraformResourceType: "terraform_data", dependsOn: [database] });
    const json = synth(stack);
    const waitsFor = (name: string, of: string = type): readonly string[] | undefined =>
      resource(json, name, of).depends_on;
    expect(waitsFor("web1_database")).toEqual([`${type}.nixos-teardown`, "terraform_data.secret"]);
    expect(waitsFor("web1_web")).toEqual([`${type}.nixos-teardown`, `${type}.web1_database`, "terraform_data.secret"]);
    expect(waitsFor("dns", "terraform_data")).toEqual([`${type}.web1_database`]);
  });

  test("what an escape hatch adds stands beside what the container carries", () => {
    const stack = newStack({ resources: type });
    const key = type === "null_resource" ? "triggers" : "triggers_replace";
    const container = newContainer(stack, newHost(stack));
    const carrier = carrierOf(container);
    carrier.dependsOn = ["terraform_data.first"];
    carrier.lifecycle = { precondition: [{ condition: "${true}", errorMessage: "mine" }] };
    carrier.addOverride(`${key}.mine`, "mine");
    carrier.addOverride(`${key}.running`, "overridden");
    carrier.provisioners = [{ type: "local-exec", command: "true" }];
    const { depends_on, lifecycle, provisioner, [key]: triggers } = resource(synth(stack), "web1_database", type);
    expect(depends_on).toEqual([`${type}.nixos-teardown`, "terraform_data.first"]);
    expect(lifecycle).toEqual({ precondition: [{ condition: "${true}", error_message: "mine" }] });
    expect(triggers).toMatchObject({ mine: "mine", running: "true" });
    expect(provisioner.map((one) => Object.keys(one))).toEqual([["remote-exec"], ["local-exec"]]);
  });
});

test("a dependency that Terraform cannot wait for is refused with everything else", () => {
  const app = newApp();
  const [stack, other] = [new TerraformStack(app, "prod"), new TerraformStack(app, "other")];
  const host = newHost(stack);
  newContainer(stack, host, "web", {
    dependsOn: [data(other, "secret"), "null_resource.x", new NullProvider(stack, "null"), host] as unknown as [],
  });
  newContainer(stack, host, "mail", { dependsOn: data(stack, "x") as unknown as NixosContainerProps["dependsOn"] });
  const { problems } = refusal(() => synth(stack));
  expect(problems.map(({ what, where }) => [where.construct, what])).toEqual([
    ["prod/web", "dependsOn[0] (other/secret) stands in another stack"],
    ["prod/web", "dependsOn[1] is nothing that Terraform knows"],
    ["prod/web", "dependsOn[2] is nothing that Terraform knows"],
    ["prod/web", "dependsOn[3] is nothing that Terraform knows"],
    ["prod/mail", "dependsOn is not a list"],
  ]);
});

describeWith([engine], `dependencies in the real ${engine}`, () => {
  test("are known to it", () => {
    const stack = newStack({ resources: "terraform_data" });
    const host = newHost(stack);
    const database = newContainer(stack, host, "database", { dependsOn: [data(stack, "secret")] });
    new TerraformResource(stack, "dns", { terraformResourceType: "terraform_data", dependsOn: [database] });
    const run = engineFolder(synth(stack));
    expect(run("init").code).toBe(0);
    const { code, output } = run("graph");
    expect([code, output]).toEqual([0, expect.stringMatching(/web1_database" -> "terraform_data\.secret"/)]);
    expect(output).toMatch(/dns" -> "terraform_data\.web1_database"/);
  });
});
