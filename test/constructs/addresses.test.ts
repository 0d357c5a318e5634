import { readFileSync } from "node:fs";
import path from "node:path";
import type { NixosContainer } from "../../constructs";
import { type NixosContainerProps, NixosHost, nix, planOf } from "../../constructs";
import { EmbeddedHost } from "../../src/sim/package-entry";
import { describeWith } from "../support/tools";
import { type Block, newApp, newContainer, newHost, newStack, refusal, resource, synth } from "./app";
import { engine, engineFolder } from "./engine";
import { FakeSsh } from "./fake-ssh";
import { App, Fn, TerraformOutput, TerraformResource, TerraformStack, Testing } from "./framework";

const network = { privateNetwork: true };

/** What a synthesized stack says, as far as these tests look. */
interface Json {
  readonly output?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
}

function jsonOf(stack: TerraformStack): Json {
  return JSON.parse(
    readFileSync(path.join(App.of(stack).outdir, "stacks", stack.node.id, "cdk.tf.json"), "utf8"),
  ) as Json;
}

/** A stack with a container `web` whose addresses are to be chosen, and one `user` with this configuration. */
function users(
  config: (web: NixosContainer) => NixosContainerProps["config"],
  { stack = newStack(), host = newHost(stack) } = {},
): TerraformStack {
  const web = newContainer(stack, host, "web", { network });
  newContainer(stack, host, "user", { config: config(web) });
  return stack;
}

const configOf = (stack: TerraformStack): string => planOf(stack).declared("user").config.files[0]?.text ?? "";

/** A host of this very test, which is looked at, under the name that a stack gives it. */
function onEmbedded(
  embedded: EmbeddedHost,
  containers?: NonNullable<ConstructorParameters<typeof NixosHost>[2]["containerNetwork"]>,
) {
  const stack = newStack({ observe: "on" });
  const more = containers ? { containerNetwork: containers } : {};
  return { stack, host: new NixosHost(stack, "web1", { ...embedded.connection, ...more }) };
}

describe("an address that is chosen is known where a configuration holds it", () => {
  test.each<[string, (web: NixosContainer) => NixosContainerProps["config"], string]>([
    ["in a text", (web) => `{ services.x.url = "http://${web.localAddress ?? ""}:80/"; }`, '"http://192.0.2.2:80/"'],
    ["in an object", (web) => ({ services: { x: { url: web.localAddress } } }), 'url = "192.0.2.2";'],
    ["within a string", (web) => ({ a: { b: `http://${web.hostAddress ?? ""}:80` } }), 'b = "http://192.0.2.1:80";'],
    ["in a list", (web) => ({ networking: { nameservers: ["::1", web.localAddress] } }), '[ "::1" "192.0.2.2" ]'],
    [
      "as a name",
      (web) => ({ networking: { hosts: { [web.localAddress ?? ""]: ["web"] } } }),
      '"192.0.2.2" = [ "web" ];',
    ],
    ["in lines", (web) => ({ a: { b: `x\ny ${web.localAddress ?? ""}\n` } }), "y 192.0.2.2\n"],
    [
      "in a template",
      (web) => nix`{ lib, ... }: { a.b = lib.mkForce ${web.localAddress}; }`,
      'lib.mkForce "192.0.2.2"',
    ],
    [
      "in a template of an object",
      (web) => ({ a: { b: nix`lib.mkForce "http://${nix`x`}:${[web.localAddress]}"` } }),
      '[ "192.0.2.2" ]',
    ],
    ["twice", (web) => `{ a.b = "${web.localAddress ?? ""} ${web.localAddress ?? ""}"; }`, '"192.0.2.2 192.0.2.2"'],
  ])("%s", (_where, config, expected) => {
    expect(configOf(users(config))).toContain(expected);
  });

  test("other values of Terraform's are refused as before, beside ours too", () => {
    const stack = newStack();
    const web = newContainer(stack, newHost(stack), "web", { network });
    const id = new TerraformResource(stack, "x", { terraformResourceType: "terraform_data" }).getStringAttribute("id");
    newContainer(stack, newHost(stack, "web2"), "user", { config: { a: { b: `${web.localAddress ?? ""} ${id}` } } });
    expect(refusal(() => planOf(stack)).message).toContain("config.a.b holds a value that is only known after apply");
  });

  test("that of another app is refused", () => {
    const elsewhere = newStack();
    const web = newContainer(elsewhere, newHost(elsewhere), "web", { network });
    const stack = newStack();
    newContainer(stack, newHost(stack), "user", { config: { a: { b: web.localAddress } } });
    expect(refusal(() => planOf(stack)).message).toContain("config holds the address of a container of another app");
  });

  test("in settings, which are needed before, it is refused", () => {
    const stack = newStack();
    const host = newHost(stack);
    const web = newContainer(stack, host, "web", { network });
    newContainer(stack, host, "user", { network: { hostAddress: web.hostAddress, localAddress: "10.0.0.2" } });
    new NixosHost(stack, "inner", { address: web.localAddress ?? "" });
    const said = refusal(() => planOf(stack)).message;
    expect(said).toContain(
      "network.hostAddress holds an address of a container that is chosen only when the hosts are looked at, and settings are needed before",
    );
    expect(said).toContain("address holds an address of a container that is chosen only when the hosts are looked at");
  });
});

