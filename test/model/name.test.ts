import { longestName, nameProblems } from "../../src/model/name";
import { told } from "./problems";

describe("a container's name", () => {
  test.each(["a", "web1", "foo", "FOO", "my-web", "12345678901", "00"])("may be %s", (name) => {
    expect(nameProblems(name, {})).toEqual([]);
  });

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
    ["a23456789012", 'the container name "a23456789012" has 12 characters, nixos-container takes 11 at most'],
  ])("must not be %j", (name, words) => {
    const [problem, ...rest] = told(nameProblems(name, { construct: "stack/x" }));
    expect(problem).toContain(words);
    expect(problem).toMatch(/→ .*(name:|hyphen|letter)/);
    expect(rest).toEqual([]);
  });

  test("has at most eleven characters", () => {
    expect(longestName).toBe(11);
    expect(nameProblems("x".repeat(11), {})).toEqual([]);
    expect(nameProblems("x".repeat(12), {})).toHaveLength(1);
  });

  test("is told with the place it stands in", () => {
    expect(nameProblems("0", { construct: "stack/x" })[0]).toMatchObject({
      code: "input",
      where: { construct: "stack/x" },
    });
  });
});
