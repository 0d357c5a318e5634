import { createHash } from "node:crypto";
import type { ObservedContainer } from "../../src/model/observed";
import { planApp } from "../../src/plan";
import { app, applyText, container, converged, named, only, planHost, seen, unmanaged } from "./support/model";

const old = container("old");
const removed = (observed: readonly ObservedContainer[], change = {}) => only(planHost([], observed, change).removals);

describe("what the code no longer declares", () => {
  test("is removed, archived by default, and the plan says where", () => {
    const plan = removed([converged(old)]);
    expect(applyText(plan)).toBe("run remove: old (archive)");
    expect(only(plan.containers)).toMatchObject({
      action: "remove",
      removal: "archive",
      effect: "none",
      base: converged(old).digest,
      problems: [],
      notes: ["its data moves to /var/lib/nixos-containers/.archive/old-…, and stays there until somebody deletes it"],
    });
  });

  test("is removed as its last deploy said, sorted by name", () => {
    const plan = removed([
      converged(container("c", { removalPolicy: "retain" })),
      converged(container("b", { removalPolicy: "destroy" })),
      converged(container("a")),
    ]);
    expect(applyText(plan)).toBe(
      "run remove: a (archive), b (destroy: its data is deleted), c (retain: it stays as it is)",
    );
    expect(plan.containers.map(({ effect }) => effect)).toEqual(["none", "danger", "none"]);
  });

  test("is only what this stack owns", () => {
    const theirs = converged({ ...old, owner: "project/other" });
    expect(removed([theirs, unmanaged("theirs"), { ...converged(old), declarative: true }]).containers).toEqual([]);
  });

  test("is also what its conf or an intent alone says is ours", () => {
    const { journal: _, ...lost } = converged(old);
    const begun: ObservedContainer = { ...unmanaged("begun"), intent: { owner: "project/shop", action: "adopt" } };
    const plan = removed([lost, begun]);
    expect(plan.containers.map(({ name, removal }) => [name, removal])).toEqual([
      ["begun", "retain"], // it was never wholly ours
      ["old", "archive"],
    ]);
  });

  test("is refused when it is protected", () => {
    const plan = removed([converged(container("old", { protect: true })), converged(container("other"))]);
    expect(applyText(plan)).toBe("run remove: other (archive)");
    expect(plan.containers[0]?.problem).toMatchObject({
      what: "old is protected, and the code no longer declares it",
      remedy: "declare it again; to remove it, deploy it with `protect: false` first",
    });
    expect(plan.containers[0]?.notes).toEqual([]); // nothing moves
  });

  test("is refused when its root directory cannot be moved into the archive", () => {
    expect(only(removed([{ ...converged(old), root: "mount" }]).containers).problem?.what).toContain(
      "old cannot be archived",
    );
    const destroyed = converged(container("old", { removalPolicy: "destroy" }));
    expect(only(removed([{ ...destroyed, root: "mount" }]).containers).problems).toEqual([]);
  });
});

test("a host with nothing to remove is settled with the token of the last removal", () => {
  expect(applyText(removed([]))).toBe("settled nothing to remove");
  const hash = createHash("sha256").update("project/shop").digest("hex").slice(0, 16);
  expect(applyText(removed([], { reaps: new Map([[hash, "2026-01-01 remove: a"]]) }))).toBe(
    "settled 2026-01-01 remove: a",
  );
});

describe("hints", () => {
  test("ask whether it is a rename, on both sides, within one stack", () => {
    const plan = planHost([container("fresh")], [converged(old)]);
    expect(only(plan.containers).notes).toEqual([
      'old is removed in the same deploy: if this is a rename, take its data along with `renamedFrom: "old"`, or keep that container with `name: "old"`',
    ]);
    expect(only(only(plan.removals).containers).notes[1]).toBe(
      'fresh is created in the same deploy: if this is a rename, take its data along with `renamedFrom: "old"`, or keep the container with `name: "old"`',
    );
    expect(only(planHost([container("fresh")], []).containers).notes).toEqual([]);
    const apart = planApp(
      app([seen("shop/web1", [converged(old)])], [container("fresh", { stack: "blog" })], ["shop", "blog"]),
    );
    expect(only(apart.containers).notes).toEqual([]);
  });

  const network = (last: number) => ({
    privateNetwork: true,
    hostAddress: "10.0.0.1",
    localAddress: `10.0.0.${last}`,
  });
  const text = (mark: string) => ({ "configuration.nix": `{ ${mark} }\n` });

  test("name only the likeliest where several go and come: of one configuration or address", () => {
    const gone = [
      converged(container("one", { files: text("1"), network: network(2) })),
      converged(container("two", { files: text("2"), network: network(3) })),
      converged(container("three", { files: text("3") })),
    ];
    const plan = planHost(
      [
        container("uno", { files: text("1"), network: network(9) }),
        container("due", { files: text("new"), network: network(3) }),
        container("quattro", { files: text("4") }),
      ],
      gone,
    );
    const notes = Object.fromEntries(plan.containers.map((each) => [each.name, each.notes.join()]));
    expect(notes).toEqual({
      uno: 'one is removed in the same deploy: if this is a rename, take its data along with `renamedFrom: "one"`, or keep that container with `name: "one"`',
      due: 'two is removed in the same deploy: if this is a rename, take its data along with `renamedFrom: "two"`, or keep that container with `name: "two"`',
      quattro: "",
    });
    expect(only(plan.removals).containers.map(({ notes: [, hint] }) => hint?.split(" in")[0])).toEqual([
      "uno is created",
      undefined,
      "due is created",
    ]);
  });

  test("are in the plural for several", () => {
    const gone = ["a", "c"].map((name) => converged(container(name)));
    expect(only(planHost([container("b")], gone).containers).notes).toEqual([
      "a and c are removed in the same deploy: if this is a rename, take the data of one along with `renamedFrom:`, or keep the old container with `name:`",
    ]);
  });

  test("say that data stays behind when a container moves to another host", () => {
    const hosts = [seen("shop/web1", [converged(old)]), seen("shop/web2", [])];
    const plan = planApp(app(hosts, [container("old", { host: "shop/web2" })]));
    expect(only(plan.containers).notes).toEqual([
      "old is removed from web1 in the same deploy: its data stays behind there and does not come along",
    ]);
    expect(plan.removals[0]?.containers[0]?.notes[1]).toBe(
      "old is created on web2 in the same deploy: its data stays behind here, in the archive",
    );
  });
});

describe("a container that moves to another stack", () => {
  const input = (policy: "archive" | "retain") =>
    app(
      [seen("shop/web1", [converged(container("old", { removalPolicy: policy }))])],
      [container("old", { stack: "blog", adopt: true })],
      ["shop", "blog"],
    );

  test("is a conflict there, and not archived here: its data would be gone", () => {
    const plan = planApp(input("archive"));
    expect(named(plan.containers, "old").problem?.what).toContain('belongs to "project/shop"');
    expect(plan.removals[0]?.containers[0]?.problem?.what).toContain("no longer declared by this stack, but by blog");
    expect(plan.removals.map(applyText)).toEqual(["settled nothing to remove", "settled nothing to remove"]);
  });

  test("is let go when it was deployed with removalPolicy retain", () => {
    expect(planApp(input("retain")).removals.map(applyText)).toEqual([
      "run remove: old (retain: it stays as it is)",
      "settled nothing to remove",
    ]);
  });
});
