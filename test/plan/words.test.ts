import { fc } from "../support/properties";
import type { Change } from "../../src/plan";
import { listing, plain, plainLines, storeName } from "../../src/model/text";
import { changeWords, runWords } from "../../src/plan/words";

const config: Change = { property: "config", effect: "reload" };
const address: Change = {
  property: "network.localAddress",
  before: "10.233.1.2",
  after: "10.233.1.9",
  effect: "restart",
};
const untouched = "the container stays, its data is untouched";

describe("the words that Terraform's plan shows", () => {
  test("tell one or two changes on a line", () => {
    expect(runWords("update", "database", [config, address])).toBe(
      `update in place: config (reload); network.localAddress 10.233.1.2 → 10.233.1.9 (restart)\n${untouched}`,
    );
  });

  test("tell many changes on a line each", () => {
    expect(
      runWords("update", "database", [
        config,
        address,
        { property: "protect", before: "false", after: "true", effect: "none" },
      ]),
    ).toBe(
      [
        "update in place:",
        "  config (reload)",
        "  network.localAddress 10.233.1.2 → 10.233.1.9 (restart)",
        "  protect false → true",
        untouched,
      ].join("\n"),
    );
  });

  test("tell a start and a stop without more words than they need", () => {
    const running = (before: string, after: string): Change => ({ property: "running", before, after, effect: "none" });
    expect(runWords("start", "database", [running("false", "true")])).toBe(`start: database\n${untouched}`);
    expect(runWords("stop", "database", [running("true", "false")])).toBe(`stop: database\n${untouched}`);
    expect(runWords("start", "database", [running("false (systemd says: failed failed)", "true")])).toBe(
      `start: database; running false (systemd says: failed failed) → true (start)\n${untouched}`,
    );
  });

  test("tell of a danger, and of a container made anew, instead of saying that all is well", () => {
    const danger = runWords("update", "a", [
      { property: "stateVersion", before: "25.05", after: "25.11", effect: "danger" },
    ]);
    expect(danger).toContain("stateVersion 25.05 → 25.11 (danger)");
    expect(danger).toContain("services may no longer find their data");
    expect(danger).not.toContain(untouched);
    expect(runWords("update", "a", [{ property: "root directory", effect: "recreate" }])).toContain(
      "the container is made anew",
    );
  });

  test("stay short and printable, whatever a host says", () => {
    const anything = fc.string({ unit: "binary", maxLength: 400 });
    const changes = fc.array(
      fc.record({
        property: fc.constant("conf X"),
        before: anything,
        after: anything,
        effect: fc.constant("restart" as const),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(changes, (given) => {
        const words = runWords("update", "database", given);
        expect(words).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(words.length).toBeLessThan(31 * 300);
        expect(words.split("\n").length).toBeLessThanOrEqual(33);
      }),
    );
    expect("a\u001b").toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  });

  test("say `none` for what is not set, and nothing for what has no values", () => {
    expect(changeWords({ property: "bindMounts", after: "/a", effect: "restart" })).toBe(
      "bindMounts none → /a (restart)",
    );
    expect(changeWords(config)).toBe("config (reload)");
  });
});

describe("text from a host", () => {
  test("is escaped where it cannot be printed, and cut where it is too long", () => {
    expect(plain("a\tb\nc\rd\u001b[31m\u202e\u0000é→")).toBe("a\\tb\\nc\\rd\\u{1b}[31m\\u{202e}\\u{0}é→");
    expect(plain("x".repeat(300))).toBe(`${"x".repeat(199)}…`);
    expect(plain("x".repeat(200))).toBe("x".repeat(200));
    expect(plain("😀".repeat(10), 5)).toBe("😀😀😀😀…");
  });

  test("keeps its lines where it may have some, but not all of many", () => {
    expect(plainLines("a\r\n\tb\n\u0007\n")).toBe("a\n  b\n\\u{7}");
    expect(plainLines("x\n".repeat(20)).split("\n")).toHaveLength(13);
  });

  test("shows store paths so that they can be told apart, and lists that stay short", () => {
    expect(storeName("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system")).toBe("01234567…-nixos-system");
    expect(storeName("elsewhere")).toBe("elsewhere");
    expect([[], ["a"], ["a", "b"], ["a", "b", "c", "d", "e"]].map((names) => listing(names))).toEqual([
      "",
      "a",
      "a and b",
      "a, b, c and 2 more",
    ]);
  });
});
