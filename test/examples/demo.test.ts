import { readArguments } from "../../examples/demo/arguments";
import { isTold, planLines, resourceLines, terraformLine } from "../../examples/demo/terraform-output";

describe("the command line of the demo", () => {
  test.each([
    [[], {}],
    [["--host", "web1"], { host: { address: "web1" } }],
    [["--host", "root@web1.example.org"], { host: { address: "web1.example.org", user: "root" } }],
    [["--host=deploy@[fd00::1]:2222"], { host: { address: "fd00::1", user: "deploy", port: 2222 } }],
    [["--help"], { help: true }],
  ])("%j is understood", (words, expected) => {
    expect(readArguments(words)).toEqual({ help: false, ...expected });
  });

  test.each([[["--host"]], [["--host", "a b"]], [["--host", "-oProxyCommand=x"]], [["web1"]], [["--hosts", "web1"]]])(
    "%j is refused",
    (words) => {
      expect(() => readArguments(words)).toThrow();
    },
  );
});

describe("what the demo shows of terraform", () => {
  test("a line loses its colours and the name of the stack, not its own margin", () => {
    expect(terraformLine("containers  \u001b[1mPlan:\u001b[0m 1 to add\r", "containers")).toBe("Plan: 1 to add");
    expect(terraformLine("              + id", "containers")).toBe("  + id");
    expect(terraformLine("Error", "containers")).toBe("Error");
  });

  test("steps on the hosts are told, connections and nix's own output are not", () => {
    expect(isTold("null_resource.web1_db (remote-exec): db: [1] wrote the module files (0.0 s)")).toBe(true);
    expect(isTold("Apply complete! Resources: 1 added")).toBe(true);
    expect(isTold("null_resource.web1_db (remote-exec):   Host: 127.0.0.1")).toBe(false);
    expect(isTold("null_resource.web1_db (remote-exec): db: | building")).toBe(false);
  });

  test("a plan goes from its first resource to its count, and comes apart by resource", () => {
    const of = (name: string): string[] => [`  # ${name} will be created`, `  + resource {`, "    }"];
    const plan = [...of("a.one"), "", ...of("a.two"), "", "Plan: 2 to add"];
    expect(planLines(["noise", "", ...plan, "noise"].join("\n"))).toEqual(plan);
    expect(resourceLines(plan, "a.two")).toEqual(of("a.two"));
    expect(planLines("\nNo changes. All is well.\n\nmore")).toEqual(["No changes. All is well."]);
  });
});
