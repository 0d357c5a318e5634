import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TerraformStack, Testing } from "./framework";
import { NixosError, NixosHost } from "../../constructs";
import { describeWith } from "../support/tools";
import { newApp, newContainer, newHost, newStack, refusal, synth, temporaryFolder } from "./app";
import { FakeSsh } from "./fake-ssh";

let ssh: FakeSsh;
beforeEach(() => {
  ssh = new FakeSsh();
  process.env["CDKTF_NIXOS_PLAN_FILE"] = path.join(temporaryFolder(), "plan.json"); // keeps it from printing
});
afterEach(() => {
  ssh.restore();
  delete process.env["CDKTF_NIXOS_PLAN_FILE"];
});

/** Two stacks with a problem of every kind; the settings have one too. */
function brokenStacks(settings: Readonly<Record<string, unknown>> = {}): [TerraformStack, TerraformStack] {
  const app = newApp({ observe: "on", ...settings });
  const stacks = ["one", "two"].map((id) => new TerraformStack(app, id)) as [TerraformStack, TerraformStack];
  const [one, two] = stacks;
  const web1 = newHost(one);
  newContainer(one, web1, "data_base");
  newContainer(one, web1, "foo", { network: { hostAddress: "10.0.0" }, config: "" });
  newContainer(two, new NixosHost(two, "web2", { address: "web2", port: 0 }), "bar", { bindMounts: { data: {} } });
  newContainer(two, web1, "again", { name: "foo" });
  return stacks;
}

const expected = [
  'the container name "data_base" has an underscore, which no machine name may have: it could be created and would never start (construct one/data_base, container data_base, host web1)\n  → use a hyphen, or set `name:`',
  'network.hostAddress "10.0.0" is not an IPv4 address (construct one/foo, container foo, host web1)\n  → write it like "192.168.100.11"',
  "config is empty (construct one/foo, container foo, host web1)\n  → write a NixOS module, such as { services.nginx.enable = true; }",
  "port 0 is not a port (construct two/web2, host web2)\n  → use a whole number from 1 to 65535",
  'bindMounts mountPoint "data" is not absolute (construct two/bar, container bar, host web2)\n  → begin it with /, like "/srv/data", or set a mountPoint below this key',
  'the container name "foo" is also that of one/foo (container foo) on the same host (construct two/again, container foo, host web1)\n  → give one of them another construct id, or set its `name:`',
];

test("all problems of an app are told together, whichever stack is synthesized first, and no host hears of it", () => {
  for (const synthesize of [
    ([one]: readonly TerraformStack[]) => synth(one),
    ([one]: readonly TerraformStack[]) => Testing.synth(one),
    ([, two]: readonly TerraformStack[]) => Testing.synth(two, true),
  ]) {
    expect(refusal(() => synthesize(brokenStacks())).message).toBe(expected.join("\n"));
    expect(ssh.calls()).toEqual([]);
  }
});

test("the problems of the settings stand among them", () => {
  const [one] = brokenStacks({ resources: "null" });
  expect(refusal(() => synth(one)).message).toBe(
    ['resources is "null"\n  → use "null_resource" or "terraform_data"', ...expected].join("\n"),
  );
  expect(ssh.calls()).toEqual([]);
});

test("the error carries each problem as data, and the first one's code and remedy", () => {
  const error = refusal(() => synth(brokenStacks()[0]));
  expect(error).toBeInstanceOf(NixosError);
  expect(error.problems).toHaveLength(expected.length);
  expect([error.code, error.hint]).toEqual(["input", "use a hyphen, or set `name:`"]);
  expect(error.stack).not.toContain("    at ");
});

test("the control: where the inputs are sound, each host is asked", () => {
  const stack = newStack({ observe: "on" });
  newContainer(stack, newHost(stack, "web1"));
  newHost(stack, "web2");
  synth(stack);
  const calls = ssh.calls().join("\n");
  for (const host of ["web1.example.org", "web2.example.org"]) expect(calls).toContain(host);
});

test("with observation off, nothing is asked either", () => {
  const stack = newStack();
  newContainer(stack, newHost(stack));
  synth(stack);
  expect(ssh.calls()).toEqual([]);
});

