import { runInNewContext } from "node:vm";
import { Fn, type IResolvable, Token } from "cdktf";
import { NixosError } from "../../src/model/error";
import { isNixExpression, nix, NixExpression, renderNix } from "../../src/nix";

function caught(value: unknown): NixosError {
  try {
    renderNix(value);
  } catch (error) {
    if (error instanceof NixosError) return error;
    throw error;
  }
  return new NixosError([]);
}

/** What each problem of a value says. */
function flaws(value: unknown): readonly string[] {
  return caught(value).problems.map(({ what, remedy }) => `${what} → ${remedy}`);
}

const late = "holds a value that is only known after apply, which can't be part of a NixOS configuration";
const known = "use a value that is known at synth, or put it into a file on the host and bind-mount that";

describe("renderNix", () => {
  test("writes modules as a person would", () => {
    const value = {
      services: {
        nginx: {
          enable: true,
          virtualHosts: { "example.org": { locations: { "/": { proxyPass: "http://[::1]:80" } } } },
        },
        none: undefined,
        postgresql: { package: nix`pkgs.postgresql_16`, settings: {} },
      },
      networking: {
        firewall: { allowedTCPPorts: [80, 443], extraCommands: "iptables -A\n  -j ${CHAIN}\n\nip6tables\n" },
      },
      environment: {
        systemPackages: [nix`pkgs.vim`, nix`pkgs.git.override { guiSupport = false; }`],
        etc: { motd: { text: "Hello\nworld" } },
      },
      users: { users: [{ name: "a" }, { name: "b", uid: -1 }], nothing: [], or: null },
      offsets: [-1, 1.5, -1.5],
    };
    expect(renderNix(value)).toBe(`{
  services = {
    nginx = {
      enable = true;
      virtualHosts = {
        "example.org" = {
          locations = {
            "/" = {
              proxyPass = "http://[::1]:80";
            };
          };
        };
      };
    };
    postgresql = {
      package = pkgs.postgresql_16;
      settings = { };
    };
  };
  networking = {
    firewall = {
      allowedTCPPorts = [ 80 443 ];
      extraCommands = ''
        iptables -A
          -j ''\${CHAIN}

        ip6tables
      '';
    };
  };
  environment = {
    systemPackages = [ pkgs.vim (pkgs.git.override { guiSupport = false; }) ];
    etc = {
      motd = {
        text = ''
          Hello
          world'';
      };
    };
  };
  users = {
    users = [
      {
        name = "a";
      }
      {
        name = "b";
        uid = -1;
      }
    ];
    nothing = [ ];
    "or" = null;
  };
  offsets = [ (-1) 1.5 (-1.5) ];
}`);
  });

  test("breaks a list that is too wide for one line", () => {
    const wide = ["a".repeat(50), "b".repeat(50)];
    expect(renderNix({ wide })).toBe(`{\n  wide = [\n    "${wide[0]}"\n    "${wide[1]}"\n  ];\n}`);
  });

  test.each([
    ["-0", -0, "0"],
    ["a large float", 1e21, "1.0e+21"],
    ["a small float", 1e-7, "1.0e-7"],
    ["the largest bigint", 2n ** 63n - 1n, "9223372036854775807"],
    ["the smallest bigint", -(2n ** 63n), "(-9223372036854775807 - 1)"],
    ["interpolation", "${a} $${b} \\${c} $d", '"\\${a} $\\${b} \\\\\\${c} $d"'],
    ["line ends in one line", "a\r\nb\t", '"a\\r\\nb\\t"'],
    ["a line with its newline", "a\n", '"a\\n"'],
    ["quotes that would end an indented string", "a\n''b", "\"a\\n''b\""],
    ["lines that are all indented", " a\n b", '" a\\n b"'],
  ])("writes %s", (_name, value, text) => {
    expect(renderNix(value)).toBe(text);
  });

  test("takes objects of another realm, of JSON and without a prototype", () => {
    const values: unknown[] = [
      runInNewContext("({ a: [1] })"),
      JSON.parse('{ "a": [1] }'),
      Object.assign(Object.create(null) as object, { a: [1] }),
    ];
    expect(values.map((value) => renderNix(value))).toEqual(Array(3).fill("{\n  a = [ 1 ];\n}"));
  });

  test("takes the same object twice, as long as it does not hold itself", () => {
    const shared = { a: 1 };
    expect(flaws({ one: shared, two: [shared, shared] })).toEqual([]);
  });

  test("reports every value that Nix cannot hold, each with its place and remedy", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = { again: cycle };
    const value = {
      services: { foo: { port: NaN, size: -Infinity } },
      list: [1, undefined],
      "a b": { run: () => 1 },
      kind: Symbol("kind"),
      big: 2n ** 63n,
      unsafe: 2 ** 53,
      tiny: 5e-324,
      when: new Date(0),
      map: new Map(),
      set: new Set(),
      pattern: /x/,
      cycle,
      nul: "a\0b",
      half: "\ud83d",
      "k\0": 1,
    };
    expect(flaws(value)).toEqual([
      "services.foo.port is NaN, which Nix cannot hold → use a finite number",
      "services.foo.size is -Infinity, which Nix cannot hold → use a finite number",
      "list[1] is undefined, which Nix does not know → use null, or leave it out",
      '"a b".run is a JavaScript function → write functions in Nix, with the nix`…` template',
      "kind is a JavaScript symbol, Symbol(kind) → use a string",
      "big is 9223372036854775808, beyond the 64-bit integers of Nix → use a smaller number, or a string",
      "unsafe is 9007199254740992, an integer too large for a JavaScript number to hold exactly → write it as a bigint (such as 9007199254740993n)",
      "tiny is 5e-324, too close to zero for Nix → use 0",
      "when is an instance of Date → use a string, such as that of toISOString()",
      "map is an instance of Map → use a plain object, such as that of Object.fromEntries()",
      "set is an instance of Set → use an array, such as that of Array.from()",
      "pattern is an instance of RegExp → use a plain object with the values that Nix needs",
      "cycle.self.again refers back to cycle, which never ends → break the cycle",
      "nul contains a NUL character, which Nix cannot hold → remove the NUL character",
      "half contains half a character (\\ud83d), which is not valid text → cut strings between whole characters",
      'the name of "k\\u0000" contains a NUL character, which Nix cannot hold → remove the NUL character',
    ]);
  });

  test("reports a value at the root, and holes in arrays", () => {
    expect(flaws(undefined)).toEqual(["config is undefined, which Nix does not know → use null, or leave it out"]);
    // eslint-disable-next-line no-sparse-arrays -- the point of the test
    expect(flaws([, 1])).toEqual(["[0] is undefined, which Nix does not know → use null, or leave it out"]);
  });

  test("its problems are of code config", () => {
    const { problems } = caught(NaN);
    expect(problems.map(({ code }) => code)).toEqual(["config"]);
  });
});

