import { NullProvider, TerraformStack, Testing } from "./framework";
import { NixosTeardown } from "../../constructs";
import { newApp, newContainer, newHost, newStack, type StackJson, synth } from "./app";

const required = { source: "null", version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string };

test("the null provider is added, and required, where the user has none", () => {
  const stack = newStack();
  newContainer(stack, newHost(stack));
  const json = synth(stack);
  expect(json.provider).toEqual({ null: [{}] });
  expect(json.terraform.required_providers).toEqual({ null: required });
});

test("it is not added where the user has one, be it before the constructs or after them", () => {
  for (const order of ["before", "after"]) {
    const stack = newStack();
    if (order === "before") new NullProvider(stack, "mine");
    newContainer(stack, newHost(stack));
    if (order === "after") new NullProvider(stack, "mine");
    const json = synth(stack);
    expect(json.provider).toEqual({ null: [{}] });
    expect(json.terraform.required_providers).toEqual({ null: required });
    expect(stack.node.findAll().filter((node) => NullProvider.isTerraformProvider(node))).toHaveLength(1);
  }
});

test("a provider of the user's own with an alias serves, for Terraform brings the plain one itself", () => {
  const stack = newStack();
  newContainer(stack, newHost(stack));
  new NullProvider(stack, "mine", { alias: "other" });
  expect(synth(stack).provider).toEqual({ null: [{ alias: "other" }] });
});

test("each stack of an app gets one of its own", () => {
  const app = newApp();
  const [one, two] = ["one", "two"].map((id) => new TerraformStack(app, id)) as [TerraformStack, TerraformStack];
  const host = newHost(one);
  newContainer(two, host);
  expect([synth(one).provider, synth(two).provider]).toEqual([{ null: [{}] }, { null: [{}] }]);
});

test("Testing.synth adds it too", () => {
  const stack = newStack();
  newContainer(stack, newHost(stack));
  expect((JSON.parse(Testing.synth(stack)) as StackJson).provider).toEqual({ null: [{}] });
});

test("a stack with nothing but a NixosTeardown has it, to clean up with", () => {
  const stack = newStack();
  new NixosTeardown(stack, "teardown");
  const json = synth(stack);
  expect(json.provider).toEqual({ null: [{}] });
  expect(json.resource).toEqual({
    null_resource: { "nixos-teardown": expect.objectContaining({ for_each: {} }) as unknown },
  });
});

test("terraform_data needs no provider", () => {
  const stack = newStack({ resources: "terraform_data" });
  newContainer(stack, newHost(stack));
  const json = synth(stack);
  expect(json.provider).toBeUndefined();
  expect(json.terraform.required_providers).toBeUndefined();
});

test("a stack without any of our constructs is left alone", () => {
  const app = newApp();
  const [ours, other] = ["ours", "other"].map((id) => new TerraformStack(app, id)) as [TerraformStack, TerraformStack];
  newContainer(ours, newHost(ours));
  const json = synth(other);
  expect(json.provider).toBeUndefined();
  expect(json.resource).toBeUndefined();
});