describeWith("nix-instantiate", "with the real nix", () => {
  test("a module that is not valid Nix is refused, file and line, before any host is asked", () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "default.nix"), "{ ... }:\n{\n  services.nginx.enable = tru e\n}\n");
    const stack = newStack({ observe: "on" });
    const host = newHost(stack);
    newContainer(stack, host, "text", { config: "{ a = ; }" });
    newContainer(stack, host, "folder", { config: folder });
    newContainer(stack, host, "sound");
    const { problems } = refusal(() => synth(stack));
    expect(problems.map(({ code, what, where, remedy }) => ({ code, what, where, remedy }))).toEqual([
      {
        code: "config",
        what: "config:1 is not valid Nix",
        where: { construct: "prod/text", container: "text", host: "web1" },
        remedy: "correct the line that nix names",
      },
      {
        code: "config",
        what: "default.nix:4 is not valid Nix",
        where: { construct: "prod/folder", container: "folder", host: "web1" },
        remedy: "correct the line that nix names",
      },
    ]);
    for (const { detail } of problems) expect(detail).toMatch(/syntax error|unexpected/);
    expect(ssh.calls()).toEqual([]);
  });

  test("F1: what is no Nix and only lies in a folder that travels is none of that, until a path names it", () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, "site"));
    writeFileSync(path.join(folder, "site/page.nix"), "{{ a template }}\n");
    const told = (module: string): string[] => {
      writeFileSync(path.join(folder, "default.nix"), module);
      const stack = newStack({ observe: "on" });
      newContainer(stack, newHost(stack), "site", { config: folder });
      newContainer(stack, newHost(stack, "web2"), "control", { config: "{ a = ; }" });
      return refusal(() => synth(stack)).problems.map(({ what }) => what);
    };
    expect(told("{ environment.etc.site.source = ./site; }\n")).toEqual(["config:1 is not valid Nix"]);
    expect(told("{ imports = [ ./site/page.nix ]; }\n")).toEqual([
      "site/page.nix:1 is not valid Nix",
      "config:1 is not valid Nix",
    ]);
  });

  test("A15: nor is what no path names in the folder that is given as config", () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "default.nix"), "{ services.nginx.enable = true; }\n");
    writeFileSync(path.join(folder, "old.nix"), "{ a = ; }\n");
    const stack = newStack({ observe: "on" });
    newContainer(stack, newHost(stack), "folder", { config: folder });
    newContainer(stack, newHost(stack, "web2"), "control", { config: "{ a = ; }" });
    expect(refusal(() => synth(stack)).problems.map(({ what }) => what)).toEqual(["config:1 is not valid Nix"]);
  });

  test("it is told together with the problems of other kinds, and once", () => {
    const [one] = brokenStacks();
    newContainer(one, newHost(one, "web3"), "invalid", { config: "{ a = ; }" });
    expect(refusal(() => synth(one)).problems.map(({ what }) => what)).toEqual([
      ...expected.map((text) => text.split(" (construct ")[0]),
      "config:1 is not valid Nix",
    ]);
  });
});

test("under cdktf it is printed without a stack, and the exit code is 1", () => {
  const folder = temporaryFolder();
  const host = { id: "web1", address: "web1.example.org" };
  const containers = [{ id: "data_base", host: "web1", config: "{ }" }];
  writeFileSync(path.join(folder, "app.json"), JSON.stringify({ stacks: [{ id: "one", hosts: [host], containers }] }));
  writeFileSync(path.join(folder, "cdktf.json"), JSON.stringify({ projectId: "project" }));
  const app = path.resolve(__dirname, "../support/app.js");
  const env = { ...process.env, CDKTF_OUTDIR: path.join(folder, "cdktf.out"), JEST_WORKER_ID: undefined };
  const run = spawnSync(process.execPath, [app], { cwd: folder, env, encoding: "utf8" });
  const stderr = run.stderr.replace(/, \S+support\/app\.js:\d+\)/, ")"); // where in the app the container is made
  expect({ ...run, stderr }).toMatchObject({ status: 1, stdout: "", stderr: `${expected[0]}\n` });
  expect(ssh.calls()).toEqual([]);
});
