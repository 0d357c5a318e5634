import type { IConstruct } from "constructs";
import type { NixosContainer } from "../../constructs";
import { describeWith } from "../support/tools";
import { type Block, newApp, newContainer, newHost, newStack, refusal, resource, type StackJson, synth } from "./app";
import { engine, engineFolder } from "./engine";
import { Aspects, NullProvider, TerraformResource, TerraformStack, Testing } from "./framework";

const types = ["null_resource", "terraform_data"] as const;

/** The resource behind a construct of ours, as CDKTF's escape hatches reach it. */
function carrierAt(scope: IConstruct, ...ids: readonly string[]): TerraformResource {
  const found = ids.reduce<IConstruct>((node, id) => node.node.findChild(id), scope);
  if (!TerraformResource.isTerraformResource(found)) throw new Error("no resource");
  return found;
}
const carrierOf = (container: NixosContainer): TerraformResource => carrierAt(container, "container");

/** Does something to every resource of a stack, as an aspect of a company does. */
function onAll(stack: TerraformStack, visit: (node: TerraformResource) => void): void {
  Aspects.of(stack).add({
    visit: (node) => {
      if (TerraformResource.isTerraformResource(node)) visit(node);
    },
  });
}

/** The resources of a stack without what CDKTF writes of them for itself. */
function resources({ resource: all }: StackJson): unknown {
  return JSON.parse(JSON.stringify(all, (key, value: unknown) => (key === "//" ? undefined : value)));
}

/** A stack of an app that keeps where in the code a thing was done, as an app does unless told otherwise. */
function tracedStack(settings: Block): TerraformStack {
  const app = newApp(settings);
  for (const name of ["cdktf", "cdktn"]) app.node.setContext(`@${name}/disable_stack_trace_in_metadata`, false);
  return new TerraformStack(app, "prod");
}

type Harm = readonly [name: string, set: (node: TerraformResource) => void, what: RegExp];

const harmful: readonly Harm[] = [
  ["ignoreChanges: all", (node) => (node.lifecycle = { ignoreChanges: "all" }), /ignore_changes is set on/],
  ["ignoreChanges: triggers", (node) => (node.lifecycle = { ignoreChanges: ["triggers"] }), /ignore_changes is set/],
  [
    "ignore_changes of one trigger",
    (node) => node.addOverride("lifecycle.ignore_changes", ['triggers["apply"]']),
    /ignore_ch/,
  ],
  [
    "ignoreChanges in camel case, overridden",
    (node) => node.addOverride("lifecycle.ignoreChanges", ["id"]),
    /ignore_ch/,
  ],
  [
    "replaceTriggeredBy",
    (node) => (node.lifecycle = { replaceTriggeredBy: ["null_resource.x"] }),
    /replace_triggered_by/,
  ],
  ["an unknown rule", (node) => node.addOverride("lifecycle.destroy", false), /unknown member destroy/],
  ["a lifecycle that is a list", (node) => node.addOverride("lifecycle", [{ prevent_destroy: true }]), /is no block/],
  ["count", (node) => (node.count = 0), /count is set on/],
  ["count, overridden", (node) => node.addOverride("count", "${var.enabled ? 1 : 0}"), /count is set on/],
  ["for_each", (node) => node.addOverride("for_each", { a: {} }), /for_each is set on/],
  ["a connection", (node) => (node.connection = { type: "ssh", host: "x", bastionHost: "y" }), /a connection is set/],
  ["another provider", (node) => node.addOverride("provider", "aws.east"), /the provider "aws\.east" is set on/],
  [
    "a destroy-time provisioner",
    (node) => (node.provisioners = [{ type: "local-exec", command: "x", when: "destroy" }]),
    /destroy time/,
  ],
  [
    "a provisioner reached into",
    (node) => node.addOverride("provisioner.0.remote-exec.inline", ["true"]),
    /is overridden/,
  ],
  [
    "a provisioner replaced",
    (node) => node.addOverride("provisioner", { "local-exec": { command: "true" } }),
    /is overridden/,
  ],
  [
    "depends_on that is no list",
    (node) => node.addOverride("depends_on", "null_resource.x"),
    /depends_on .* is not a list/,
  ],
  ["an argument that there is not", (node) => node.addOverride("ami", "x"), /ami is set on .* no such argument/],
  ["moveTo", (node) => node.moveToId("null_resource.elsewhere"), /is moved away/],
  ["importFrom", (node) => node.importFrom("1234"), /something is imported as/],
];

