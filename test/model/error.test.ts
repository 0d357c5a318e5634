import { NixosError, type Problem, problemText } from "../../src/model/error";

const problem: Problem = {
  code: "config",
  what: "the config is not valid Nix",
  where: { construct: "stack/database", container: "database", host: "web1" },
  remedy: "mend the line that nix names",
  detail: "error: syntax error\n  at 1:2\n",
};

test("a problem is told with its place, its detail and its remedy", () => {
  expect(problemText(problem)).toBe(
    [
      "the config is not valid Nix (construct stack/database, container database, host web1)",
      "  | error: syntax error",
      "  |   at 1:2",
      "  → mend the line that nix names",
    ].join("\n"),
  );
  expect(problemText({ code: "input", what: "no", where: {}, remedy: "yes" })).toBe("no\n  → yes");
});

test("an error carries every problem, and the code and remedy of the first", () => {
  const other: Problem = { code: "input", what: "no", where: {}, remedy: "yes" };
  const error = new NixosError([problem, other], { cause: "x" });
  expect(error).toMatchObject({
    name: "NixosError",
    code: "config",
    hint: problem.remedy,
    problems: [problem, other],
    cause: "x",
  });
  expect(error.message).toBe(`${problemText(problem)}\n${problemText(other)}`);
});
