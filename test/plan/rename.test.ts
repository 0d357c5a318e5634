import { createHash } from "node:crypto";
import { fc } from "../support/properties";
import type { ObservedContainer } from "../../src/model/observed";
import { absentBase, planApp, planDestroy, settleAddresses } from "../../src/plan";
import { planText, summaryText } from "../../src/render";
import { mutations, settled } from "./support/arbitrary";
import {
  app,
  applyText,
  changesOf,
  container,
  converged,
  named,
  only,
  planHost,
  seen,
  unmanaged,
} from "./support/model";

const old = container("old", { network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" } });
const wanted = container("fresh", {
  network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" },
  renamedFrom: "old",
});
const there = converged(old);
const both = (own: string, other: string): string => createHash("sha256").update(`${own}\n${other}\n`).digest("hex");
const halfway = (intent: Partial<ObservedContainer> = {}): ObservedContainer[] => {
  const { conf, journal, modules, texts, ...rest } = { ...there, unit: "down" as const, running: undefined };
  return [
    { ...rest, modules: new Map(), texts: new Map() },
    { ...rest, name: "fresh", conf, journal, modules, texts, root: undefined, profile: undefined, nixos: undefined },
  ].map((each) =>
    each.name === "fresh"
      ? { ...each, intent: { owner: "project/shop", action: "rename", from: "old" }, ...intent }
      : each,
  );
};

describe("renamedFrom", () => {
  test("is a change of its own, in words, with what follows the new name; the old one is not removed", () => {
    const plan = planHost([wanted], [there]);
    expect(only(plan.containers)).toMatchObject({
      action: "rename",
      effect: "restart",
      problems: [],
      otherName: "old",
      base: both(absentBase, there.digest),
      notes: ["its data moves with it; its interface on the host and its host name follow the new name"],
    });
    expect(changesOf(only(plan.containers))).toEqual(["name: old → fresh (restart)"]);
    expect(applyText(only(plan.containers))).toBe(
      "run rename: old → fresh\nits data moves with it; its interface and host name follow the new name",
    );
    expect(only(plan.removals)).toMatchObject({ containers: [], apply: { kind: "settled" } });
    expect(summaryText(plan)).toBe("1 to rename");
    expect(planText(plan)).toMatch(
      /→ fresh {2}rename {2}\(restart: about as long as a stop and a start\)\n +name {2}old → fresh {2}\(restart\)/,
    );
  });

  test("goes with other changes, and says that a picked base moves", () => {
    const more = container("fresh", {
      renamedFrom: "old",
      network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.9" },
      protect: true,
      privateUsers: "pick",
    });
    const plan = only(planHost([more], [there]).containers);
    expect(changesOf(plan)).toEqual(
      expect.arrayContaining([
        "name: old → fresh (restart)",
        "network.localAddress: 10.0.0.2 → 10.0.0.9 (restart)",
        "protect: false → true (none)",
      ]),
    );
    expect(applyText(plan)).toMatch(/^run rename: old → fresh\n {2}network.localAddress/);
    expect(plan.notes[0]).toMatch(/, and so do the numbers of its users on the host$/);
  });

  test("of one that is down, and of one that is protected, is nothing to refuse", () => {
    const down = { ...converged(container("old", { protect: true, running: false })) };
    const plan = planHost([container("fresh", { renamedFrom: "old", protect: true, running: false })], [down]);
    expect(only(plan.containers)).toMatchObject({ action: "rename", effect: "none", problems: [] });
    expect(only(plan.removals).containers).toEqual([]);
  });

  test("says that another nixpkgs builds it", () => {
    const before = converged(old, { built: { nixpkgs: "/nix/store/older", release: "24.11.20250101.1111111" } });
    expect(only(planHost([wanted], [before]).containers).notes.join()).toContain("NIXPKGS MOVES WITH IT");
  });

  test("says nothing once it is deployed, nor where the new name was there before", () => {
    const done = planHost([wanted], [converged(wanted)]);
    expect(only(done.containers)).toMatchObject({ action: "none", notes: [] });
    expect(only(done.containers).otherName).toBeUndefined();
    const again = planHost([wanted], [converged(wanted), there]);
    expect(only(again.containers).action).toBe("none");
    expect(only(again.removals).containers.map(({ name }) => name)).toEqual(["old"]);
  });

  test("on a host that has neither makes the container, with a note", () => {
    const made = only(planHost([container("fresh", { renamedFrom: "old" })], []).containers);
    expect(made).toMatchObject({
      action: "create",
      problems: [],
      notes: ["nothing of old is on the host, so that fresh is made anew, without data (renamedFrom)"],
    });
  });

  test("of a host that is not seen leaves it to the host", () => {
    const late = { host: seen("shop/web1", []).host, observation: { kind: "unobserved", reason: "address" } } as const;
    expect(only(planApp(app([late], [wanted])).containers)).toMatchObject({ base: "any", otherName: "old" });
  });

  test("keeps an address that was chosen for the old name", () => {
    const had = converged(container("old", { network: { hostAddress: "10.233.5.1", localAddress: "10.233.5.2" } }));
    const auto = container("fresh", { renamedFrom: "old", network: { localAddress: "auto" } });
    const { input } = settleAddresses(app([seen("shop/web1", [had])], [auto]));
    expect(only(input.containers)).toMatchObject({
      network: { hostAddress: "10.233.5.1", localAddress: "10.233.5.2" },
      chosen: { problems: [] },
    });
    expect(changesOf(only(planApp(input).containers))).toEqual(["name: old → fresh (restart)"]);
    // What a destroy removes is what is there.
    expect(only(planDestroy(input).removals).containers.map(({ name }) => name)).toEqual(["old"]);
  });

  const refusals: readonly (readonly [string, ObservedContainer, string])[] = [
    [
      "another owner's",
      { ...there, journal: { ...there.journal, owner: "project/other" } },
      'belongs to "project/other"',
    ],
    ["declared by the host", { ...there, declarative: true }, "is declared by the host's own configuration"],
    ["nobody's", unmanaged("old"), "is managed by nobody"],
    ["data alone", { ...unmanaged("old"), conf: undefined, unit: "down", profile: undefined }, "is managed by nobody"],
    ["cut off", { ...there, intent: { owner: "project/shop", action: "update" } }, "was left by a change or removal"],
    ["without its conf", { ...there, conf: undefined }, "is not whole"],
    ["without its journal", { ...there, journal: undefined }, "is not whole"],
    ["without its profile", { ...there, profile: undefined }, "has lost its root directory or its system profile"],
    ["on a mount of its own", { ...there, root: "mount" }, "is a mount point"],
  ];
  test.each(refusals)("of one that is %s is refused, and nothing is removed", (_, observed, words) => {
    const plan = planHost([wanted], [observed]);
    expect(only(plan.containers)).toMatchObject({ action: "conflict" });
    expect(only(plan.containers).problems.map(({ what }) => what)).toEqual([expect.stringContaining(words)]);
    expect(only(plan.removals).containers).toEqual([]);
  });

  test("hands on what the old one held, to itself and to others", () => {
    const other = container("other", { network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.2" } });
    const moved = container("fresh", {
      renamedFrom: "old",
      network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.3" },
    });
    const plan = planHost([moved, other], [there]);
    expect(plan.containers.flatMap(({ problems }) => problems)).toEqual([]);
    expect(named(plan.containers, "other").after).toEqual(["fresh"]);
  });
});

describe("a rename that was cut off", () => {
  test("goes on under the new name", () => {
    const plan = planHost([wanted], halfway());
    const [own, other] = [halfway()[1], halfway()[0]].map((each) => each?.digest ?? "");
    expect(only(plan.containers)).toMatchObject({
      action: "rename",
      otherName: "old",
      base: both(own ?? "", other ?? ""),
    });
    expect(changesOf(only(plan.containers))[0]).toBe("unfinished rename: of old → finished (none)");
    expect(only(plan.containers).notes[0]).toContain("the rename of old was cut off");
    expect(only(plan.removals).containers).toEqual([]);
    // Whatever the code says of it by now.
    const { renamedFrom: _, ...bare } = wanted;
    expect(only(planHost([bare], halfway()).containers).action).toBe("rename");
  });

  test("is undone where the code has the old name again", () => {
    const plan = planHost([old], halfway());
    expect(only(plan.containers)).toMatchObject({ action: "update", otherName: "fresh", problems: [] });
    expect(changesOf(only(plan.containers))[0]).toBe("unfinished rename: to fresh → undone (none)");
    expect(only(plan.removals).containers).toEqual([]);
  });

  test("is refused where the code has both names, or neither", () => {
    const { renamedFrom: _, ...bare } = { ...wanted, network: container("x").network };
    const plan = planHost([old, bare], halfway());
    expect(plan.containers.map(({ action }) => action)).toEqual(["conflict", "conflict"]);
    expect(only(plan.removals).containers).toEqual([]);
    const neither = only(planHost([], halfway()).removals).containers;
    expect(neither.map(({ name, problems }) => [name, problems[0]?.what])).toEqual([
      ["fresh", expect.stringContaining("fresh is part of a rename that was cut off, as old is")],
    ]);
    const destroyed = only(planDestroy(app([seen("shop/web1", halfway())], [])).removals).containers;
    expect(destroyed.map(({ problems }) => problems[0]?.what)).toEqual([expect.stringContaining("part of a rename")]);
  });
});

test("whatever the settings before and after, it is planned as a rename, removes nothing, and the next plan is empty", () => {
  fc.assert(
    fc.property(settled(1), settled(2), (before, after) => {
      const fresh = { ...after.wanted, renamedFrom: before.wanted.name };
      const plan = planHost([fresh], [before.observed]);
      const [planned] = plan.containers;
      if (planned.problems.length > 0) return;
      expect([planned.action, only(plan.removals).containers]).toEqual(["rename", []]);
      const next = planHost([fresh], [converged(fresh, { stateVersion: planned.stateVersion })]);
      expect([only(next.containers).action, only(next.removals).containers]).toEqual(["none", []]);
    }),
  );
});

test("whatever somebody did to the old one on the host, its data is not removed", () => {
  fc.assert(
    fc.property(settled(1), fc.constantFrom(...Object.values(mutations)), ({ wanted: before, observed }, mutate) => {
      const fresh = { ...container("fresh"), renamedFrom: before.name };
      const plan = planHost([fresh], [mutate(observed, before)]);
      expect(only(plan.removals).containers).toEqual([]);
      expect(["rename", "conflict", "create"]).toContain(only(plan.containers).action);
    }),
  );
});
