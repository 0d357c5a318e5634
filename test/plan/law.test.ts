import { fc } from "../support/properties";
import type { ObservedContainer } from "../../src/model/observed";
import { type AppInput, type Plan, planApp, type PlannedContainer } from "../../src/plan";
import { type Case, fleet, liveMutations, mutations, settled } from "./support/arbitrary";
import { app, converged, only, planHost, planOne, seen } from "./support/model";

const present = (cases: readonly Case[]): ObservedContainer[] => cases.flatMap(({ observed }) => observed ?? []);
const wantedOf = (cases: readonly Case[]): PlannedContainer[] => cases.map(({ wanted }) => wanted);

/** What the host holds after this plan was carried out, and the tokens that Terraform's state then holds. */
function applied(
  plan: Plan,
  wanted: readonly PlannedContainer[],
  before: readonly ObservedContainer[],
): ObservedContainer[] {
  const after = new Map(before.map((observed) => [observed.name, observed]));
  for (const { containers } of plan.removals) {
    for (const { name, problem, removal } of containers) if (!problem && removal !== "retain") after.delete(name);
  }
  plan.containers.forEach((planned, index) => {
    if (planned.apply.kind === "settled") return;
    const token = `2026-01-01T00:00:00Z ${planned.apply.words}`;
    // The model builds with the very nixpkgs of the host, and keeps the state version the plan names.
    after.set(planned.name, converged(wanted[index], { stateVersion: planned.stateVersion, token }));
  });
  return [...after.values()];
}

test("what a deploy made plans nothing, whatever the settings", () => {
  fc.assert(
    fc.property(settled(1), ({ wanted, observed }) => {
      const plan = planOne(wanted, observed);
      expect(plan).toMatchObject({ action: "none", changes: [], config: [], problems: [] });
      expect(plan.apply).toEqual({ kind: "settled", token: observed.journal?.token });
    }),
  );
});

test("a plan that is carried out leaves what the code wants: the next one is empty, and says the token that was applied", () => {
  fc.assert(
    fc.property(fleet, (cases) => {
      const wanted = wantedOf(cases);
      const first = planHost(wanted, present(cases));
      const second = planHost(wanted, applied(first, wanted, present(cases)));
      first.containers.forEach((planned, index) => {
        const next = second.containers[index];
        if (planned.action === "conflict") return;
        expect(next.action).toBe("none");
        const token =
          planned.apply.kind === "run" ? `2026-01-01T00:00:00Z ${planned.apply.words}` : planned.apply.token;
        expect(next.apply).toEqual({ kind: "settled", token });
        expect(next.stateVersion).toBe(planned.stateVersion);
      });
    }),
    { numRuns: 300 },
  );
});

describe("any difference on the host is planned:", () => {
  test.each(Object.entries(mutations))("%s", (_, mutate) => {
    fc.assert(
      fc.property(settled(1), ({ wanted, observed }) => {
        const plan = planOne(wanted, mutate(observed, wanted));
        expect(plan.action).not.toBe("none");
        expect(plan.action === "conflict" || plan.apply.kind === "run").toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test.each(Object.entries(liveMutations))("%s", (_, mutate) => {
    fc.assert(
      fc.property(settled(1), ({ wanted, observed }) => {
        const plan = planOne(wanted, mutate(observed, wanted));
        expect(plan.apply.kind === "run").toBe(wanted.running || observed.unit === "up");
      }),
      { numRuns: 30 },
    );
  });
});

test("the order of hosts, containers, stacks and observations decides nothing but the order of the plan", () => {
  const shuffled = <T>(list: readonly T[]): fc.Arbitrary<T[]> =>
    fc.shuffledSubarray([...list], { minLength: list.length });
  const sorted = ({ hosts, containers, removals }: Plan) => ({
    hosts: [...hosts].sort((a, b) => (a.host < b.host ? -1 : 1)),
    containers: [...containers].sort((a, b) => (`${a.host} ${a.name}` < `${b.host} ${b.name}` ? -1 : 1)),
    removals: [...removals].sort((a, b) => (`${a.stack} ${a.host}` < `${b.stack} ${b.host}` ? -1 : 1)),
  });
  const elsewhere = (cases: readonly Case[]): PlannedContainer[] =>
    wantedOf(cases).map((wanted) => ({ ...wanted, host: "shop/web2", construct: `${wanted.construct}2` }));
  const orders = fc
    .tuple(fleet, fleet)
    .chain(([here, there]) =>
      fc.tuple(
        fc.constant([here, there] as const),
        shuffled(present(here)),
        shuffled(present(there)),
        shuffled([...wantedOf(here), ...elsewhere(there)]),
        fc.boolean(),
      ),
    );
  fc.assert(
    fc.property(orders, ([[here, there], seenHere, seenThere, wanted, turned]) => {
      const input = (
        a: ObservedContainer[],
        b: ObservedContainer[],
        containers: PlannedContainer[],
        turn: boolean,
      ): AppInput => {
        const hosts = [seen("shop/web1", a), seen("shop/web2", b)];
        const stacks = ["shop", "blog"];
        return app(turn ? hosts.reverse() : hosts, containers, turn ? stacks.reverse() : stacks);
      };
      const one = planApp(input(present(here), present(there), [...wantedOf(here), ...elsewhere(there)], false));
      const other = planApp(input(seenHere, seenThere, wanted, turned));
      expect(sorted(other)).toEqual(sorted(one));
    }),
  );
});

test("two plans of one observation are the same to the byte", () => {
  fc.assert(
    fc.property(fleet, (cases) => {
      const plan = (): string => JSON.stringify(planHost(wantedOf(cases), present(cases)));
      expect(plan()).toBe(plan());
    }),
  );
});

test("what is removed is exactly what is ours and not declared", () => {
  fc.assert(
    fc.property(fleet, fc.nat(), (cases, cut) => {
      const declared = wantedOf(cases).slice(0, cut % (cases.length + 1));
      const plan = planHost(declared, present(cases));
      const names = new Set(declared.map(({ name }) => name));
      const ours = present(cases)
        .filter(({ declarative, name }) => !declarative && !names.has(name))
        .filter(({ journal, intent, conf }) => {
          const claim = conf?.some((line) => line === "CDKTF_NIXOS_OWNER=project/shop") ? "project/shop" : undefined;
          return (journal?.owner ?? intent?.owner ?? claim) === "project/shop";
        })
        .map(({ name }) => name)
        .sort();
      expect(only(plan.removals).containers.map(({ name }) => name)).toEqual(ours);
    }),
  );
});
