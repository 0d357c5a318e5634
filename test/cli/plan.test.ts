import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { hostNeeds, planApp, planDestroy } from "../../src/plan";
import { hostConfigText, planJson, planText } from "../../src/render";
import { app, container, converged, planHost, seen } from "../plan/support/model";
import { examplePlan } from "../render/example";
import { appCommand, outcome, project, removeProjects, run, start, write } from "./command";

afterAll(removeProjects);

/** What is piped on has lines of any length. */
const piped = { columns: Infinity };
const changed = planHost([container("a")], []);
const settled = planHost([container("a")], [converged(container("a"))]);
const twoStacks = planApp(
  app(
    [seen("shop/web1", [converged(container("a", { stack: "blog" }))])],
    [container("b"), container("a", { stack: "blog" })],
    ["shop", "blog"],
  ),
);

describe("cdktf-nixos plan", () => {
  test("prints the plan that the app hands over, and exits with 0 as terraform plan does (first hour 18)", async () => {
    expect(await run(["plan"], project("plan", changed))).toEqual({
      code: 0,
      stdout: planText(changed, piped),
      stderr: "",
    });
  });

  test("exits with 2 for changes, and for nothing else, when it is asked to", async () => {
    const detailed = ["plan", "--detailed-exitcode"];
    expect(await run(detailed, project("plan", changed))).toMatchObject({ code: 2, stdout: planText(changed, piped) });
    expect(await run(detailed, project("plan", settled))).toMatchObject({ code: 0 });
    expect(await run(detailed, project("plan", examplePlan()))).toMatchObject({ code: 1 });
    expect(await run(detailed, project("refuse"))).toMatchObject({ code: 1 });
  });

  test("exits with 0 when there is nothing to do", async () => {
    const { code, stdout } = await run(["plan"], project("plan", settled));
    expect({ code, stdout }).toEqual({ code: 0, stdout: planText(settled, piped) });
    expect(stdout).toContain("Nothing to do.");
  });

  test("exits with 1 when there is any problem, and prints the plan all the same", async () => {
    const { code, stdout } = await run(["plan"], project("plan", examplePlan()));
    expect({ code, stdout }).toEqual({ code: 1, stdout: planText(examplePlan(), piped) });
  });

  test("prints JSON for machines, with the same exit codes", async () => {
    const told = { stdout: planJson(changed), stderr: "" };
    expect(await run(["plan", "--json"], project("plan", changed))).toEqual({ code: 0, ...told });
    const detailed = ["plan", "--json", "--detailed-exitcode"];
    expect(await run(detailed, project("plan", changed))).toEqual({ code: 2, ...told });
    const refused = await run(["plan", "--json"], project("refuse"));
    expect(refused).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(refused.stdout)).toMatchObject({
      schemaVersion: 1,
      outcome: "problems",
      problems: [{ what: "the name is wrong" }, {}],
    });
  });

  test("shows one stack alone, and its exit code", async () => {
    const directory = project("plan", twoStacks);
    const shop = await run(["plan", "shop", "--detailed-exitcode"], directory);
    expect(shop.code).toBe(2);
    expect(shop.stdout).toContain("+ b  create");
    const blog = await run(["plan", "blog", "--detailed-exitcode"], directory);
    expect(blog.code).toBe(0);
    expect(blog.stdout).not.toContain("create");
  });

  test("shows what a destroy does instead, with the same exit codes (first hour 11)", async () => {
    const destroy = planDestroy(app([seen("shop/web1", [converged(container("a"))])], [container("a")]));
    const directory = project("plan", settled, destroy);
    const text = planText(destroy, { ...piped, destroy: true });
    expect(await run(["plan", "--destroy"], directory)).toEqual({ code: 0, stdout: text, stderr: "" });
    expect(text).toContain("\nDestroy: 1 archived.\n");
    expect(text).toContain("Terraform's state decides");
    const json = await run(["plan", "--destroy", "--json", "--detailed-exitcode"], directory);
    expect(json).toEqual({ code: 2, stdout: planJson(destroy, [], true), stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, destroy: true, summary: "1 archived" });
    const protectedOne = [converged(container("a", { protect: true }))];
    const refused = project("plan", settled, planDestroy(app([seen("shop/web1", protectedOne)], [])));
    expect((await run(["plan", "--destroy"], refused)).code).toBe(1);
  });

  test("prints what the hosts' own configuration needs instead, of all stacks or one, and exits with 0", async () => {
    const needs = hostNeeds(app([seen("shop/web1", [])], [container("b"), container("a", { stack: "blog" })]));
    const directory = project("plan", examplePlan(), examplePlan(), needs);
    const told = { code: 0, stdout: hostConfigText(needs), stderr: "" };
    expect(await run(["plan", "--host-config"], directory)).toEqual(told);
    expect(await run(["plan", "--host-config"], directory, { FORCE_COLOR: "1" })).toEqual(told);
    const stacks = project("plan", twoStacks, twoStacks, needs);
    const blog = await run(["plan", "blog", "--host-config"], stacks);
    expect(blog).toEqual({ ...told, stdout: hostConfigText(needs, "blog") });
    expect((await run(["plan", "shpo", "--host-config"], stacks)).stderr).toContain('no stack "shpo"');
    expect(await run(["plan", "--host-config"], project("refuse"))).toMatchObject({ code: 1, stdout: "" });
  });

  test.each(["--json", "--destroy", "--detailed-exitcode"])("--host-config excludes %s", async (other) => {
    const { code, stdout, stderr } = await run(["plan", "--host-config", other], project("plan", changed));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`option '--host-config' cannot be used with option '${other}'`);
  });

  test("runs the app as cdktf does: with its context and a directory of its own, which is gone afterwards", async () => {
    const directory = project("plan", changed);
    await run(["plan"], directory);
    const environment = JSON.parse(readFileSync(path.join(directory, "environment.json"), "utf8")) as Record<
      string,
      string
    >;
    expect(JSON.parse(environment["CDKTF_CONTEXT_JSON"] ?? "")).toEqual({ fruit: "äpple $HOME" });
    expect(path.basename(environment["CDKTF_OUTDIR"] ?? "")).toBe("cdktf.out");
    expect(existsSync(path.dirname(environment["CDKTF_OUTDIR"] ?? ""))).toBe(false);
    expect(readdirSync(directory).filter((name) => name.startsWith("cdktf-nixos-plan"))).toEqual([]);
  });

  test("runs what --app says, with or without a cdktf.json", async () => {
    const directory = project("crash", changed);
    expect((await run(["plan", "--app", appCommand("plan")], directory)).stdout).toBe(planText(changed, piped));
    const bare = project("crash", changed);
    write(bare, "cdktf.json", "");
    expect((await run(["plan", "--app", appCommand("plan")], bare)).stderr).toContain("cannot be read");
  });

  test("passes on what the app printed on stderr, after the plan", async () => {
    const { stdout, stderr } = await run(["plan"], project("noisy", settled));
    expect(stdout).toBe(planText(settled, piped));
    expect(stderr).toBe("(node) a deprecation warning\n");
  });

  test("colours when it is asked to, and not when it is told not to", async () => {
    const directory = project("plan", changed);
    expect((await run(["plan"], directory, { FORCE_COLOR: "1" })).stdout).toBe(
      planText(changed, { ...piped, colors: true }),
    );
    expect((await run(["plan", "--no-color"], directory, { FORCE_COLOR: "1" })).stdout).toBe(planText(changed, piped));
    expect((await run(["plan"], directory, { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).toBe(planText(changed, piped));
  });

  test.each(["0", "false"])("FORCE_COLOR=%s is no colours (first hour 30)", async (FORCE_COLOR) => {
    const directory = project("plan", changed);
    expect((await run(["plan"], directory, { FORCE_COLOR })).stdout).toBe(planText(changed, piped));
  });
});

describe("an error, told with its remedy, and exit code 1:", () => {
  test("bad input, all of it, and not what cdktf would show of it", async () => {
    const { code, stdout, stderr } = await run(["plan"], project("refuse"));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      [
        "2 problems",
        "  ✗ the name is wrong (construct shop/x)",
        "      → choose another",
        "  ✗ the address is wrong (construct shop/x)",
        "      → choose another",
        "",
      ].join("\n"),
    );
  });

  test("an app that fails by itself, with what it said", async () => {
    const { code, stderr } = await run(["plan"], project("crash"));
    expect(code).toBe(1);
    expect(stderr).toContain("the app failed:");
    expect(stderr).toContain("exited with status 1");
    expect(stderr).toContain("| Error: my own mistake");
    expect(stderr).toContain("→ mend what it says");
  });

  test("an app without NixOS hosts", async () => {
    const { code, stderr } = await run(["plan"], project("other"));
    expect(code).toBe(1);
    expect(stderr).toContain("the app declares no NixOS host");
  });

  test("an app of another release", async () => {
    expect((await run(["plan"], project("old"))).stderr).toContain("hands over its plan in version 7");
  });

  test("an unknown stack, with those there are", async () => {
    const { code, stdout, stderr } = await run(["plan", "shpo"], project("plan", twoStacks));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain('no stack "shpo" of the app deploys to a NixOS host');
    expect(stderr).toContain("name one of these: blog, shop");
  });

  test.each([
    ["a missing cdktf.json", undefined, "there is no cdktf.json in"],
    ["one that is no JSON", "{", "cannot be read"],
    ["one that is no object", "[]", "holds no JSON object"],
    ["one without an app", "{}", "does not say how to run the app"],
  ])("%s", async (_, content, words) => {
    const directory = project("plan", changed);
    if (content !== undefined) write(directory, "cdktf.json", content);
    const where = content === undefined ? path.join(directory, "..") : directory;
    const { code, stderr } = await run(["plan"], where);
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).toContain("→");
  });

  test("an unknown option", async () => {
    const { code, stderr } = await run(["plan", "--jsno"], project("plan", changed));
    expect(code).toBe(1);
    expect(stderr).toContain("unknown option '--jsno'");
    expect(stderr).toContain("Did you mean --json?");
  });
});

