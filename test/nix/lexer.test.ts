import { tmpdir } from "node:os";
import { lex } from "../../src/nix/lexer";
import { pathLiterals } from "../../src/nix/path-literals";
import { describeWithNix, runNix } from "./with-nix";

/** Tricky code, and the relative paths in it. */
const cases: readonly (readonly [string, readonly string[]])[] = [
  ["./x.nix", ["./x.nix"]],
  ["{ a =./x.nix; }", ["./x.nix"]],
  ["[ ../x ./y/z ./. ./.. a/b ]", ["../x", "./y/z", "./.", "./..", "a/b"]],
  ["[ { } .b/c ]", [".b/c"]],
  ["let a.b = 1; in a.b/c", ["a.b/c"]],
  ["6/3", ["6/3"]],
  ["6 / 3", []],
  ["{ } // { }", []],
  ["/etc/hosts", []],
  ["<nixpkgs/nixos>", []],
  ["http://example.org/./x.nix", []],
  ["x:x/y", []],
  ["x: ./y", ["./y"]],
  ["1 # ./x.nix\n", []],
  ["1 /* ./x.nix * / ** */", []],
  ['"./x.nix"', []],
  ['"\\${./x.nix}"', []],
  ['"$${./x.nix}"', []],
  ['"$$${./x.nix}"', ["./x.nix"]],
  ['"\\\\${./x.nix}"', ["./x.nix"]],
  ['"a\\"${./x.nix}"', ["./x.nix"]],
  ['"${"${./x.nix}"}"', ["./x.nix"]],
  ['"${{ a = "}"; b = ./x.nix; }.b}" + "./y"', ["./x.nix"]],
  ["''./x.nix''", []],
  ["'' ''${./x.nix} ''", []],
  ["'' ''\\n${./x.nix} ''", ["./x.nix"]],
  ["'' ''\\${./x.nix} ''", []],
  ["'' '''${./x.nix} ''", ["./x.nix"]],
  ["'' $${./x.nix} ''", []],
  ["'' $''${./x.nix} ''", []],
  ["'' '${./x.nix} ''", ["./x.nix"]],
  ["'' '' + ''\n  ${./x.nix}\n''", ["./x.nix"]],
  ["'' \" ${./x.nix} \" ''", ["./x.nix"]],
  ["{ a' = 1; b'' = ./x.nix; }", ["./x.nix"]],
  ["{ a-b = ./x-1.nix; }", ["./x-1.nix"]],
  ["[ .5 1.5e3 1. ./x ]", ["./x"]],
  ["x: x.y or ./z", ["./z"]],
  ["{ a ? ./x, ... }@b: a", ["./x"]],
];

describe("the lexer", () => {
  test.each(cases)("finds the relative paths of %j", (code, paths) => {
    const { tokens, complete } = lex(code);
    expect(pathLiterals(tokens).map(({ text }) => text)).toEqual(paths);
    expect(complete).toBe(true);
  });

  test("tells the kind and the line of each token", () => {
    const { tokens } = lex('{\n  a = "b\n${c}";\n  # no\n  d = ~/e ; }');
    expect(tokens.map(({ kind, text, line }) => `${line} ${kind} ${text.replace("\n", "↵")}`)).toEqual([
      ...["1 symbol {", "2 word a", "2 symbol =", "2 string b↵${c}", "3 symbol ;"],
      ...["5 word d", "5 symbol =", "5 home-path ~/e", "5 symbol ;", "5 symbol }"],
    ]);
  });

  test("tells paths that are computed", () => {
    const { tokens } = lex("[ ./a-${b}/c ./d/${e} ./f.nix ]");
    expect(pathLiterals(tokens).map((path) => [path.text, path.interpolated])).toEqual([
      ["./a-", true],
      ["./d/", true],
      ["./f.nix", false],
    ]);
  });

  test.each(['"a', "''a", "/* a", '"${a', '"${ { }"', "a \\ b", '"\\'])("notices that %j is not complete", (code) => {
    expect(lex(code).complete).toBe(false);
  });

  test("survives any cut through tricky code", () => {
    const code = cases.map(([text]) => text).join("\n");
    for (let end = 0; end < code.length; end++) expect(() => lex(code.slice(0, end))).not.toThrow();
  });
});

describeWithNix("the lexer and the real nix", () => {
  test.each(cases.filter(([code]) => !code.includes("/./")))("agree on %j", (code, paths) => {
    const { stdout, status } = runNix({ "main.nix": code }, "--parse");
    expect(status).toBe(0);
    // What nix prints as paths are absolute ones; those of our folder were relative.
    const printed = lex(stdout).tokens.flatMap(function all(token): readonly string[] {
      const here =
        token.kind === "path" && ["/here", tmpdir()].some((start) => token.text.startsWith(start)) ? [token.text] : [];
      return [...here, ...token.inner.flatMap(all)];
    });
    expect(printed).toHaveLength(paths.length);
  });
});