describe.each(types)("A3: on %s,", (type) => {
  const places: Readonly<Record<string, (container: NixosContainer) => TerraformResource>> = {
    "prod/database/container": carrierOf,
    "prod/nixos-hosts/reap-web1": (container) => carrierAt(TerraformStack.of(container), "nixos-hosts", "reap-web1"),
    "prod/nixos-hosts/teardown": (container) => carrierAt(TerraformStack.of(container), "nixos-hosts", "teardown"),
  };

  test.each(harmful)("%s is refused with who set it, where, and the remedy", (_name, set, what) => {
    for (const [path, find] of Object.entries(places)) {
      const stack = tracedStack({ resources: type });
      set(find(newContainer(stack, newHost(stack))));
      const { problems } = refusal(() => synth(stack));
      expect(problems).toEqual([
        {
          code: "input",
          what: expect.stringMatching(what) as string,
          where: {
            construct: path,
            source: expect.stringMatching(/^test\/constructs\/escape-hatches\.test\.ts:\d+$/) as string,
          },
          remedy: expect.stringMatching(/./) as string,
        },
      ]);
      expect(problems[0]?.what).toContain(`${type}.`);
    }
  });

  test("what an aspect sets over the whole stack is refused for all that it stands on, at once", () => {
    for (const synthesize of [synth, (stack: TerraformStack) => Testing.synth(stack)]) {
      const stack = newStack({ resources: type });
      newContainer(stack, newHost(stack));
      onAll(stack, (node) => (node.lifecycle = { ignoreChanges: "all" }));
      expect(refusal(() => synthesize(stack)).problems.map(({ where }) => where.construct)).toEqual([
        "prod/nixos-hosts/teardown",
        "prod/nixos-hosts/reap-web1",
        "prod/database/container",
      ]);
    }
  });

  test("a policy of prevent_destroy stops no change: it goes to a resource that only a destroy of the stack touches", () => {
    const plain = newStack({ resources: type });
    newContainer(plain, newHost(plain));
    const without = resources(synth(plain)) as Record<string, Record<string, unknown>>;
    for (const set of [
      (node: TerraformResource) => (node.lifecycle = { preventDestroy: true, createBeforeDestroy: true }),
      (node: TerraformResource) => node.addOverride("lifecycle.prevent_destroy", true),
      (node: TerraformResource) => node.addOverride("lifecycle", { preventDestroy: "true" }),
    ]) {
      const stack = newStack({ resources: type });
      newContainer(stack, newHost(stack));
      onAll(stack, set);
      expect(resources(synth(stack))).toEqual({
        ...without,
        terraform_data: {
          ...without["terraform_data"],
          "nixos-prevent-destroy": { lifecycle: { prevent_destroy: true } },
        },
      });
    }
    const no = newStack({ resources: type });
    newContainer(no, newHost(no));
    onAll(no, (node) => (node.lifecycle = { preventDestroy: false, createBeforeDestroy: false }));
    expect(resources(synth(no))).toEqual(without);
  });

  test("what says nothing of a record is left out, and changes nothing", () => {
    const plain = newStack({ resources: type });
    newContainer(plain, newHost(plain));
    const stack = newStack({ resources: type });
    newContainer(stack, newHost(stack));
    const mine = type === "null_resource" ? new NullProvider(plain, "mine", { alias: "mine" }) : undefined;
    onAll(stack, (node) => {
      node.addOverride("tags.owner", "me");
      node.addOverride("timeouts.create", "30m");
      node.addOverride("count", null);
      node.lifecycle = { ignoreChanges: [], createBeforeDestroy: true };
      node.overrideLogicalId("same-for-all");
      node.resetOverrideLogicalId();
      if (mine) node.provider = mine;
    });
    expect(resources(synth(stack))).toEqual(resources(synth(plain)));
  });

  test("what is of use goes on working: depends_on, conditions, a provisioner after ours, triggers beside ours, an older record", () => {
    const stack = newStack({ resources: type });
    const carrier = carrierOf(newContainer(stack, newHost(stack)));
    const condition = { condition: "${true}", errorMessage: "no" };
    carrier.dependsOn = ["terraform_data.first"];
    carrier.addOverride("depends_on", ["terraform_data.second"]);
    carrier.lifecycle = { precondition: [condition], postcondition: [condition], preventDestroy: true };
    carrier.provisioners = [{ type: "local-exec", command: "true" }];
    carrier.addOverride(type === "null_resource" ? "triggers.mine" : "triggers_replace.mine", "1");
    carrier.moveFromId(`${type}.older`);
    const json = synth(stack) as StackJson & { readonly moved: unknown };
    const { depends_on, lifecycle, provisioner, ...rest } = resource(json, "web1_database", type);
    const written = { condition: "${true}", error_message: "no" };
    expect(depends_on).toEqual([`${type}.nixos-teardown`, "terraform_data.first", "terraform_data.second"]);
    expect(lifecycle).toEqual({ precondition: [written], postcondition: [written] });
    expect(provisioner.map((one) => Object.keys(one))).toEqual([["remote-exec"], ["local-exec"]]);
    expect(rest[type === "null_resource" ? "triggers" : "triggers_replace"]).toMatchObject({
      mine: "1",
      running: "true",
    });
    expect(json.moved).toEqual([{ from: `${type}.older`, to: `${type}.web1_database` }]);
  });

  test("an override of the stack that reaches our resources is refused, and one that does not stands", () => {
    for (const [path, value, what] of [
      [`resource.${type}.web1_database.lifecycle.ignore_changes`, "all", `alters ${type}.web1_database`],
      [`resource.${type}.nixos-teardown.for_each`, {}, `alters ${type}.nixos-teardown`],
      ["resource.terraform_data.nixos-problems.count", 0, "alters terraform_data.nixos-problems"],
      ["locals.nixos_converge", "true", "alters local.nixos_converge"],
      ["removed", [{ from: `${type}.web1_database` }], `has a \`removed\` block for ${type}.web1_database`],
      ["moved", { from: `${type}.nixos-teardown["x"]`, to: "null_resource.x" }, "has a `moved` block"],
      ["import", [{ to: `${type}.web1_database`, id: "1" }], "has a `import` block"],
    ] as const) {
      const stack = newStack({ resources: type });
      newContainer(stack, newHost(stack));
      stack.addOverride(path, value);
      expect(refusal(() => synth(stack)).problems).toEqual([
        expect.objectContaining({ what: expect.stringContaining(what) as string, where: { construct: "prod" } }),
      ]);
    }
    const stack = newStack({ resources: type });
    newContainer(stack, newHost(stack));
    stack.addOverride(`resource.${type}.mine.depends_on`, [`${type}.web1_database`]);
    stack.addOverride("removed", [{ from: `${type}.web1_database_of_old` }]);
    expect(resource(synth(stack), "mine", type)).toBeDefined();
  });

  test("what an aspect sets on the problem guard leaves it as it is", () => {
    const stack = newStack({ resources: type });
    newContainer(stack, newHost(stack));
    const guard = carrierAt(stack, "nixos-hosts", "problems");
    guard.count = 0;
    guard.lifecycle = { ignoreChanges: "all" };
    guard.overrideLogicalId("other");
    expect(Object.keys(resource(synth(stack), "nixos-problems", "terraform_data"))).toEqual(["lifecycle"]);
  });

  test("an aspect that touches what has tags alone touches none of ours", () => {
    const stack = newStack({ resources: type });
    newContainer(stack, newHost(stack));
    const touched: string[] = [];
    onAll(stack, (node) => {
      if ("tags" in node) touched.push(node.node.path);
    });
    synth(stack);
    expect(touched).toEqual([]);
  });
});