describe("a value that cannot be read", () => {
  const nested = (levels: number): object =>
    Array.from({ length: levels }).reduce<object>((inner) => ({ a: inner }), { b: 1 });

  test("is told when it is nested beyond measure", () => {
    expect(flaws({ services: nested(20_000) })).toEqual([
      expect.stringMatching(
        /^services(\.a){25}\.… is nested more than 200 levels deep → flatten it, or write it in Nix$/,
      ),
    ]);
    expect(flaws(nested(199))).toEqual([]);
    expect(flaws(nested(200))).toHaveLength(1);
  });

  test("is told with the reason its getter or proxy gives", () => {
    const web = {
      get port(): number {
        throw new Error("no port yet\nask later");
      },
    };
    const unlisted = {
      ownKeys: () => {
        throw new TypeError("sealed");
      },
    };
    const plain = "give plain values, computed before";
    expect(flaws({ services: { web }, a: web })).toEqual([
      `services.web cannot be rendered: no port yet → ${plain}`,
      `a cannot be rendered: no port yet → ${plain}`,
    ]);
    expect(flaws({ a: NaN, b: new Proxy({}, unlisted) })).toEqual([
      "a is NaN, which Nix cannot hold → use a finite number",
      `b cannot be rendered: sealed → ${plain}`,
    ]);
    expect(flaws(nix`f ${web}`)).toEqual([`value 1 of the nix expression cannot be rendered: no port yet → ${plain}`]);
  });
});

