import { fc } from "../support/properties";
import { confEntries, confLines, ownerKey, parseConf, renderConf } from "../../src/model/conf";
import type { ContainerSettings } from "../../src/model/container";
import { dropInLines, parseDropIn } from "../../src/model/drop-in";
import type { Line } from "../../src/model/line";
import { moduleLines } from "../../src/model/module";
import { linesOf, options } from "../../src/model/options";
import type { PlannedContainer } from "../../src/plan";
import { byProperty } from "../../src/model/options/properties";
import { givenChanges } from "../../src/plan/option-change";
import { container, converged, observedHost, planOne } from "./support/model";
import { agreeing, type OptionName, optionSettings, optionValues } from "./support/options";

const place = { systemControl: "writable" } as const;
const lines = (wanted: PlannedContainer): readonly Line[] => linesOf(wanted, place);
const isUnit = (line: Line): boolean => line.place === "Unit" || line.place === "Service";

/** By section and key, each in the order of its values: an order between keys means nothing. */
function byKey(list: readonly Line[]): readonly string[] {
  const keys = [...new Set(list.map((line) => `${line.place} ${line.key}`))].sort();
  return keys.flatMap((key) =>
    list.filter((line) => `${line.place} ${line.key}` === key).map(({ value }) => `${key}=${value}`),
  );
}

/** All that a host holds of a container's options, as text. */
function text(wanted: PlannedContainer): string {
  return [...renderConf(wanted).split("\n"), ...dropInLines(wanted), ...moduleLines(lines(wanted))].join("\n");
}

