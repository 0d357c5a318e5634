"use strict";
// The app of every end-to-end test: it makes the constructs that app.json in the working directory describes.
const { readFileSync } = require("node:fs");
const { Construct } = require("constructs");
const { App, TerraformStack } = require("cdktf");
const { NixosContainer, NixosHost, NixosTeardown } = require("../../dist/constructs");

const spec = JSON.parse(readFileSync("app.json", "utf8"));
const app = new App();
const hosts = new Map();

/** The construct that an entry stands in: the stack, or a group of its own below it. */
function scopeOf(stack, group) {
  if (group === undefined) return stack;
  return stack.node.tryFindChild(group) ?? new Construct(stack, group);
}

for (const { id, hosts: declared = [], containers = [], teardown = false } of spec.stacks) {
  const stack = new TerraformStack(app, id);
  if (teardown) new NixosTeardown(stack, "teardown");
  for (const { id: hostId, group, ...props } of declared)
    hosts.set(hostId, new NixosHost(scopeOf(stack, group), hostId, props));
  for (const { id: containerId, group, host, ...props } of containers) {
    new NixosContainer(scopeOf(stack, group), containerId, { host: hosts.get(host), ...props });
  }
}
app.synth();