describe("values that Terraform fills in", () => {
  const value = {
    string: "x ${TfToken[TOKEN.0]} y",
    list: ["#{TfToken[TOKEN.2]}"],
    map: { "&{TfToken[TOKEN.4]}": undefined },
    number: -8.10956221259138e298,
    numbers: [-1.8881545897087505e289],
    printed: `port ${-8.109562212591383e298}`,
    object: { creationStack: [], resolve: () => 1, toString: () => "" },
    "${TfToken[TOKEN.9]}": 1,
    code: nix`lib.mkForce ${"${TfToken[TOKEN.0]}"}`,
    raw: new NixExpression("${TfToken[TOKEN.0]}"),
  };

  test("are refused in each of CDKTF's guises, and never quoted", () => {
    expect(flaws(value)).toEqual(
      [
        ...["string", "list[0]", 'the name of map."…"', "number", "numbers[0]", "printed", "object", 'the name of "…"'],
        ...["code, value 1 of the nix expression", "raw"],
      ].map((place) => `${place} ${late} → ${known}`),
    );
  });

  test("are reported once where a map of them is both name and value", () => {
    const map = "${TfToken[TOKEN.5]}";
    expect(flaws({ [map]: map })).toEqual([`the name of "…" ${late} → ${known}`]);
  });

  test("are what the real CDKTF makes of them", () => {
    const later: IResolvable = { creationStack: [], resolve: () => 1, toString: () => "" };
    const tokens = [
      ...[Token.asString(later), Token.asList(later), Token.asMap(later, "string"), Token.asNumber(later)],
      ...[Token.asNumberList(later), Token.asString(Fn.upper("a")), `${Token.asNumber(later)}`, later],
    ];
    for (const token of tokens) expect(flaws({ token })).toEqual([expect.stringContaining(late)]);
  });

  test("are not seen in numbers and texts that only look alike", () => {
    expect(flaws([-9e298, 8.10956221259138e298, "-9.1e+298", "${Token[TOKEN.0]}", "TfToken["])).toEqual([]);
  });
});

describe("nix", () => {
  test("splices expressions in parentheses, and other values as literals", () => {
    expect(nix`f ${nix`pkgs.vim`} ${-1} ${"a\n"} ${[1]} ${{ a: 1 }} ${null}`.text).toBe(
      '(f (pkgs.vim) (-1) "a\\n" [ 1 ] {\n  a = 1;\n} null)'.slice(1, -1),
    );
  });

  test("takes code verbatim, save for the two escapes that JavaScript asks for", () => {
    expect(nix`"a\n\t\\ \${x} $\{y} \`z\` ''\\n"`.text).toBe("\"a\\n\\t\\\\ ${x} $\\{y} `z` ''\\\\n\"");
  });

  test("keeps a comment from swallowing what follows", () => {
    expect(renderNix({ a: nix`1 # one`, b: [nix`2 # two`] })).toBe(
      "{\n  a = 1 # one\n  ;\n  b = [\n    (2 # two\n)\n  ];\n}",
    );
  });

  test("reports what is wrong with its values where it is used", () => {
    const port = nix`lib.mkForce ${NaN} ${{ a: [undefined] }}`;
    expect(flaws({ services: { port } })).toEqual([
      "services.port, value 1 of the nix expression is NaN, which Nix cannot hold → use a finite number",
      "services.port, value 2 of the nix expression, a[0] is undefined, which Nix does not know → use null, or leave it out",
    ]);
  });

  test.each([
    ["1; b = 2", "1; b = 2"],
    ["{ a = 1;", "{ a = 1;"],
    ["a ) ( b", "a ) ( b"],
    ['"open', '"open'],
    ["a /* open", "a /* open"],
  ])("refuses %s, which would spill into its surroundings", (code, shown) => {
    expect(flaws({ a: new NixExpression(code) })).toEqual([
      `a is not one complete nix expression: ${shown} → close its brackets, strings and comments, and end it without a semicolon`,
    ]);
  });

  test("accepts the semicolons that belong to an expression", () => {
    const codes = [
      "with pkgs; [ vim ]",
      "let a = 1; b = 2; in a",
      "assert true; 1",
      "{ a }: with a; let c = 1; in { inherit c; }",
    ];
    expect(flaws(codes.map((code) => new NixExpression(code)))).toEqual([]);
  });

  test("refuses an empty expression", () => {
    expect(flaws({ a: nix` # nothing` })).toEqual(["a is an empty nix expression → write an expression, or null"]);
  });

  test("recognises the expressions of another copy of this package, and nothing else", () => {
    jest.isolateModules(() => {
      const copy = jest.requireActual<{ nix: typeof nix }>("../../src/nix");
      const foreign = copy.nix`pkgs.vim`;
      expect(foreign instanceof NixExpression).toBe(false);
      expect(isNixExpression(foreign)).toBe(true);
      expect(renderNix({ a: foreign })).toBe("{\n  a = pkgs.vim;\n}");
    });
    expect(isNixExpression({ text: "pkgs.vim", faults: [] })).toBe(false);
  });
});
