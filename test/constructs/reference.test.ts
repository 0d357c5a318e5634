import { readFileSync } from "node:fs";
import path from "node:path";
import { TerraformResource, TerraformStack } from "./framework";
import { Construct } from "constructs";
import { NixosHost } from "../../constructs";
import type { Plan } from "../../src/plan";
import { describeWith } from "../support/tools";
import { newApp, newContainer, newStack, refusal, remoteExec, resource, synth, temporaryFolder } from "./app";
import { engine, engineFolder } from "./engine";
import { FakeSsh } from "./fake-ssh";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6yrXVNiWeOUUmMQ5DqYkzCKrcDxQQnDzr0JSdAxPXl";

let ssh: FakeSsh;
let planFile: string;
beforeEach(() => {
  ssh = new FakeSsh();
  process.env["CDKTF_NIXOS_PLAN_FILE"] = planFile = path.join(temporaryFolder(), "plan.json");
});
afterEach(() => {
  ssh.restore();
  delete process.env["CDKTF_NIXOS_PLAN_FILE"];
});

/** The address of a server that Terraform makes itself, such as a cloud machine's. */
function serverAddress(scope: Construct): string {
  return new TerraformResource(scope, "server", { terraformResourceType: "terraform_data" }).getStringAttribute("id");
}

function stackWithServer(): TerraformStack {
  const stack = newStack({ observe: "on", resources: "terraform_data" });
  const host = new NixosHost(stack, "web1", { address: serverAddress(stack), hostKey });
  newContainer(stack, host);
  return stack;
}

test("an address that Terraform knows only later needs a pinned key", () => {
  const stack = newStack();
  new NixosHost(stack, "web1", { address: serverAddress(stack) });
  expect(refusal(() => synth(stack)).message).toBe(
    "address is only known after apply, and no hostKey is pinned, so nothing would tell the host from another (construct prod/web1, host web1)\n" +
      "  → set hostKey to all of the host's public keys (`cat /etc/ssh/ssh_host_*_key.pub`), or at least to its ecdsa key, else its rsa one: " +
      'Terraform asks for ecdsa, then rsa, before ed25519; or set transport: "ssh" on the host, which deploys through ssh itself, by what its known_hosts says',
  );
});

test("of two pinned keys of one type, Terraform would know the first alone", () => {
  const stack = newStack();
  const renewed = hostKey.replace("IA6y", "IB6y");
  new NixosHost(stack, "web1", { address: serverAddress(stack), hostKey: [hostKey, renewed] });
  new NixosHost(stack, "web2", { address: "web2", hostKey: [hostKey, renewed] }); // observed, so the one it shows is known
  expect(refusal(() => synth(stack)).message).toBe(
    "hostKey has several keys of the type ssh-ed25519, and Terraform looks at one of a type alone (construct prod/web1, host web1)\n" +
      "  → give the one that the host has now",
  );
});

test("a host whose address Terraform knows only later has no jump host", () => {
  const stack = newStack();
  new NixosHost(stack, "web1", { address: serverAddress(stack), hostKey, proxyJump: "bastion" });
  expect(refusal(() => synth(stack)).message).toContain(
    'proxyJump "bastion" stands beside an address that is only known after apply',
  );
});

test("a jump host whose keys are pinned is held to them by the deploy and by a destroy over ssh", () => {
  const stack = newStack();
  const proxyJump = { address: "bastion", hostKey };
  new NixosHost(stack, "web1", { address: serverAddress(stack), hostKey, proxyJump, transport: "ssh" });
  const text = JSON.stringify(synth(stack));
  expect(text).toContain('"ssh_jump":"bastion"');
  expect(text).toContain(`"ssh_jump_known_hosts":"* ${hostKey.split(" ").slice(0, 2).join(" ")}`);
  expect(text).toMatch(/"CDKTF_NIXOS_JUMP":"\$\{try\(self\.\w+\.ssh_jump, \\"\\"\)\}"/);
});

