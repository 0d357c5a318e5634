import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { App, TerraformStack } from "cdktf";
import { findEngine, nullVersion, quietEnvironment } from "../../examples/support/engine";
import { nullAddresses, nullProviderDouble } from "../../examples/support/null-provider-double";
import { mirrorEnvironment } from "../../examples/support/provider-mirror";
import { describeUnless } from "../support/tools";
import { Workspace } from "./workspace";

const engine = findEngine(process.env);
const double = engine ? nullProviderDouble(engine, process.env) : { problem: "there is no terraform" };
const mirror = "mirror" in double ? double.mirror : "";

describeUnless("problem" in double && double.problem, "the double of hashicorp/null", () => {
  let workspace: Workspace;

  let env: Record<string, string>;

  beforeEach(() => {
    env = mirrorEnvironment(mirror, quietEnvironment(process.env));
    workspace = new Workspace(env);
  });
  afterEach(() => {
    workspace.remove();
  });

  const written = (name: string) => readFileSync(path.join(workspace.folder, name), "utf8");
  const appends = (word: string, when = "create") => ({ "local-exec": { command: `echo ${word} >> ran`, when } });

  test("1. its version is the one that @cdktf/provider-null asks for, which satisfies ~> 3.0", () => {
    workspace.configure({ one: {} });
    workspace.init();
    expect(JSON.parse(workspace.run("version", "-json"))).toMatchObject({
      provider_selections: { [addressHere()]: nullVersion },
    });
    expect(synthesized()).toMatchObject({ required_providers: { null: { version: nullVersion } } });
  });

  test.each(nullAddresses)(
    "2. it lies in the mirror as %s, for this platform and for the one cdktf locks",
    (address) => {
      for (const platform of [engine!.platform, "linux_amd64"]) {
        const folder = path.join(mirror, address, nullVersion, platform);
        expect(existsSync(path.join(folder, `terraform-provider-null_v${nullVersion}`))).toBe(true);
      }
    },
  );

  test("2. `providers lock` finds it, as cdktf runs it", () => {
    workspace.configure({ one: {} });
    workspace.init();
    workspace.run("providers", "lock", "-no-color", "-platform=linux_amd64");
    expect(written(".terraform.lock.hcl")).toContain(`"${nullVersion}"`);
  });

  test("3. it speaks protocol 5", () => {
    const talkative = new Workspace({ ...env, TF_LOG: "debug" });
    talkative.configure({ one: {} });
    talkative.init();
    expect(talkative.run("providers", "schema", "-json")).toContain("using plugin: version=5\n");
    talkative.remove();
  });

  test("3. 4. it has null_resource with id and triggers, and nothing else", () => {
    workspace.configure({ one: {} });
    workspace.init();
    const told = JSON.parse(workspace.run("providers", "schema", "-json")) as {
      provider_schemas: Record<string, SchemaTold>;
    };
    const schema = told.provider_schemas[addressHere()];
    expect(schema.provider.block).not.toHaveProperty("attributes");
    expect(schema).not.toHaveProperty("data_source_schemas");
    expect(Object.keys(schema.resource_schemas)).toEqual(["null_resource"]);
    expect(schema.resource_schemas["null_resource"].block.attributes).toEqual({
      id: expect.objectContaining({ type: "string", computed: true }) as unknown,
      triggers: expect.objectContaining({ type: ["map", "string"], optional: true }) as unknown,
    });
  });

  test("4. an argument it does not have is refused", () => {
    workspace.configure({ one: { inputs: {} } });
    workspace.init();
    expect(workspace.try("validate", "-no-color")).toMatchObject({
      status: 1,
      output: expect.stringContaining("inputs") as unknown,
    });
  });

  test("5. each gets an id of its own: a whole number of up to 63 bits", () => {
    workspace.configure({ one: {}, two: {} });
    workspace.init();
    workspace.apply();
    const ids = Object.values(workspace.state()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) {
      expect(id).toMatch(/^(0|[1-9]\d*)$/);
      expect(BigInt(id) < 2n ** 63n).toBe(true);
    }
  });

  test("6. 7. triggers come back as they were written, or left out, and the next plan is empty", () => {
    const hostile = { text: "line 1\nline 2\t'\"\\ ü $" + "{x} %{y} ''", empty: "" };
    const escaped = { ...hostile, text: hostile.text.replace(/[$%](?=\{)/g, (sign) => sign + sign) };
    workspace.configure({ one: { triggers: escaped }, two: {} });
    workspace.init();
    workspace.apply();
    const state = workspace.state();
    expect(state["null_resource.one"].triggers).toEqual(hostile);
    expect(state["null_resource.two"].triggers).toBeNull();

    expect(workspace.plan()).toEqual({});
    workspace.apply();
    expect(workspace.state()).toEqual(state);
  });

  test.each([
    ["changes", { a: "2" }],
    ["comes", { a: "1", b: "1" }],
    ["goes", {}],
    ["is known only after apply", { a: "${terraform_data.other.id}" }],
  ])("8. a trigger that %s replaces the resource and runs its provisioners again", (_how, triggers) => {
    const provisioner = [appends("created")];
    workspace.configure({ one: { triggers: { a: "1" }, provisioner } });
    workspace.init();
    workspace.apply();
    const before = workspace.state()["null_resource.one"];

    workspace.configure({ one: { triggers, provisioner } }, { terraform_data: { other: {} } });
    expect(workspace.plan()).toMatchObject({ "null_resource.one": ["delete", "create"] });
    workspace.apply();
    expect(written("ran")).toBe("created\ncreated\n");
    expect(workspace.state()["null_resource.one"].id).not.toBe(before.id);
  });

  test("9. a trigger under ignore_changes replaces nothing when it changes alone", () => {
    const lifecycle = { ignore_changes: ['triggers["key"]'] };
    workspace.configure({ one: { triggers: { key: "1", other: "1" }, lifecycle } });
    workspace.init();
    workspace.apply();

    workspace.configure({ one: { triggers: { key: "2", other: "1" }, lifecycle } });
    expect(workspace.plan()).toEqual({});
    workspace.configure({ one: { triggers: { key: "2", other: "2" }, lifecycle } });
    expect(workspace.plan()).toEqual({ "null_resource.one": ["delete", "create"] });
  });

  test("10. destroy runs its destroy-time provisioners", () => {
    workspace.configure({ one: { triggers: { a: "1" }, provisioner: [appends("destroyed", "destroy")] } });
    workspace.init();
    workspace.apply();
    expect(existsSync(path.join(workspace.folder, "ran"))).toBe(false);
    workspace.run("destroy", "-no-color", "-auto-approve");
    expect(written("ran")).toBe("destroyed\n");
    expect(workspace.state()).toEqual({});
  });

  test("11. import is refused", () => {
    workspace.configure({ one: {} });
    workspace.init();
    const run = workspace.try("import", "-no-color", "-input=false", "null_resource.one", "1");
    expect(run.status).toBe(1);
    expect(run.output).toMatch(/Import Not Implemented|doesn't support import/);
  });
});

/** What the engine under test calls hashicorp/null. */
function addressHere(): string {
  const isTofu = path.basename(engine!.binary).includes("tofu");
  return nullAddresses.find((address) => address.includes("opentofu") === isTofu)!;
}

/** The terraform block of a stack with a null provider. */
function synthesized(): unknown {
  const stack = new TerraformStack(new App(), "stack");
  new NullProvider(stack, "null");
  return (stack.toTerraform() as { terraform: unknown }).terraform;
}

interface SchemaTold {
  readonly provider: { readonly block: object };
  readonly resource_schemas: Record<string, { readonly block: { readonly attributes: object } }>;
}
