import { parseSettings } from "../../src/model/container";
import { containerModule, moduleLines, readContainerModule } from "../../src/model/module";
import { longestName, nameProblems } from "../../src/model/name";
import { linesOf } from "../../src/model/options";
import { told } from "./problems";

describe("a container's name", () => {
  test.each(["a", "web1", "foo", "FOO", "my-web", "12345678901", "web-application-frontend", "00"])(
    "may be %s",
    (name) => {
      expect(nameProblems(name, {})).toEqual([]);
    },
  );

  test.each([
    ["", 'the container name "" has characters other than letters, digits and hyphens'],
    ["web.1", 'the container name "web.1" has characters other than letters, digits and hyphens'],
    ["wéb", 'the container name "wéb" has characters other than'],
    ["a b", 'the container name "a b" has characters other than'],
    ["a\nb", 'the container name "a\\nb" has characters other than'],
    ["web\n", 'the container name "web\\n" has characters other than'],
    ["../x", 'the container name "../x" has characters other than'],
    ["my_web", 'the container name "my_web" has an underscore'],
    ["-web", 'the container name "-web" begins or ends with a hyphen'],
    ["web-", 'the container name "web-" begins or ends with a hyphen'],
    ["0", 'the container name "0" is read as no name at all'],
    ["x".repeat(65), `the container name "${"x".repeat(65)}" has 65 characters, and a machine name has 64 at most`],
  ])("must not be %j", (name, words) => {
    const [problem, ...rest] = told(nameProblems(name, { construct: "stack/x" }));
    expect(problem).toContain(words);
    expect(problem).toMatch(/→ .*(name:|hyphen|letter)/);
    expect(rest).toEqual([]);
  });

  test("has at most 64 characters", () => {
    expect(longestName).toBe(64);
    expect(nameProblems("x".repeat(64), {})).toEqual([]);
    expect(nameProblems("x".repeat(65), {})).toHaveLength(1);
  });

  test.each([
    ["x".repeat(63), undefined],
    ["x".repeat(64), "x".repeat(63)],
    [`${"x".repeat(62)}-y`, "x".repeat(62)],
  ])("%s is also the name of the host inside, as far as one may be long", (name, inside) => {
    const lines = moduleLines(linesOf(parseSettings(name, {}, {}, []), { systemControl: "writable" }));
    expect(lines).toEqual(inside === undefined ? [] : [`networking.hostName = lib.mkOverride 999 "${inside}";`]);
    const text = containerModule(
      "a.nix",
      "25.05",
      linesOf(parseSettings(name, {}, {}, []), { systemControl: "writable" }),
    );
    expect(moduleLines(readContainerModule(text)?.lines ?? [])).toEqual(lines);
  });

  test("is told with the place it stands in", () => {
    expect(nameProblems("0", { construct: "stack/x" })[0]).toMatchObject({
      code: "input",
      where: { construct: "stack/x" },
    });
  });
});