test("a literal address stays what it is", () => {
  const stack = newStack();
  const given = { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };
  const web = newContainer(stack, newHost(stack), "web", { network: given });
  expect([web.hostAddress, web.localAddress, web.localAddress6]).toEqual(["10.0.0.1", "10.0.0.2", undefined]);
  const none = newContainer(stack, newHost(stack, "web2"), "none", { network: { ...network, localAddress: null } });
  expect(none.localAddress).toBeUndefined();
});

describe("an address that is chosen is known where Terraform's values hold it", () => {
  function stackWithOutputs(): TerraformStack {
    const stack = newStack();
    const web = newContainer(stack, newHost(stack), "web", {
      network: { localAddress: "auto", localAddress6: "auto" },
    });
    const { localAddress = "", hostAddress = "", localAddress6 = "" } = web;
    new TerraformOutput(stack, "plain", { value: localAddress });
    new TerraformOutput(stack, "within", { value: `http://${localAddress}:80` });
    new TerraformOutput(stack, "inside", { value: { a: [hostAddress, `[${localAddress6}]:80`] } });
    new TerraformOutput(stack, "argument", { value: Fn.join(",", [localAddress, `${hostAddress}/32`]) });
    new TerraformOutput(stack, "upper", { value: Fn.upper(`http://${localAddress}`) });
    const data = new TerraformResource(stack, "data", { terraformResourceType: "terraform_data", dependsOn: [web] });
    data.addOverride("input", `${localAddress}\n`);
    return stack;
  }

  test("as outputs, within texts and as the arguments of functions, under Testing.synth too", () => {
    const stack = stackWithOutputs();
    const { output, resource: resources } = JSON.parse(Testing.synth(stack)) as Json;
    expect(output).toMatchObject({
      plain: { value: "192.0.2.2" },
      within: { value: "http://192.0.2.2:80" },
      inside: { value: { a: ["192.0.2.1", "[2001:db8:0:1::2]:80"] } },
    });
    expect(resources?.["terraform_data"]?.["data"]).toMatchObject({ input: "192.0.2.2\n" });
    synth(stack);
    expect(jsonOf(stack).output).toEqual(output);
  });

  describeWith(engine, `with the real ${engine}`, () => {
    test("functions take it for a text", () => {
      const stack = stackWithOutputs();
      synth(stack);
      const run = engineFolder({ output: jsonOf(stack).output });
      expect(run("init")).toMatchObject({ code: 0 });
      expect(run("apply", "-auto-approve", "-input=false").output).toContain("Apply complete");
      const outputs = JSON.parse(run("output", "-json").output) as Record<string, { value: unknown }>;
      expect(outputs["argument"]?.value).toBe("192.0.2.2,192.0.2.1/32");
      expect(outputs["upper"]?.value).toBe("HTTP://192.0.2.2");
    });
  });
});

