import { problemText, type Problem } from "../../../src/model/error";
import { type ContainerSettings, parseSettings } from "../../../src/model/container";
import { dropInLines } from "../../../src/model/drop-in";
import { renderConf } from "../../../src/model/conf";
import { optionSettings, optionValues } from "../../plan/support/options";
import { fc } from "../../support/properties";

const names = Object.keys(optionValues(1));

/** Names that every object of JavaScript has, and others that people write. */
const keys = fc.oneof(
  fc.constantFrom(
    "constructor",
    "toString",
    "hasOwnProperty",
    "__proto__",
    "prototype",
    "length",
    "",
    " ",
    "a b",
    "/",
    "lan0",
  ),
  fc.constantFrom(
    "node",
    "modifier",
    "hostPath",
    "after",
    "serviceConfig",
    "unitConfig",
    "memoryMax",
    "extraVeths",
    "Restart",
  ),
);

const odd = fc.anything({
  key: keys,
  maxDepth: 4,
  maxKeys: 4,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  values: [
    fc.constantFrom<unknown>(
      "",
      " ",
      "\n",
      "\ud83d",
      "--",
      "-x",
      "=",
      ":",
      "/",
      "/a",
      "/a:idmap",
      "all",
      "~",
      "%",
      "$x",
      "\\",
    ),
    fc.constantFrom<unknown>(NaN, Infinity, -0, 1e21, -1, 65536, null, undefined, true, false, Symbol("x"), () => 1),
    fc.string({ unit: "binary", maxLength: 6 }),
  ],
});

const parsed = (settings: unknown): { readonly problems: Problem[]; readonly left: string } => {
  const problems: Problem[] = [];
  const container = parseSettings("web", settings as ContainerSettings, {}, problems);
  const left =
    problems.length > 0 ? "" : [renderConf({ ...container, owner: "o" }), ...dropInLines(container)].join("\n");
  return { problems, left };
};

/** How much of it a person could have got wrong. */
function size(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return (Array.isArray(value) ? Array.from(value) : Object.values(value)).reduce(
    (sum: number, member: unknown) => sum + size(member),
    1,
  );
}

describe("whatever JavaScript's values are given for an option,", () => {
  test.each(names)(
    "%s is judged to its end, each problem with its remedy, and no more problems than there are values",
    (name) => {
      fc.assert(
        fc.property(odd, (value) => {
          const { problems, left } = parsed({ [name]: value });
          for (const problem of problems) {
            expect(problem.what).not.toBe("");
            expect(problem.remedy).not.toMatch(/^$|undefined|\[object/);
            expect(problemText(problem)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
          }
          expect(problems.length).toBeLessThanOrEqual(2 * size(value));
          // What is accepted stays in its line.
          for (const line of left.split("\n")) expect(line).toMatch(/^(#.*|[A-Za-z_0-9]+=.*|\[(Unit|Service)\]|)$/);
        }),
        { numRuns: 150 },
      );
    },
  );

  test("one odd option hides no problem of the others", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), odd, optionSettings(1), (name, value, settings) => {
        const { problems } = parsed({ ...settings, [name]: value, stateVersion: "x" });
        expect(problems.map(({ what }) => what)).toContain('stateVersion "x" is not a NixOS release');
      }),
      { numRuns: 200 },
    );
  });
});
