import { planDestroy } from "../../src/plan";
import { allContainers, allProblems, planText } from "../../src/render";
import { app, container, converged, seen, unmanaged, unseen } from "./support/model";

const text = (plan: ReturnType<typeof planDestroy>): string => planText(plan, { destroy: true, columns: Infinity });

describe("what a destroy does, in words (first hour 11):", () => {
  test("each container by the policy that was last deployed, declared or not, and no other's", () => {
    const observed = [
      converged(container("web")),
      converged(container("cache", { removalPolicy: "destroy" })),
      converged(container("dns", { removalPolicy: "retain" })),
      converged(container("old")),
      converged(container("theirs", { owner: "project/other" })),
      unmanaged("hand"),
    ];
    const wanted = [
      container("web", { removalPolicy: "destroy" }),
      container("cache", { removalPolicy: "destroy" }),
      container("dns", { removalPolicy: "retain" }),
      container("never"),
    ];
    const plan = planDestroy(app([seen("shop/web1", observed)], wanted));
    expect(text(plan)).toBe(`web1  web1.example.org
  - cache  remove (destroy)  (DANGER: its data is deleted)
        note   its data is deleted, as its removalPolicy says
  - dns    remove (retain)
        note   it stays as it is, and is no longer managed
  - old    remove (archive)
        note   its data moves to /var/lib/nixos-containers/.archive/old-…, and stays there until somebody deletes it
        note   the code no longer declares it
  - web    remove (archive)
        note   its data moves to /var/lib/nixos-containers/.archive/web-…, and stays there until somebody deletes it
        note   the code says removalPolicy: "destroy" by now, which counts once it is deployed

Destroy: 2 archived, 1 DELETED WITH ITS DATA, 1 left as it is.

Terraform's state decides which stacks and machines are destroyed: a machine that left the code is not looked at here, what was never deployed is not destroyed, and where prevent_destroy is set, Terraform refuses all of its stack.
`);
  });

  test("one that is protected is refused, and keeps the others of its stack on its host, and no others", () => {
    const db = container("db", { protect: true, removalPolicy: "destroy" });
    const plan = planDestroy(
      app(
        [
          seen("shop/web1", [converged(db), converged(container("web")), converged(container("b", { stack: "blog" }))]),
          seen("shop/web2", [converged(container("far", { host: "shop/web2" }))]),
        ],
        [db, container("web")],
        ["shop", "blog"],
      ),
    );
    const fates = allContainers(plan).map(({ name, action, apply }) => `${name} ${action} ${apply.kind}`);
    expect(fates.sort()).toEqual(["b remove run", "db remove settled", "far remove run", "web none settled"]);
    expect(allProblems(plan).map(({ what, where }) => [what, where.construct])).toEqual([
      ["db is protected, so a destroy fails and removes nothing of its stack from this host", "shop/db"],
    ]);
    expect(text(plan)).toContain("it stays: db is protected, and then nothing of shop is removed from web1");
    expect(text(plan)).toContain("Destroy: 2 archived, 1 refused, 1 kept with it.");
  });

  test("one that cannot be moved, or was deployed under another machine-id, is refused alone", () => {
    const observed = [
      { ...converged(container("tank")), root: "mount" as const },
      {
        ...converged(container("moved")),
        journal: { ...converged(container("moved")).journal, machine: "a".repeat(32) },
      },
      converged(container("web")),
    ];
    const plan = planDestroy(app([seen("shop/web1", observed)], []));
    expect(allProblems(plan).map(({ what }) => what.split(" ").slice(0, 3).join(" "))).toEqual([
      "moved was deployed",
      "tank cannot be",
    ]);
    expect(text(plan)).toContain("Destroy: 1 archived, 2 refused.");
  });

  test("a host that cannot be reached is a problem, one whose address is not known yet is told", () => {
    const failed = { kind: "failed", what: "web1 cannot be reached", remedy: "see that it is up" } as const;
    const plan = planDestroy(
      app([unseen("shop/web1", failed), unseen("shop/web2", { kind: "unobserved", reason: "address" })], []),
    );
    expect(allProblems(plan).map(({ what }) => what)).toEqual(["web1 cannot be reached"]);
    expect(text(plan)).toContain(
      "whatever the stack has there is removed, as the last deploy of each container recorded it",
    );
    expect(text(plan)).toContain("Destroy: no containers.");
  });
});
