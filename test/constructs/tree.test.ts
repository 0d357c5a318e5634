import { Construct } from "constructs";
import { type NixosContainer, planOf } from "../../constructs";
import { newContainer, newHost, newStack, refusal, synth } from "./app";
import {
  TerraformDataSource,
  TerraformLocal,
  TerraformOutput,
  TerraformResource,
  type TerraformStack,
} from "./framework";

describe("A3: an element of the user's with the name of one of ours", () => {
  const of = (terraformResourceType: string) => ({ terraformResourceType });
  const made: readonly (readonly [what: string, id: string, make: (stack: TerraformStack) => void])[] = [
    [
      "a container's resource",
      "null_resource.web1_database",
      (stack) => new TerraformResource(stack, "web1_database", of("null_resource")),
    ],
    [
      "one by its logical id",
      "null_resource.nixos-teardown",
      (stack) => new TerraformResource(stack, "x", of("null_resource")).overrideLogicalId("nixos-teardown"),
    ],
  ];

  test.each(made)("%s is refused, be it made before ours or after, and named", (_what, address, make) => {
    for (const first of [true, false]) {
      const stack = newStack({ resources: "null_resource" });
      if (first) make(stack);
      newContainer(stack, newHost(stack));
      if (!first) make(stack);
      const { problems } = refusal(() => synth(stack));
      expect(problems.map(({ what }) => what)).toEqual([
        expect.stringMatching(
          new RegExp(`^prod/(x|web1_database) is written as ${address}, which is the name of prod/`),
        ),
      ]);
    }
  });

  test("is fine where it is of another kind or type", () => {
    const stack = newStack({ resources: "null_resource" });
    newContainer(stack, newHost(stack));
    new TerraformResource(stack, "web1_database", of("other_thing"));
    const room = new Construct(stack, "room");
    new TerraformDataSource(room, "d", of("null_resource")).overrideLogicalId("web1_database");
    new TerraformOutput(room, "o", { value: "x" }).overrideLogicalId("web1_database");
    new TerraformLocal(room, "l", "x").overrideLogicalId("web1_database");
    expect(() => synth(stack)).not.toThrow();
  });
});

describe("A3: what is taken out of the tree", () => {
  const cases: readonly (readonly [path: string, remove: (stack: TerraformStack) => boolean])[] = [
    ["prod/database", (stack) => stack.node.tryRemoveChild("database")],
    ["prod/database/container", (stack) => stack.node.findChild("database").node.tryRemoveChild("container")],
    ["prod/web1", (stack) => stack.node.tryRemoveChild("web1")],
    ["prod/nixos-hosts", (stack) => stack.node.tryRemoveChild("nixos-hosts")],
  ];

  test.each(cases)("%s is refused, by the synth as by planOf", (path, remove) => {
    const stack = newStack();
    newContainer(stack, newHost(stack));
    expect(remove(stack)).toBe(true);
    for (const look of [() => planOf(stack), () => synth(stack)]) {
      const { problems } = refusal(look);
      expect(problems.map(({ what }) => what)).toEqual([
        `${path} was taken out of the tree of constructs (tryRemoveChild) after it was made`,
      ]);
    }
  });

  test("is no matter where it is the user's own", () => {
    const stack = newStack();
    newContainer(stack, newHost(stack));
    new Construct(stack, "room");
    stack.node.tryRemoveChild("room");
    expect(planOf(stack).containers).toHaveLength(1);
  });
});

describe("two copies of the package in one app", () => {
  test("are refused as soon as the second is used, be it to plan or to declare", () => {
    const stack = newStack();
    const host = newHost(stack);
    newContainer(stack, host);
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const second = require("../../constructs") as {
        planOf: typeof planOf;
        NixosContainer: typeof NixosContainer;
      };
      for (const use of [
        () => second.planOf(stack),
        () => new second.NixosContainer(stack, "other", { host, config: "{ ... }: { }" }),
      ]) {
        expect(use).toThrow(
          /cdktf-nixos-containers was loaded anew, from .*, after this app was begun with it[^]*jest\.resetModules/,
        );
      }
    });
    expect(planOf(stack).containers).toHaveLength(1);
  });
});
