import { planApp } from "../../src/plan";
import { planOfStack, stacksOf } from "../../src/plan";
import { allProblems, hasChanges, planDocument, planJson, planText, summaryText } from "../../src/render";
import { app, container, converged, planHost, seen, unmanaged } from "../plan/support/model";
import { examplePlan } from "./example";
import { expectGolden } from "./golden";

const colors = /\u001b\[\d+m/g;

const settledPlan = () =>
  planHost([container("a"), container("b")], [converged(container("a")), converged(container("b"))]);

describe("a plan for people", () => {
  test("shows everything a deploy would do, host by host", () => {
    expectGolden("plan.txt", planText(examplePlan()));
  });

  test("says the same in colours", () => {
    const coloured = planText(examplePlan(), { colors: true });
    expectGolden("plan.ansi", coloured);
    expect(coloured).toMatch(colors);
    expect(coloured.replace(colors, "")).toBe(planText(examplePlan()));
  });

  test.each([60, 80, 100])(
    "breaks lines between words at %s columns: headlines, rows, notes, problems (first hour 31)",
    (columns) => {
      const whole = planText(examplePlan(), { columns: Infinity });
      const text = planText(examplePlan(), { columns });
      const words = new Set(whole.split(/\s+/));
      for (const line of text.split("\n")) {
        expect([...line].length <= columns || /^\s*\S+$/.test(line) ? "" : line).toBe("");
        for (const word of line.split(/\s+/)) expect(words).toContain(word);
      }
      const bare = (lines: string): string => lines.replace(/^\s*\| /gm, "").replace(/\s+/g, " "); // each line said by others has its bar
      expect(bare(text)).toBe(bare(whole));
    },
  );

  test("breaks no line when it is told of no width, and no command between backquotes", () => {
    const whole = planText(examplePlan(), { columns: Infinity }).split("\n");
    expect(whole.filter((line) => line.startsWith("      → "))).toHaveLength(2);
    expect(Math.max(...whole.map((line) => line.length))).toBeGreaterThan(150);
    expect(planText(examplePlan(), { columns: 46 })).toContain("\n        `ssh web4.example.org`");
  });

  test("names the stack of each host when there are several, and tells what concerns a host once (first hour 26)", () => {
    const input = app(
      [{ ...seen("prod/web1", []), observation: { kind: "unobserved", reason: "address" } }],
      [container("a", { stack: "prod", host: "prod/web1" }), container("b", { stack: "staging", host: "prod/web1" })],
      ["prod", "staging"],
    );
    const lines = planText(planApp(input)).split("\n");
    expect(lines.filter((line) => /^\S/.test(line))).toEqual([
      "prod · web1  web1.example.org",
      "staging · web1  web1.example.org",
      expect.stringMatching(/^Plan:/),
    ]);
    expect(lines.filter((line) => line.includes("note  its address"))).toHaveLength(1);
    expect(planText(planOfStack(planApp(input), "staging"))).toMatch(/^web1 {2}web1\.example\.org\n/);
  });

  test("tells a create once, and of a container that never ran not that it stops (first hour 35)", () => {
    const text = planText(planHost([container("a", { running: false })], []));
    expect(text).not.toContain("1 file");
    expect(text).toContain("config configuration.nix\n");
    expect(text).toMatch(/^ +running +false$/m);
    const stopped = planText(planHost([container("a", { running: false })], [converged(container("a"))]));
    expect(stopped).toMatch(/^ +running +true → false {2}\(stop\)$/m);
  });

  test("is short when there is nothing to do", () => {
    expect(planText(settledPlan())).toBe(
      "web1  web1.example.org\n  = unchanged: a, b\n\nPlan: 2 unchanged. Nothing to do.\n",
    );
  });

  test("says without containers and hosts what it cannot see", () => {
    const departed = "Hosts that left the code are not looked at: `cdktf diff` shows their removal.\n";
    expect(planText(planApp({ hosts: [], containers: [], owners: [] }))).toBe(
      `Plan: no containers. Nothing to do.\n\n${departed}`,
    );
    expect(planText(planHost([], []))).toContain(departed);
    expect(planText(settledPlan())).not.toContain(departed);
  });

  test("escapes what could deceive a terminal in the lines of a diff", () => {
    const evil = container("a", { files: { "configuration.nix": "{ } # \u001b[2Kgone\u202e\n" } });
    const text = planText(planHost([evil], []));
    expect(text).toContain("+{ } # \\u{1b}[2Kgone\\u{202e}");
    expect(text).not.toMatch(colors);
  });

  test("tells a problem once, however many containers it stops", () => {
    const told = planText(examplePlan()).split("cannot be reached (construct shop/web4").length - 1;
    expect(told).toBe(1);
  });
});

describe("the summary", () => {
  test("counts actions and effects", () => {
    expect(summaryText(examplePlan())).toBe(
      "1 to create, 1 to adopt, 2 to update (1 restart, 1 DANGEROUS), 1 to restart, 1 to start, 1 to remove (1 with its data), 1 in conflict, 1 not planned, 1 not observed, 3 unchanged",
    );
  });

  test("does not promise what is refused", () => {
    const guarded = planHost([], [converged(container("a", { protect: true })), converged(container("b"))]);
    expect(summaryText(guarded)).toBe("1 to remove, 1 refused");
    expect(planText(guarded)).toContain("✗ a  remove (archive), refused\n");
    const twins = planApp(
      app(
        [seen("shop/web1", [], { machineId: "m" }), seen("shop/web2", [], { machineId: "m" })],
        [container("a"), container("b", { host: "shop/web2" })],
      ),
    );
    expect(summaryText(twins)).toBe("2 refused");
  });

  test("knows whether there is anything to do", () => {
    expect(hasChanges(settledPlan())).toBe(false);
    expect(hasChanges(planHost([container("a")], []))).toBe(true);
    expect(hasChanges(planHost([], [converged(container("a"))]))).toBe(true);
    expect(hasChanges(planHost([container("a")], [unmanaged("a")]))).toBe(true);
  });
});

describe("a plan for machines", () => {
  test("carries the version of its schema, an outcome, and each problem once", () => {
    expectGolden("plan.json", planJson(examplePlan()));
    const document = planDocument(examplePlan());
    expect(document).toMatchObject({ schemaVersion: 1, outcome: "problems" });
    expect(document.problems).toEqual(allProblems(examplePlan()));
    expect(JSON.parse(planJson(examplePlan()))).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test("says what the exit code says", () => {
    expect(planDocument(settledPlan()).outcome).toBe("unchanged");
    expect(planDocument(planHost([container("a")], [])).outcome).toBe("changes");
    const problem = { code: "input", what: "no", where: {}, remedy: "yes" } as const;
    expect(planDocument(undefined, [problem])).toEqual({
      schemaVersion: 1,
      outcome: "problems",
      summary: "not planned",
      problems: [problem],
    });
  });
});

test("the plan of one stack is its containers, its removals and their hosts", () => {
  const input = app([seen("shop/web1", [])], [container("a"), container("b", { stack: "blog" })], ["shop", "blog"]);
  const plan = planApp({
    ...input,
    hosts: [...input.hosts, seen("blog/web2", [])],
    containers: [...input.containers, container("c", { stack: "blog", host: "blog/web2" })],
  });
  expect(stacksOf(plan)).toEqual(["blog", "shop"]);
  const shop = planOfStack(plan, "shop");
  expect(shop.containers.map(({ name }) => name)).toEqual(["a"]);
  expect(shop.hosts.map(({ host }) => host)).toEqual(["shop/web1"]);
  expect(planOfStack(plan, "blog").hosts).toHaveLength(2);
});
