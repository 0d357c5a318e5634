import { App, frameworkName, TerraformResource, TerraformStack, Testing } from "./framework";
import { newContainer, newHost, newStack, refusal, synth, temporaryFolder } from "./app";

const problem = {
  code: "settings",
  what: "HCL output is not supported by cdktf-nixos-containers: what it deploys stands in JSON alone",
  where: {},
  remedy: "leave --hcl, the environment's SYNTH_HCL_OUTPUT and the App's hclOutput out",
};

afterEach(() => {
  delete process.env["SYNTH_HCL_OUTPUT"];
});

function refused(synthesize: () => unknown): void {
  expect(refusal(synthesize).problems).toEqual([problem]);
}

test.each(["true", "1"])(
  "A2: `synth --hcl`, which sets SYNTH_HCL_OUTPUT=%s, is refused before anything is written",
  (set) => {
    process.env["SYNTH_HCL_OUTPUT"] = set;
    for (const resources of ["null_resource", "terraform_data"]) {
      const stack = newStack({ resources });
      newContainer(stack, newHost(stack));
      refused(() => synth(stack));
    }
  },
);

test("A2: hclOutput of the App is refused, together with all other problems", () => {
  const context = { "cdktf-nixos": { observe: "off", owner: "project" } } as unknown as Record<string, string>;
  const stack = new TerraformStack(new App({ outdir: temporaryFolder(), hclOutput: true, context }), "prod");
  newContainer(stack, newHost(stack), "data_base");
  const { problems } = refusal(() => synth(stack));
  expect(problems[0]).toEqual(problem);
  expect(problems[1]?.what).toContain("data_base");
});

test("A2: Testing.synthHcl is refused for each of our elements: carriers, guard, locals", () => {
  const stack = newStack();
  newContainer(stack, newHost(stack));
  refused(() => Testing.synthHcl(stack));
  const elements = stack.node.findAll().filter((node) => "toHclTerraform" in node && node !== stack);
  const ours = elements.filter((node) => !node.node.id.startsWith("nixos-null"));
  expect(ours.map((node) => node.node.id).sort()).toEqual(
    ["container", "converge", "prevent-destroy", "problem-count", "problems", "reap", "reap-web1", "teardown"].sort(),
  );
  for (const element of ours)
    refused(() => (element as unknown as Pick<TerraformStack, "toHclTerraform">).toHclTerraform());
});

test(`a stack of ${frameworkName} without any of ours is written in HCL as ever`, () => {
  const stack = newStack();
  new TerraformResource(stack, "mine", { terraformResourceType: "terraform_data" });
  expect(Testing.synthHcl(stack)).toContain('resource "terraform_data" "mine"');
});

test.each(["false", "0", ""])("SYNTH_HCL_OUTPUT=%s asks for JSON", (set) => {
  process.env["SYNTH_HCL_OUTPUT"] = set;
  const stack = newStack();
  newContainer(stack, newHost(stack));
  expect(synth(stack).resource).toHaveProperty("null_resource.web1_database");
});
