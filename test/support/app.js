"use strict";
// The app of every end-to-end test: it makes the constructs that app.json in the working directory describes.
const { readFileSync } = require("node:fs");
const { Construct } = require("constructs");
const { App, Aspects, TerraformOutput, TerraformResource, TerraformStack } = require(
  process.env.CDKTF_NIXOS_TEST_FRAMEWORK || "cdktf",
);
const { NixosContainer, NixosHost, NixosTeardown } = require("../../dist/constructs");

const spec = JSON.parse(readFileSync("app.json", "utf8"));
const app = new App();
const hosts = new Map();
const made = new Map();

/** A value with `@{id.field}` in its texts as that field of the container made under that id. */
function filled(value) {
  if (typeof value === "string")
    return value.replace(/@\{([\w-]+)\.(\w+)\}/g, (_all, id, field) => made.get(id)[field]);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(filled);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [filled(key), filled(member)]));
}

/** The construct that an entry stands in: the stack, or a group of its own below it. */
function scopeOf(stack, group) {
  if (group === undefined) return stack;
  return stack.node.tryFindChild(group) ?? new Construct(stack, group);
}

/** An address that Terraform only knows after apply, as that of a server it makes. */
function lateAddress(scope, id, address) {
  const server = new TerraformResource(scope, `${id}-server`, { terraformResourceType: "terraform_data" });
  server.addOverride("input", address);
  return server.getStringAttribute("output");
}

/** The rule of a company that no resource may be destroyed. */
const preventDestroy = {
  visit: (node) => {
    if (TerraformResource.isTerraformResource(node)) node.lifecycle = { preventDestroy: true };
  },
};

for (const stackSpec of spec.stacks) {
  const {
    id,
    hosts: declared = [],
    containers = [],
    outputs = {},
    teardown = false,
    preventsDestroy = false,
  } = stackSpec;
  const stack = new TerraformStack(app, id);
  if (preventsDestroy) Aspects.of(stack).add(preventDestroy);
  if (teardown) new NixosTeardown(stack, "teardown");
  for (const { id: hostId, group, late = false, ...props } of declared) {
    const scope = scopeOf(stack, group);
    if (late) props.address = lateAddress(scope, hostId, props.address);
    hosts.set(hostId, new NixosHost(scope, hostId, props));
  }
  for (const { id: containerId, group, host, ...props } of containers) {
    const given = { host: hosts.get(host), ...filled(props) };
    made.set(containerId, new NixosContainer(scopeOf(stack, group), containerId, given));
  }
  for (const [name, value] of Object.entries(outputs)) new TerraformOutput(stack, name, { value: filled(value) });
}
app.synth();