describeWith([engine], `A3: the real ${engine}`, () => {
  test("changes what a policy of prevent_destroy covers, and refuses to destroy the stack", () => {
    /** The stack as it is deployed to a host, but for what would reach the host. */
    const deployed = (autoStart: boolean): unknown => {
      const stack = newStack({ resources: "terraform_data" });
      newContainer(stack, newHost(stack), "database", { autoStart });
      onAll(stack, (node) => (node.lifecycle = { preventDestroy: true }));
      const json = synth(stack);
      const { "nixos-problems": _guard, ...records } = json.resource["terraform_data"] ?? {};
      const unprovisioned = Object.entries(records).map(([name, { provisioner: _provisioner, ...record }]) => [
        name,
        { ...record, depends_on: record.depends_on?.filter((address) => !address.endsWith(".nixos-problems")) },
      ]);
      return { locals: json.locals, resource: { terraform_data: Object.fromEntries(unprovisioned) as unknown } };
    };
    const run = engineFolder(deployed(false));
    expect(run("init").code).toBe(0);
    expect(run("apply", "-auto-approve").output).toContain("3 added, 0 changed, 0 destroyed");
    run.write(deployed(true));
    expect(run("apply", "-auto-approve").output).toContain("1 added, 0 changed, 1 destroyed");
    const { code, output } = run("destroy", "-auto-approve");
    expect([code, output]).toEqual([1, expect.stringContaining("terraform_data.nixos-prevent-destroy")]);
  });
});
