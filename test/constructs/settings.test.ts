import { writeFileSync } from "node:fs";
import { TerraformStack } from "./framework";
import { Construct } from "constructs";
import { newApp, newContainer, newHost, newStack, refusal, resource, synth, temporaryFolder } from "./app";

const before = process.cwd();
beforeEach(() => process.chdir(temporaryFolder()));
afterEach(() => {
  process.chdir(before);
  for (const name of ["OBSERVE", "RESOURCES", "OWNER"]) delete process.env[`CDKTF_NIXOS_${name}`];
});

/** The one problem of a stack with these settings, as [what, remedy]. */
function told(settings: Readonly<Record<string, unknown>>): [string, string] {
  const stack = newStack(settings);
  newHost(stack);
  const { problems } = refusal(() => synth(stack));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ code: "settings", where: {} });
  return [problems[0].what, problems[0].remedy];
}

function ownerOf(settings: Readonly<Record<string, unknown>>): string | undefined {
  const stack = newStack(settings);
  newHost(stack);
  return resource(synth(stack), "nixos-teardown").triggers["owner"];
}

describe("each wrong setting has its error", () => {
  const owner = "use 1 to 100 letters, digits, dots, colons, hyphens, underscores and @";
  test.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    ["observe", { observe: "never" }, 'observe is "never"', 'use "on" or "off"'],
    ["observe as a boolean", { observe: false }, "observe is false", 'use "on" or "off"'],
    ["resources", { resources: "null" }, 'resources is "null"', 'use "null_resource" or "terraform_data"'],
    ["transport", { transport: "shh" }, 'transport is "shh"', 'did you mean "ssh"?'],
    [
      "transport as a protocol",
      { transport: "telnet" },
      'transport is "telnet"',
      'use "remote-exec" (Terraform\'s own SSH client, the default) or "ssh" (the ssh of the machine that deploys)',
    ],
    [
      "an unknown key",
      { resource: "terraform_data" },
      'the context cdktf-nixos has an unknown key "resource"',
      "did you mean resources?",
    ],
    [
      "a key that is like none",
      { colour: "red" },
      'the context cdktf-nixos has an unknown key "colour"',
      "use observe, resources, transport or owner",
    ],
    ["an owner with a space", { owner: "my project" }, 'owner is "my project"', owner],
    ["an owner with a quote", { owner: "o'brien" }, `owner is "o'brien"`, owner],
    ["an owner that is no text", { owner: 7 }, "owner is 7", owner],
    ["no owner", { owner: undefined, observe: "on" }, noProject(), noProjectRemedy()],
  ])("%s", (_title, settings, what, remedy) => {
    expect(told(settings)).toEqual([what, remedy]);
  });

  test("a context that is no object", () => {
    const app = newApp();
    app.node.setContext("cdktf-nixos", "off");
    process.env["CDKTF_NIXOS_OBSERVE"] = "off";
    newHost(new TerraformStack(app, "prod"));
    expect(refusal(() => app.synth()).message).toBe(
      'the context cdktf-nixos is "off", not an object\n  → write it like { "resources": "terraform_data" }',
    );
  });

  test("one from the environment", () => {
    process.env["CDKTF_NIXOS_RESOURCES"] = "null";
    expect(told({})).toEqual(['resources is "null"', 'use "null_resource" or "terraform_data"']);
  });
});

function noProject(): string {
  return "cdktf.json has no projectId, so what is deployed would have no owner";
}
function noProjectRemedy(): string {
  return 'add "projectId": "<a uuid>" to cdktf.json, or set the context cdktf-nixos.owner';
}

describe("the owner", () => {
  test("is the projectId of cdktf.json and the stack", () => {
    writeFileSync("cdktf.json", JSON.stringify({ projectId: "b1b7b5f5-6d5e-4d3c-9a55-2f3c8f6a0001" }));
    expect(ownerOf({ owner: undefined })).toBe("b1b7b5f5-6d5e-4d3c-9a55-2f3c8f6a0001/prod");
  });

  test("can be set in the context, and above it in the environment", () => {
    writeFileSync("cdktf.json", JSON.stringify({ projectId: "project" }));
    expect(ownerOf({ owner: "context" })).toBe("context/prod");
    process.env["CDKTF_NIXOS_OWNER"] = "environment";
    expect(ownerOf({ owner: "context" })).toBe("environment/prod");
  });

  test("is not needed while nothing is observed: unit tests run anywhere", () => {
    expect(ownerOf({ owner: undefined })).toBe("unowned/prod");
  });

  test.each([
    ["broken", "{ projectId"],
    ["without a projectId", "{}"],
    ["with an empty projectId", '{ "projectId": "" }'],
    ["that is null", "null"],
  ])("is missed in a cdktf.json %s", (_title, text) => {
    writeFileSync("cdktf.json", text);
    expect(told({ owner: undefined, observe: "on" })).toEqual([noProject(), noProjectRemedy()]);
  });
});

test("the environment beats the context", () => {
  process.env["CDKTF_NIXOS_RESOURCES"] = "terraform_data";
  process.env["CDKTF_NIXOS_OBSERVE"] = "off";
  const stack = newStack({ resources: "null_resource", observe: "on" });
  newContainer(stack, newHost(stack));
  expect(Object.keys(synth(stack).resource)).toEqual(["terraform_data"]);
});

test("an empty variable is as good as none", () => {
  process.env["CDKTF_NIXOS_RESOURCES"] = "";
  const stack = newStack({ resources: "terraform_data" });
  newHost(stack);
  expect(Object.keys(synth(stack).resource)).toEqual(["terraform_data"]);
});

test("a config path starts at the working directory, wherever the construct stands", () => {
  writeFileSync("web.nix", "{ services.nginx.enable = true; }\n");
  const stack = newStack();
  newContainer(new Construct(stack, "group"), newHost(stack), "web", { config: "./web.nix" });
  expect(resource(synth(stack), "web1_web").triggers["config/web.nix"]).toBe("{ services.nginx.enable = true; }\n");
});