describe("whatever the options,", () => {
  test("the conf says what was meant, and is read back so", () => {
    fc.assert(
      fc.property(optionSettings(1), (settings) => {
        const wanted = container("web", settings);
        const read = parseConf(renderConf(wanted).split("\n"));
        expect([...read].filter(([key]) => key !== ownerKey)).toEqual([...confEntries(wanted)]);
        const meant = lines(wanted).filter((line) => line.place === "conf" || line.place === "flag");
        expect(byKey(confLines(read))).toEqual(byKey(meant));
        expect(confLines(read).filter((line) => line.place === "flag")).toEqual(
          meant.filter((line) => line.place === "flag"),
        );
      }),
      { numRuns: 100 },
    );
  });

  test("the drop-in says what was meant, each line once, and is read back so", () => {
    fc.assert(
      fc.property(optionSettings(1), (settings) => {
        const wanted = container("web", settings);
        const read = parseDropIn(dropInLines(wanted));
        expect(byKey(read ?? [])).toEqual(byKey(lines(wanted).filter(isUnit)));
      }),
      { numRuns: 100 },
    );
  });

  test("each line on the host is that of one property, or of the option that tells of it", () => {
    fc.assert(
      fc.property(optionSettings(1), (settings) => {
        const all = lines(container("web", settings));
        const owned = [...byProperty(all).values()].flat();
        const loose = all.filter((line) => !owned.includes(line));
        expect(loose.filter((line) => !options.some((option) => option.owns?.(line, all)))).toEqual([]);
        expect(owned).toHaveLength(new Set(owned).size);
      }),
      { numRuns: 100 },
    );
  });

  test("what was deployed plans nothing, and what a new one is given costs nothing", () => {
    fc.assert(
      fc.property(optionSettings(1), (settings) => {
        const wanted = container("web", settings);
        expect(planOne(wanted, converged(wanted))).toMatchObject({ action: "none", changes: [], problems: [] });
        const given = givenChanges(wanted, observedHost());
        expect(given.filter(({ effect }) => effect !== "none")).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test("what differs on the host is planned, and what is told differs", () => {
    fc.assert(
      fc.property(optionSettings(1), optionSettings(1), (now, before) => {
        const [wanted, was] = [container("web", now), container("web", before)];
        const plan = planOne(wanted, converged(was));
        expect(plan.changes.filter((change) => change.before === change.after)).toEqual([]);
        expect(new Set(plan.changes.map(({ property }) => property)).size).toBe(plan.changes.length);
        if (text(wanted) !== text(was)) expect(plan.action).not.toBe("none");
        else expect(plan.action === "none").toBe(wanted.autoStart === was.autoStart);
      }),
      { numRuns: 200 },
    );
  });

  test("what is taken out of conf or drop-in by hand is planned", () => {
    fc.assert(
      fc.property(optionSettings(1), fc.nat(), (settings, number) => {
        const wanted = container("web", settings);
        const seen = converged(wanted);
        const conf = (seen.conf ?? []).filter((line) => !/^(#|CDKTF_NIXOS_(OWNER|STATE))/.test(line));
        const all = [...conf, ...seen.dropIn];
        fc.pre(all.length > 0);
        const at = number % all.length;
        const edited =
          at < conf.length
            ? { ...seen, conf: seen.conf?.filter((line) => line !== conf[at]) }
            : { ...seen, dropIn: seen.dropIn.filter((_, index) => index !== at - conf.length) };
        expect(planOne(wanted, edited).action).toBe("update");
      }),
      { numRuns: 100 },
    );
  });

  test("the order of lists and records is irrelevant", () => {
    fc.assert(
      fc.property(optionSettings(1), fc.infiniteStream(fc.nat()), (settings, numbers) => {
        const turned = shuffled(settings, () => Number(numbers.next().value)) as ContainerSettings;
        expect(text(container("web", turned))).toBe(text(container("web", settings)));
      }),
      { numRuns: 100 },
    );
  });
});

/** Settings whose order is theirs: flags and commands may depend on those before them, and old confs have ports as written. */
const ordered = new Set(["extraFlags", "forwardPorts", "interfaces", "macvlans", "unitConfig", "serviceConfig"]);

function shuffled(value: unknown, next: () => number, isOrdered = false): unknown {
  if (typeof value !== "object" || value === null) return value;
  const turn = <T>(list: readonly T[]): T[] =>
    list
      .map((one) => [next(), one] as const)
      .sort(([a], [b]) => a - b)
      .map(([, one]) => one);
  if (Array.isArray(value)) return isOrdered ? (value as unknown[]) : turn(value as unknown[]);
  const members = turn(Object.entries(value));
  return Object.fromEntries(
    members.map(([key, member]) => [key, shuffled(member, next, isOrdered || ordered.has(key))] as const),
  );
}

/** Under which names a change of an option alone may be told: its own, and what follows from it for others. */
const told: Readonly<Record<OptionName, RegExp>> = {
  network: /^(network\..*|start order|container\.nix on the host|enableTun|privateUsers|allowedDevices)$/,
  bindMounts: /^(bindMounts|start order|allowedDevices)$/,
  tmpfs: /^tmpfs$/,
  ephemeral: /^ephemeral$/,
  privateUsers: /^privateUsers$/,
  enableTun: /^(enableTun|allowedDevices)$/,
  allowedDevices: /^allowedDevices$/,
  additionalCapabilities: /^additionalCapabilities$/,
  systemCallFilter: /^systemCallFilter$/,
  credentials: /^credentials$/,
  extraFlags: /^(extraFlags|enableTun|privateUsers|allowedDevices)$/,
  copyResolvConf: /^copyResolvConf$/,
  autoStart: /^(autoStart|start order)$/,
  timeouts: /^timeouts\.start$/,
  unit: /^(unit\..*|start order|drop-in of the unit)$/,
};

describe("a change of one option alone is told under its own name:", () => {
  test.each(Object.keys(told) as OptionName[])("%s", (option) => {
    const pairs = fc.tuple(optionSettings(1), optionValues(1)[option] as fc.Arbitrary<unknown>);
    fc.assert(
      fc.property(pairs, ([before, value]) => {
        const now = { ...before, [option]: value };
        fc.pre(JSON.stringify(agreeing(now)) === JSON.stringify(now)); // else more than that one would change
        const plan = planOne(container("web", now), converged(container("web", before)));
        expect(plan.changes.map(({ property }) => property).filter((name) => !told[option].test(name))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
