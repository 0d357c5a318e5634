import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { repository } from "./packed";

/** The packages that a file names: in imports, in types, in references. */
function namedIn(file: string): string[] {
  const text = readFileSync(path.join(repository, file), "utf8");
  const named = [...text.matchAll(/(?:\bfrom|\bimport\(|\brequire\(|^import|<reference \w+=)\s*"([^".][^"]*)"/gm)];
  return named.map(([, name = ""]) => name);
}

test("the types of constructs/ name no package but `constructs`, so that either framework may be missing", () => {
  const every = readdirSync(path.join(repository, "dist/constructs"), { recursive: true, encoding: "utf8" });
  const files = every.filter((file) => file.endsWith(".d.ts"));
  expect(files.length).toBeGreaterThan(15);
  const named = files.flatMap((file) => namedIn(`dist/constructs/${file}`));
  expect([...new Set(named)]).toEqual(["constructs"]);
  // Its source does name them, so what is looked for is found.
  expect(namedIn("constructs/framework/framework.ts")).toEqual(expect.arrayContaining(["cdktf", "cdktn"]));
});
