import { fc } from "../support/properties";
import { nix, renderNix } from "../../src/nix";
import { isNumberToken } from "../../src/nix/terraform-token";
import { describeWithNix, evaluate, runNix } from "./with-nix";

/** Pieces that mean something in Nix, in Terraform or to a careless escape. */
const nasty = fc.constantFrom(
  ...[
    "${",
    "''${",
    "''",
    "'",
    "'''",
    "\\",
    "\\n",
    "''\\n",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\t",
    '"',
    "$",
    "$$",
    "$${",
    "}",
  ],
  ...[
    "%{",
    "%%{",
    " ",
    "  ",
    "   ",
    "a",
    "b c",
    "#",
    "/*",
    "*/",
    "//",
    ";",
    "é",
    "日本",
    "😀",
    "\u2028",
    "\u0001",
    "\u007f",
  ],
);
const text = fc.oneof(
  fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join("")),
  fc.array(fc.oneof(nasty, fc.constant("\n")), { maxLength: 16 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme" }),
);
const name = fc.oneof(fc.constantFrom("enable", "or", "if", "inherit", "a.b", "", "a-b", "a'", "1a", "__x"), text);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    text,
    fc.array(tie("any"), { maxLength: 5 }),
    fc.dictionary(name, tie("any"), { maxKeys: 5 }),
  ),
})).any;

/** Without what no Nix value can carry: NUL, halves of characters, and two names that mean something to `--json`. */
function fits(candidate: unknown): boolean {
  return !/\\u0000|\\ud[89a-f]|"outPath"|"__toString"/i.test(JSON.stringify(candidate));
}

describeWithNix("renderNix and the real nix", () => {
  test("any value comes back equal", () => {
    const samples = fc.sample(value.filter(fits), { numRuns: 600, seed: 20 });
    const fresh = fc.sample(value.filter(fits), { numRuns: 300 });
    const all = [...samples, ...fresh];
    expect(evaluate(renderNix(all))).toEqual(all);
  });

  test("any text of nasty pieces comes back equal, at every depth", () => {
    const samples = fc.sample(text.filter(fits), { numRuns: 2000 });
    const all = samples.map((sample, index) =>
      index % 2 === 0 ? { a: { [`k${index}`]: [sample, { sample }] } } : sample,
    );
    const rendered = renderNix(all);
    expect(rendered.split("''\n").length).toBeGreaterThan(50); // strings of several lines are among them
    expect(evaluate(rendered)).toEqual(all);
  });

  test("a line separator of Unicode is no line end to Nix", () => {
    const all = ["   a\u2028b\n   c", "   a\u2029b\n  c", "a\n  \u2028 \nb"];
    expect(evaluate(renderNix(all))).toEqual(all);
  });

  test("any float comes back equal", () => {
    const float = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((sample) => {
      const integer = Number.isInteger(sample) && Math.abs(sample) < 2 ** 63;
      return (
        !(integer && !Number.isSafeInteger(sample)) &&
        (sample === 0 || Math.abs(sample) >= 2.2250738585072014e-308) &&
        !isNumberToken(sample) // is refused
      );
    });
    const samples = [
      1.5,
      0.1,
      1e300,
      1e21,
      1.7976931348623157e308,
      1e-7,
      -0.5,
      123456789.125,
      ...fc.sample(float, 500),
    ];
    // nix prints six digits only, so let it compare with what it reads from JSON, bit for bit.
    const comparison = `
      let given = ${renderNix(samples)}; read = builtins.fromJSON (builtins.readFile ./samples.json); in
      builtins.filter (i: builtins.elemAt given i != builtins.elemAt read i)
        (builtins.genList (i: i) (builtins.length given))`;
    const json = `[${samples.map((sample) => sample.toExponential()).join()}]`; // else nix wraps integers beyond 64 bits
    const different = evaluate(comparison, { "samples.json": json }) as readonly number[];
    expect(different.map((index) => samples[index])).toEqual([]);
  });

  test("the comparison of floats would notice a difference in the last bit", () => {
    const files = { "samples.json": "[0.30000000000000004]" };
    const compare = (sample: number): unknown =>
      evaluate(`builtins.fromJSON (builtins.readFile ./samples.json) == ${renderNix([sample])}`, files);
    expect([compare(0.3), compare(0.1 + 0.2)]).toEqual([false, true]);
  });

  test("integers stay integers, floats floats, and bigints exact", () => {
    const values = [1, -0, -7, 1.5, 2n ** 63n - 1n, -(2n ** 63n), 1e21];
    expect(evaluate(`map builtins.typeOf ${renderNix(values)}`)).toEqual([
      ...["int", "int", "int", "float", "int", "int", "float"],
    ]);
    expect(evaluate(`map toString ${renderNix([2n ** 63n - 1n, -(2n ** 63n)])}`)).toEqual([
      "9223372036854775807",
      "-9223372036854775808",
    ]);
  });

  test("the smallest float that is refused is one that nix refuses too", () => {
    expect(() => renderNix(2.225073858507201e-308)).toThrow("too close to zero");
    expect(runNix({ "main.nix": "2.225073858507201e-308" }, "--eval").stderr).toContain("invalid float");
  });

  test("expressions keep their meaning wherever they stand", () => {
    const id = nix`x: x`;
    const value = {
      list: [nix`1 + 1`, nix`builtins.length [ ]`, nix`let a = 1; in a`, nix`true # yes`],
      bound: nix`with { b = 2; }; b`,
      comment: nix`3 # three`,
      spliced: nix`${id} ${-4} + ${nix`2 + 3`} * 2`,
      text: nix`"a\n\${"b"} $\{c} \`"`,
    };
    expect(evaluate(renderNix(value))).toEqual({
      list: [2, 0, 1, true],
      bound: 2,
      comment: 3,
      spliced: 6,
      text: "a\nb ${c} `",
    });
  });
});