/** Whether a process runs; one that has ended and was not waited for does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self/stat") || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test.each([
  ["SIGINT", 130, "interrupted\n"],
  ["SIGTERM", 143, "ended by SIGTERM\n"],
  ["SIGHUP", 129, "ended by SIGHUP\n"],
] as const)("%s ends the app too, and leaves nothing behind (first hour 32)", async (signal, code, words) => {
  const directory = project("slow");
  const child = start(["plan"], directory);
  const ended = outcome(child);
  while (!existsSync(path.join(directory, "pid"))) await new Promise((resolve) => setTimeout(resolve, 20));
  const pid = Number(readFileSync(path.join(directory, "pid"), "utf8"));
  expect(isAlive(pid)).toBe(true);
  child.kill(signal);
  expect(await ended).toEqual({ code, stdout: "", stderr: words });
  expect(isAlive(pid)).toBe(false);
  expect(readdirSync(directory).filter((name) => name.startsWith("cdktf-nixos-plan"))).toEqual([]);
});

test("who interrupts it twice need not wait for an app that does not listen", async () => {
  const directory = project("deaf");
  const child = start(["plan"], directory);
  const ended = outcome(child);
  while (!existsSync(path.join(directory, "pid"))) await new Promise((resolve) => setTimeout(resolve, 20));
  const pid = Number(readFileSync(path.join(directory, "pid"), "utf8"));
  child.kill("SIGINT");
  while (!existsSync(path.join(directory, "heard"))) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isAlive(pid)).toBe(true);
  child.kill("SIGINT");
  expect(await ended).toEqual({ code: 130, stdout: "", stderr: "interrupted\n" });
  expect(isAlive(pid)).toBe(false);
});

describe("cdktf-nixos", () => {
  const directory = __dirname;

  test("tells its version", async () => {
    const { version } = JSON.parse(readFileSync(path.resolve(__dirname, "../../package.json"), "utf8")) as {
      version: string;
    };
    expect(await run(["--version"], directory)).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("helps", async () => {
    const { code, stdout } = await run(["--help"], directory);
    expect(code).toBe(0);
    expect(stdout).toContain("plan [options] [stack]");
    expect((await run(["plan", "--help"], directory)).stdout).toContain(
      "Exit codes: 0 a plan, with changes or without, 1 an error or a problem; with --detailed-exitcode 2 changes.",
    );
  });

  test("helps on stderr, and exits with 1, when it is not told what to do", async () => {
    expect(await run([], directory)).toMatchObject({ code: 1, stdout: "" });
  });
});
