import { Construct } from "constructs";
import { NixosContainer, NixosHost, NixosTeardown } from "../../constructs";
import { newApp, newContainer, newHost, newStack, refusal, synth } from "./app";
import { App, frameworkName, other, otherName, TerraformStack, Testing } from "./framework";

const titles = { cdktf: "cdktf 0.21.0", cdktn: "cdktn 0.24.0" };
const [ours, theirs] = [titles[frameworkName], titles[otherName]];

function mixed(kind: string, construct: string): object {
  return {
    code: "input",
    what: `this is a ${kind} of ${theirs} in an App of ${ours}, and the two cannot be mixed`,
    where: { construct },
    remedy: `import App, TerraformStack and everything else from ${frameworkName}, or all of it from ${otherName}`,
  };
}

test("a stack of the other framework in the App is refused as soon as a construct of ours stands in it", () => {
  class Mine extends other.TerraformStack {}
  for (const make of [
    (scope: Construct) => new NixosHost(scope, "web1", { address: "web1" }),
    (scope: Construct) => new NixosTeardown(scope, "teardown"),
    (scope: Construct) => new NixosHost(new Construct(scope, "room"), "web1", { address: "web1" }),
  ]) {
    const stack = new Mine(newApp(), "prod");
    expect(refusal(() => make(stack)).problems).toEqual([mixed("TerraformStack", "prod")]);
  }
});

test("a resource, data source or module of the other framework in dependsOn is refused", () => {
  const stack = newStack();
  const host = newHost(stack);
  const foreign = [
    new other.TerraformResource(stack, "r", { terraformResourceType: "null_resource" }),
    new other.TerraformDataSource(stack, "d", { terraformResourceType: "null_data_source" }),
    new other.TerraformHclModule(stack, "m", { source: "x" }),
  ];
  expect(refusal(() => newContainer(stack, host, "database", { dependsOn: foreign })).problems).toEqual([
    mixed("TerraformResource", "prod/r"),
    mixed("TerraformDataSource", "prod/d"),
    mixed("TerraformHclModule", "prod/m"),
  ]);
});

test("whatever of the other framework stands in the tree is refused at synth, not met with a TypeError", () => {
  for (const synthesize of [
    (stack: TerraformStack) => synth(stack),
    (stack: TerraformStack) => Testing.synth(stack),
    (stack: TerraformStack) => Testing.synth(stack, true),
    (stack: TerraformStack) => void Testing.synthHcl(stack),
  ]) {
    const stack = newStack();
    new other.TerraformOutput(stack, "before", { value: "x" });
    newContainer(stack, newHost(stack));
    new other.TerraformLocal(stack, "after", "x");
    expect(refusal(() => synthesize(stack)).problems).toEqual([
      mixed("TerraformOutput", "prod/before"),
      mixed("TerraformLocal", "prod/after"),
    ]);
  }
});

test("a stack of the other framework beside ours is refused at synth", () => {
  const app = newApp();
  new other.TerraformStack(app, "foreign");
  const stack = new TerraformStack(app, "prod");
  newContainer(stack, newHost(stack));
  expect(refusal(() => synth(stack)).problems).toEqual([mixed("TerraformStack", "foreign")]);
});

test("a construct in no App, in no stack, or with no scope is refused in words", () => {
  const where = (construct: string): object => ({ where: { construct }, code: "input" });
  const host = (scope: unknown) => (): unknown => new NixosHost(scope as Construct, "web1", { address: "web1" });
  const inApp = newApp();
  for (const [make, what, remedy, construct] of [
    [host(undefined), "it stands in no App", /new TerraformStack\(new App\(\), …\)/, "web1"],
    [host(new Construct(undefined as unknown as Construct, "")), "it stands in no App", /TerraformStack/, "web1"],
    [host(inApp), "it stands in no stack", /pass a TerraformStack/, "web1"],
    [host(new Construct(inApp, "room")), "it stands in no stack", /pass a TerraformStack/, "room/web1"],
  ] as const) {
    expect(refusal(make).problems).toEqual([
      { ...where(construct), what, remedy: expect.stringMatching(remedy) as string },
    ]);
  }
});

test("a container whose host stands in an App of the other framework is refused", () => {
  const foreign = new NixosHost(new other.TerraformStack(new other.App({ outdir: newApp().outdir }), "s"), "web1", {
    address: "web1",
  });
  const stack = newStack();
  new NixosContainer(stack, "database", { host: foreign, config: "{ }" });
  expect(refusal(() => synth(stack)).problems[0]?.what).toContain("belongs to another app");
});

test("an App of a class of the user's own serves", () => {
  class Mine extends App {}
  const context = { "cdktf-nixos": { observe: "off", owner: "project" } } as unknown as Record<string, string>;
  const stack = new TerraformStack(new Mine({ outdir: newApp().outdir, context }), "prod");
  newContainer(stack, newHost(stack));
  expect(synth(stack).resource).toHaveProperty("null_resource.web1_database");
});