test("everything but the address must be known at synth", () => {
  const stack = newStack();
  new NixosHost(stack, "web1", { address: "web1", user: serverAddress(stack) });
  expect(refusal(() => synth(stack)).message).toBe(
    "user is a value that Terraform only knows after apply (construct prod/web1, host web1)\n" +
      "  → give a value known at synth; only the address may be one of Terraform's",
  );
});

test("the connections carry the reference, and the pinned key", () => {
  const json = synth(stackWithServer());
  for (const name of ["web1_database", "web1_nixos-removals"]) {
    expect(remoteExec(resource(json, name, "terraform_data")).connection).toMatchObject({
      host: "${terraform_data.server.id}",
      host_key: hostKey,
      user: "root",
    });
  }
  expect(resource(json, "nixos-teardown", "terraform_data").for_each).toMatchObject({
    "address of web1": { address: "${terraform_data.server.id}", host_key: hostKey },
  });
});

test("of several pinned keys, each but the first carries the reference as its name", () => {
  const rsa = `ssh-rsa ${"A".repeat(372)}`;
  for (const [port, name] of [
    [22, "${terraform_data.server.id}"],
    [2222, "[${terraform_data.server.id}]:2222"],
  ] as const) {
    const stack = newStack({ observe: "on", resources: "terraform_data" });
    const props = { address: serverAddress(stack), port, hostKey: `${hostKey} root@web1\n${rsa}\n` };
    newContainer(stack, new NixosHost(stack, "web1", props));
    const json = synth(stack);
    const host_key = `${hostKey}\n${name} ${rsa}`;
    expect(remoteExec(resource(json, "web1_database", "terraform_data")).connection).toMatchObject({ host_key });
    const machines = resource(json, "nixos-teardown", "terraform_data").for_each;
    expect(machines).toMatchObject({ "address of web1": { host_key } });
  }
});

test("such a host is not contacted, its plan says so, and it may be deployed", () => {
  const json = synth(stackWithServer());
  expect(ssh.calls()).toEqual([]);
  expect(resource(json, "web1_database", "terraform_data").triggers_replace["apply"]).toBe(
    "not observed: the address of web1 is only known after apply; converge runs when the configuration changes",
  );
  expect(json.resource["terraform_data"]?.["nixos-problems"]).toBeUndefined();
  const { plan } = JSON.parse(readFileSync(planFile, "utf8")) as { plan: Plan };
  expect(plan.hosts).toEqual([
    {
      host: "prod/web1",
      label: "web1",
      address: "known after apply",
      notes: [
        "its address is only known after apply, so it was not observed: what the deploy finds there, it makes as declared, and a container whose construct is removed goes on running",
      ],
      problems: [],
    },
  ]);
});

test("two such hosts of one id in different scopes stay apart in the teardown", () => {
  const stack = newStack({ observe: "on", resources: "terraform_data" });
  for (const id of ["east", "west"]) {
    const scope = new Construct(stack, id);
    new NixosHost(scope, "web", { address: serverAddress(scope), hostKey });
  }
  const machines = resource(synth(stack), "nixos-teardown", "terraform_data").for_each ?? {};
  expect(Object.keys(machines)).toEqual(["address of prod-west-web", "address of web"]);
  expect(new Set(Object.values(machines).map(({ address }) => address)).size).toBe(2);
});

test("an address of another stack becomes a reference to that stack's output", () => {
  const app = newApp({ observe: "on", resources: "terraform_data" });
  const machines = new TerraformStack(app, "machines");
  const apps = new TerraformStack(app, "apps");
  newContainer(apps, new NixosHost(apps, "web1", { address: serverAddress(machines), hostKey }));
  const { host } = remoteExec(resource(synth(apps), "web1_database", "terraform_data")).connection;
  expect(host).toMatch(/^\$\{data\.terraform_remote_state\.\S+\.outputs\.\S+\}$/);
});

describeWith(engine, `with the real ${engine}`, () => {
  test("the stack is planned while the address is unknown", () => {
    const run = engineFolder({ ...synth(stackWithServer()), terraform: {} });
    expect(run("init")).toMatchObject({ code: 0 });
    const plan = run("plan", "-no-color", "-input=false");
    expect(plan.output).toContain("Plan: 4 to add");
    expect(plan.code).toBe(0);
  });
});
