import { TerraformStack, Testing } from "./framework";
import { Construct } from "constructs";
import { NixosHost } from "../../constructs";
import { newApp, newContainer, newHost, newStack, refusal, resource, type StackJson, synth, synthText } from "./app";

function names(json: StackJson): string[] {
  return Object.keys(json.resource["null_resource"] ?? {});
}

test("Terraform's name for a container is the host's id and the container's name", () => {
  const stack = newStack();
  newContainer(stack, newHost(stack, "web1"), "database");
  expect(names(synth(stack))).toEqual(["nixos-teardown", "web1_database", "web1_nixos-removals"]);
});

test("renaming a container's construct changes nothing when its name is given", () => {
  const texts = ["database", "postgres-of-the-shop"].map((id) => {
    const stack = newStack();
    newContainer(stack, newHost(stack), id, { name: "database" });
    return synth(stack).resource["null_resource"]?.["web1_database"];
  });
  const [before, after] = texts.map((carrier) => JSON.stringify({ ...carrier, "//": undefined }));
  expect(before).toBe(after);
});

test("moving a host and a container in the tree changes nothing", () => {
  const flat = newStack();
  newContainer(flat, newHost(flat));
  const deep = newStack();
  const room = new Construct(new Construct(deep, "site"), "room");
  newContainer(new Construct(deep, "apps"), newHost(room));
  const [before, after] = [flat, deep].map((stack) => JSON.parse(Testing.synth(stack)) as StackJson);
  expect(before.resource["null_resource"]).toEqual(after.resource["null_resource"]);
});

test("the order of the containers changes nothing but the order in which removals wait for them", () => {
  const synthesized = [
    ["a", "b"],
    ["b", "a"],
  ].map((ids) => {
    const stack = newStack();
    const host = newHost(stack);
    for (const id of ids) newContainer(stack, host, id);
    return synth(stack);
  });
  for (const name of ["web1_a", "web1_b"]) {
    expect(resource(synthesized[0], name)).toEqual(resource(synthesized[1], name));
  }
});

test("two hosts of one id in different scopes stay apart", () => {
  const stack = newStack();
  const [east, west] = ["east", "west"].map((id) => newHost(new Construct(stack, id), "web")) as [
    ReturnType<typeof newHost>,
    ReturnType<typeof newHost>,
  ];
  newContainer(stack, east, "one", { name: "database" });
  newContainer(stack, west, "two", { name: "database" });
  expect(names(synth(stack))).toEqual([
    "nixos-teardown",
    "prod-west-web_database",
    "prod-west-web_nixos-removals",
    "web_database",
    "web_nixos-removals",
  ]);
});

test("ids that Terraform cannot have become names it can have, each its own", () => {
  const stack = newStack();
  ["web 1", "web_1", "1web", "wéb", "we${b", "web.1"].forEach((id, index) => {
    newContainer(stack, new NixosHost(stack, id, { address: `web${index}` }), `of ${id}`, { name: "a" });
  });
  const found = names(synth(stack));
  expect(new Set(found).size).toBe(13);
  for (const name of found) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_-]*$/);
});

test("a host can be used from another stack of its app", () => {
  const app = newApp();
  const hosts = new TerraformStack(app, "hosts");
  const apps = new TerraformStack(app, "apps");
  newContainer(apps, newHost(hosts));
  expect(names(synth(hosts))).toEqual(["nixos-teardown", "web1_nixos-removals"]);
  expect(names(synth(apps))).toEqual(["nixos-teardown", "web1_database", "web1_nixos-removals"]);
  expect(resource(synth(apps), "nixos-teardown").triggers["owner"]).toBe("project/apps");
});

test("a host of another app is refused, also when this app has one at the same path", () => {
  for (const twin of [false, true]) {
    const [mine, other] = [newStack(), newStack()];
    if (twin) newHost(mine);
    const foreign = newHost(other);
    newContainer(mine, foreign, "database", { stateVersion: "x" });
    expect(refusal(() => synth(mine)).problems).toEqual([
      expect.objectContaining({ what: 'stateVersion "x" is not a NixOS release' }),
      {
        code: "input",
        what: "the host prod/web1 belongs to another app",
        where: { construct: "prod/database", container: "database" },
        remedy: "declare the host and its containers in the same App",
      },
    ]);
  }
});

test("two apps of one process know nothing of each other", () => {
  const [sound, broken] = [newStack(), newStack({ resources: "terraform_data", owner: "somebody" })];
  newContainer(sound, newHost(sound));
  newContainer(broken, newHost(broken), "data_base");
  expect(names(synth(sound))).toContain("web1_database");
  expect(refusal(() => synth(broken)).problems).toHaveLength(1);
  const alone = newStack();
  newContainer(alone, newHost(alone));
  expect(synth(sound).resource).toEqual(synth(alone).resource);
});

test("two synths of one app, and of two equal apps, give the same bytes", () => {
  const texts = [1, 2].flatMap(() => {
    const stack = newStack();
    newContainer(stack, newHost(stack));
    return [synthText(stack), synthText(stack)];
  });
  expect(new Set(texts).size).toBe(1);
});

test("Testing.synth gives what app.synth writes, with and without validations", () => {
  const stack = newStack();
  newContainer(stack, newHost(stack));
  const written = synth(stack).resource;
  for (const validations of [false, true]) {
    const { resource: tested } = JSON.parse(Testing.synth(stack, validations)) as StackJson;
    const text = (value: unknown): string =>
      JSON.stringify(value, (key, inner: unknown) => (key === "//" ? undefined : inner));
    expect(JSON.parse(text(tested))).toEqual(JSON.parse(text(written)));
  }
});
