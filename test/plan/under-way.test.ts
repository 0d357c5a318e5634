import type { LastFailure, UnderWay } from "../../src/model/observed";
import { planApp } from "../../src/plan";
import { app, applyText, container, converged, only, planOne, seen } from "./support/model";

const database = container("database");
const done = converged(database);
const building: UnderWay = {
  action: "update",
  since: Date.UTC(2026, 10, 25, 10, 31, 2) / 1000,
  step: "building",
  took: 6,
  who: "deploy from 192.0.2.7",
};
const halfway = { ...done, intent: { owner: database.owner, action: "update" }, nixos: "0".repeat(64) };
const note =
  "a change is under way on web1 since 10:31:02 UTC (building, 6 s), run by deploy from 192.0.2.7: look again, or deploy to wait for it";

describe("a container that is being changed while we look", () => {
  const during = (change: UnderWay) => planOne(database, halfway, { underWay: new Map([["database", change]]) });

  test("is said to be, and to be neither edited nor cut off", () => {
    const plan = during(building);
    expect(plan.notes).toEqual([note]);
    expect(plan.changes).toEqual([
      { property: "change under way", before: "update", after: "waited for", effect: "none" },
    ]);
    expect(applyText(plan)).toBe(
      "run update in place: change under way update → waited for\nthe container stays, its data is untouched",
    );
    // The control: without anything under way both are said.
    const cut = planOne(database, halfway);
    expect([cut.notes.join(), JSON.stringify(cut.changes)]).toEqual([
      expect.stringContaining("was cut off"),
      expect.stringContaining("edited since the last deploy"),
    ]);
  });

  test("is planned whether it is there already or not", () => {
    const plan = planOne(database, undefined, { underWay: new Map([["database", { ...building, action: "create" }]]) });
    expect([plan.action, plan.changes.length, plan.notes]).toEqual(["create", 1, [note]]);
  });

  test("without a run to ask, says what holds it", () => {
    expect(during({ action: "", step: "", who: "" }).notes).toEqual([
      "a change is under way on web1: what a run that was killed had started goes on: look again, or deploy to wait for it",
    ]);
  });

  test("is told so where it is being removed, declared again or not", () => {
    const removing = {
      underWay: new Map([["database", { ...building, action: "remove", step: "removing database" }]]),
    };
    const words = "its removal is under way on web1 since 10:31:02 UTC (removing database, 6 s)";
    const gone = { ...done, intent: { owner: database.owner, action: "remove" } };
    const removal = only(planApp(app([seen("shop/web1", [gone], removing)], [])).removals);
    expect(only(removal.containers).notes[0]).toContain(words);
    expect(planOne(database, gone, removing).notes[0]).toContain(words);
  });

  test("and is as wanted has nothing to do", () => {
    const plan = planOne(database, done, { underWay: new Map([["database", building]]) });
    expect([plan.action, plan.notes]).toEqual(["none", [note]]);
  });
});

describe("the last failure of a container", () => {
  const failure: LastFailure = {
    owner: database.owner,
    time: Date.UTC(2026, 10, 25, 10, 29, 59) / 1000,
    step: "building",
    reason: "the build failed: error: no such option\u001b[31m; nothing of it is left on the host",
  };
  const with_ = (change: Partial<LastFailure> = {}) => ({
    failures: new Map([["database", { ...failure, ...change }]]),
  });
  const words =
    "failed 25 Nov 10:29 UTC (building): the build failed: error: no such option\\u{1b}[31m; nothing of it is left on the host";

  test("stands in the next plan and in what Terraform shows, be there a container or none", () => {
    const fresh = planOne(database, undefined, with_());
    expect(fresh.notes[0]).toBe(words);
    expect(applyText(fresh)).toBe(`run create: database\n${words}`);
    expect(planOne(database, halfway, with_()).notes[0]).toBe(words);
  });

  test("is not that of another owner's deploy, nor of interest where nothing is to do", () => {
    expect(planOne(database, undefined, with_({ owner: "project/thief" })).notes).toEqual([]);
    const settled = planOne(database, done, with_());
    expect([settled.notes, applyText(settled)]).toEqual([[], applyText(planOne(database, done))]);
  });

  test("alone changes nothing of what the plan is a promise about", () => {
    expect(planOne(database, halfway, with_()).base).toBe(planOne(database, halfway).base);
  });

  test("of a removal stands in the removal's plan", () => {
    const plan = planApp(app([seen("shop/web1", [done], with_({ reason: "does not stop" }))], []));
    expect(only(only(plan.removals).containers).notes[0]).toBe("failed 25 Nov 10:29 UTC (building): does not stop");
  });
});
