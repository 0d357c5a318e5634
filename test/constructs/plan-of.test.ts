import { App, TerraformStack, Testing } from "./framework";
import * as cdktn from "cdktn";
import { AppPlan, NixosContainer, NixosError, NixosHost, planOf } from "../../constructs";
import { CallSite } from "../../constructs/framework/call-site";
import { EmbeddedHost } from "../../src/sim/package-entry";
import { newApp, newContainer, newHost, newStack, refusal, synth, temporaryFolder } from "./app";

describe("the plan of an app, as data", () => {
  let host: EmbeddedHost;
  beforeAll(async () => {
    host = await EmbeddedHost.start({ name: "web1" });
  });
  afterAll(() => host.stop());

  test("the obvious unit test works: a host of this very test is looked at (first hour 4, 25)", () => {
    const stack = newStack({ observe: "on" });
    const web1 = new NixosHost(stack, "web1", host.connection);
    new NixosContainer(stack, "web", {
      host: web1,
      config: { services: { nginx: { enable: true } } },
      network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" },
    });
    const plan = planOf(stack);
    expect(plan).toBeInstanceOf(AppPlan);
    expect(plan.problems).toEqual([]);
    expect(plan.hasChanges).toBe(true);
    expect(plan.summary).toBe("1 to create");
    expect(plan.container("web")).toMatchObject({ action: "create", effect: "none", construct: "prod/web" });
    expect(plan.container("prod/web").changes).toContainEqual({
      property: "network.localAddress",
      after: "10.0.0.2",
      effect: "none",
    });
    expect(plan.host("web1")).toMatchObject({ label: "web1", address: "127.0.0.1", problems: [] });
    expect(plan.declared("web")).toMatchObject({ name: "web", running: true, network: { localAddress: "10.0.0.2" } });
    expect(String(plan)).toContain("+ web  create");
    expect(() => synth(stack)).not.toThrow();
  });

  test("under cdktn too", () => {
    const app = new cdktn.App({ outdir: temporaryFolder(), context: { "cdktf-nixos": { owner: "project" } } });
    const stack = new cdktn.TerraformStack(app, "prod");
    new NixosContainer(stack, "web", { host: new NixosHost(stack, "web1", host.connection), config: "{ }" });
    expect(planOf(app).container("web").action).toBe("create");
  });

  test("it needs no observation, and says that there was none", () => {
    const stack = newStack();
    newContainer(stack, newHost(stack), "web", { autoStart: true });
    const plan = planOf(stack);
    expect(plan.container("web")).toMatchObject({ action: "none", base: "any" });
    expect(plan.declared("web").autoStart).toBe(true);
    expect(plan.problems.map(({ what }) => what)).toEqual([
      "observation is off, so nothing is known of this host, and what is synthesized cannot be deployed",
    ]);
  });

  test("bad input is thrown, all of it, under cdktf's own environment too, and the process goes on", () => {
    const stack = newStack();
    newContainer(stack, newHost(stack), "a_b");
    newContainer(stack, newHost(stack, "web2"), "b_c");
    const worker = process.env["JEST_WORKER_ID"];
    process.env["CDKTF_OUTDIR"] = temporaryFolder();
    delete process.env["JEST_WORKER_ID"];
    try {
      expect(refusal(() => planOf(stack)).problems).toHaveLength(2);
    } finally {
      delete process.env["CDKTF_OUTDIR"];
      process.env["JEST_WORKER_ID"] = worker;
    }
  });

  test("what is added later is in the next one", () => {
    const stack = newStack();
    const web1 = newHost(stack);
    newContainer(stack, web1, "one");
    expect(planOf(stack).containers).toHaveLength(1);
    newContainer(stack, web1, "two");
    expect(planOf(stack).containers).toHaveLength(2);
  });

  test("a name that is none, or that of several, is told with those there are", () => {
    const app = newApp();
    for (const id of ["blue", "green"]) {
      const stack = new TerraformStack(app, id);
      newContainer(stack, newHost(stack, "web1"), "web");
    }
    const plan = planOf(app);
    expect(() => plan.container("wbe")).toThrow(NixosError);
    expect(() => plan.container("wbe")).toThrow("give the name or the path of one that it has: blue/web, green/web");
    expect(() => plan.container("web")).toThrow("give the path of one: blue/web, green/web");
    expect(plan.container("green/web").stack).toBe("green");
    expect(plan.host("green/web1").host).toBe("green/web1");
  });
});

describe("where in the user's code a faulty construct was made (first hour 24)", () => {
  /** The line that this is called from. */
  const line = (): number => Number(/plan-of\.test\.ts:(\d+)/.exec(new Error().stack?.split("\n")[2] ?? "")?.[1]);
  const tracing = (): TerraformStack =>
    new TerraformStack(
      new App({
        outdir: temporaryFolder(),
        context: { "cdktf-nixos": { observe: "off", owner: "project" } } as unknown as Record<string, string>,
      }),
      "prod",
    );

  /** A user's own class around a container. */
  class Web extends NixosContainer {
    static readonly made: number[] = [];
    constructor(stack: TerraformStack, id: string, host: NixosHost) {
      Web.made.push(line() + 1);
      super(stack, id, { host, config: "{ }" });
    }
  }

  test("its file and line stand in the problem and its text", () => {
    const stack = tracing();
    const here = line() + 1;
    const web1 = new NixosHost(stack, "web1", { address: "web 1" });
    new Web(stack, "a_b", web1);
    const error = refusal(() => planOf(stack));
    const file = "test/constructs/plan-of.test.ts";
    expect(error.problems.map(({ where }) => where.source)).toEqual([`${file}:${here}`, `${file}:${Web.made[0]}`]);
    expect(error.message).toContain(`(construct prod/web1, host web1, ${file}:${here})`);
  });

  test("problems that were found on a host have it too", () => {
    const stack = tracing();
    newHost(stack);
    const [problem] = planOf(stack).problems;
    expect(problem?.where.source).toMatch(/^test\/constructs\/app\.ts:\d+$/);
  });

  test("an app without stack traces has none, and what is synthesized never has a path of this machine", () => {
    const stack = newStack();
    newContainer(stack, newHost(stack), "a_b");
    expect(refusal(() => planOf(stack)).problems[0]?.where).toEqual({
      construct: "prod/a_b",
      container: "a_b",
      host: "web1",
    });
    const sound = tracing();
    newContainer(sound, newHost(sound), "web");
    const { resource } = synth(sound);
    const { "nixos-problems": guard, ...others } = resource["terraform_data"] ?? {};
    expect(JSON.stringify([resource["null_resource"], others])).not.toContain(".test.ts:");
    expect(JSON.stringify(guard)).toContain("test/constructs/app.ts:");
  });

  test("Testing.app of the framework keeps none either", () => {
    const stack = new TerraformStack(Testing.app(), "prod");
    newContainer(stack, newHost(stack), "a_b");
    const { where } = refusal(() => planOf(stack)).problems.find(({ what }) => what.includes("a_b")) ?? {};
    expect(where?.source).toBeUndefined();
  });

  test("its cost for ten thousand containers is next to nothing", () => {
    const stack = tracing();
    const begun = process.cpuUsage();
    for (let index = 0; index < 10_000; index++) new CallSite(stack);
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});
