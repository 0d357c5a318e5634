import { NixosHost } from "../../constructs";
import { describeWith } from "../support/tools";
import { newContainer, newHost, newStack, synth } from "./app";
import { engine, engineFolder } from "./engine";

const off =
  "observation is off, so nothing is known of this host, and what is synthesized cannot be deployed (construct prod/web1, host web1)\n" +
  "  → take `observe: off` out of the context or environment to plan and deploy";

test("with observation off, a guard holds the reason, and everything else waits for it", () => {
  const stack = newStack();
  newContainer(stack, newHost(stack));
  const json = synth(stack);
  expect(json.resource["terraform_data"]).toEqual({
    "nixos-problems": {
      lifecycle: { precondition: [{ condition: "${local.nixos_problems == 0}", error_message: off }] },
    },
  });
  expect(json.locals?.["nixos_problems"]).toBe(1);
  expect(json.resource["null_resource"]?.["nixos-teardown"]?.depends_on).toEqual(["terraform_data.nixos-problems"]);
});

test("each host of the stack has its reason", () => {
  const stack = newStack();
  new NixosHost(stack, "web1", { address: "web1" });
  new NixosHost(stack, "web2", { address: "web1" });
  expect(synth(stack).locals?.["nixos_problems"]).toBe(2);
});

test("a stack without hosts of its own needs no guard", () => {
  const stack = newStack();
  const json = synth(stack);
  expect(json.resource).toBeUndefined();
});

describeWith(engine, `with the real ${engine}`, () => {
  test("the stack is valid, its plan fails and says why, and destroy works", () => {
    const stack = newStack({ resources: "terraform_data" });
    newContainer(stack, newHost(stack));
    const json = synth(stack);
    const { required_version } = json.terraform;
    const run = engineFolder({ ...json, terraform: { required_version } });
    expect(run("init")).toMatchObject({ code: 0 });
    expect(run("validate")).toMatchObject({ code: 0 });
    const plan = run("plan", "-no-color", "-input=false");
    expect(plan.code).toBe(1);
    expect(plan.output.replace(/[│╷╵\s]+/g, " ")).toContain(off.replace(/\s+/g, " "));
    expect(run("plan", "-no-color", "-input=false", "-target=terraform_data.web1_database").code).toBe(1);
    expect(run("destroy", "-auto-approve", "-input=false")).toMatchObject({ code: 0 });
  });

  test("a problem's own text is told as it stands, whatever is in it", () => {
    const stack = newStack({ resources: "terraform_data" });
    new NixosHost(stack, 'we${b}%{x}"\\', { address: "web1" });
    const run = engineFolder({ ...synth(stack), terraform: {} });
    run("init");
    const plan = run("plan", "-no-color", "-input=false");
    expect(plan.code).toBe(1);
    expect(plan.output).toContain('we${b}%{x}"\\');
  });
});