describe("a stack that holds a stand-in must not be deployed", () => {
  const guards = (stack: TerraformStack): string =>
    JSON.stringify(jsonOf(stack).resource?.["terraform_data"]?.["nixos-problems"] ?? {});

  test("also one that has no host", () => {
    const app = newApp();
    const stack = new TerraformStack(app, "prod");
    const web = newContainer(stack, newHost(stack), "web", { network });
    const other = new TerraformStack(app, "other");
    new TerraformOutput(other, "address", { value: web.localAddress ?? "" });
    const free = new TerraformStack(app, "free");
    app.synth();
    expect(guards(stack)).toContain("observation is off");
    expect(guards(other)).toContain(
      "the stack holds the localAddress of prod/web, which is not known: observation is off",
    );
    expect(jsonOf(free).resource).toBeUndefined();
  });

  test("a host that is not reached fails those too that hold an address of its containers, and no others", () => {
    const ssh = new FakeSsh();
    try {
      const app = newApp({ observe: "on" });
      const stack = new TerraformStack(app, "prod");
      const web = newContainer(stack, newHost(stack), "web", { network });
      const other = new TerraformStack(app, "other");
      newContainer(other, newHost(other, "web2"), "user", { config: { a: { b: web.localAddress } } });
      const said = planOf(app).problems.map(({ what }) => what);
      expect(said).toContain(
        "config holds the localAddress of prod/web, which is not known: web1 could not be observed",
      );
    } finally {
      ssh.restore();
    }
  });
});

describe("on a host that is looked at", () => {
  let embedded: EmbeddedHost;
  beforeAll(async () => {
    embedded = await EmbeddedHost.start({
      name: "web1",
      declarative: [{ name: "declared", conf: { HOST_ADDRESS: "10.233.1.1", LOCAL_ADDRESS: "10.233.1.2" } }],
    });
  });
  afterAll(() => embedded.stop());

  test("the lowest pair is free of what declarative containers have, and the plan says so", () => {
    const { stack, host } = onEmbedded(embedded);
    users((web) => ({ networking: { hosts: { [web.localAddress ?? ""]: ["web"] } } }), { stack, host });
    const plan = planOf(stack);
    expect(plan.problems).toEqual([]);
    expect(plan.declared("web").network).toMatchObject({ hostAddress: "10.233.2.1", localAddress: "10.233.2.2" });
    expect(String(plan)).toContain("network.localAddress 10.233.2.2 is the lowest that is free in 10.233.0.0/16");
    expect(configOf(stack)).toContain('"10.233.2.2" = [ "web" ];');
    expect(resource(synth(stack), "web1_web").triggers["conf"]).toContain("LOCAL_ADDRESS=10.233.2.2");
  });

  test("two synths are the same to the byte", () => {
    const texts = [1, 2].map(() => {
      const { stack, host } = onEmbedded(embedded);
      users((web) => `{ a.b = "${web.localAddress ?? ""}"; }`, { stack, host });
      synth(stack);
      return JSON.stringify(jsonOf(stack).resource?.["null_resource"]?.["web1_user"]);
    });
    expect(texts[1]).toBe(texts[0]);
  });

  test("a pool of the host's own", () => {
    const { stack, host } = onEmbedded(embedded, { pool: "10.99.0.0/24", pool6: "fd00:99::/48" });
    newContainer(stack, host, "web", { network: { localAddress: "auto", localAddress6: "auto" } });
    expect(planOf(stack).declared("web").network).toMatchObject({
      ...{ hostAddress: "10.99.0.1", localAddress: "10.99.0.2" },
      ...{ hostAddress6: "fd00:99:0:1::1", localAddress6: "fd00:99:0:1::2" },
    });
  });
});

test("the address of a container of another stack, on another host, is taken too", () => {
  const app = newApp();
  const one = new TerraformStack(app, "one");
  const web = newContainer(one, newHost(one), "web", { network });
  const two = new TerraformStack(app, "two");
  newContainer(two, newHost(two, "web2"), "user", { config: { a: { b: web.localAddress } } });
  expect(configOf(two)).toContain('b = "192.0.2.2";');
  expect(planOf(app).problems).toHaveLength(2);
});
