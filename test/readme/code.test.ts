import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import ts from "typescript";
import { checkSyntax } from "../../src/nix";
import { run } from "../support/project";
import { describeWith } from "../support/tools";
import { blocksOf, pageOf, root, userPages } from "./pages";

test("every code block of the documentation is of a kind that is tested here", () => {
  const languages = userPages().flatMap(({ path, blocks }) => blocks.map(({ language }) => [path, language]));
  const unknown = languages.filter(
    ([path, language = ""]) =>
      !["ts", "json", "yaml", "nix", "sh", "text"].includes(language) && !(path === "docs/host.md" && language === ""),
  );
  expect(unknown).toEqual([]);
  expect(languages.length).toBeGreaterThan(20);
});

test("a fence that is indented, or has a name, is found too", () => {
  const { blocks, prose } = pageOf("x.md", "a\n\n  ```sh one\n  ls\n  ```\n\n```ts\nx;\n```\nb\n");
  expect(blocks).toEqual([
    { language: "sh", name: "one", text: "  ls\n" },
    { language: "ts", name: "", text: "x;\n" },
  ]);
  expect(prose).toBe("a\n\n\n\n\nb\n");
});

test("its TypeScript compiles against the package", () => {
  const folder = join(root, "node_modules/.cache/cdktf-nixos-readme");
  mkdirSync(folder, { recursive: true });
  const control = { page: "control", text: "const broken: number = 'text';\nexport default broken;\n" };
  const blocks = [...blocksOf("ts"), control];
  const files = blocks.map(({ page, text }, index) => {
    const file = join(folder, `${index}-${page.replace(/\W/g, "-")}.ts`);
    writeFileSync(file, text);
    return file;
  });
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node", "jest"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: {
      "cdktf-nixos-containers": [join(root, "constructs/index.ts")],
      "cdktf-nixos-containers/engine": [join(root, "src/index.ts")],
      "cdktf-nixos-containers/embedded-host": [join(root, "src/sim/index.ts")],
    },
  });
  const complaints = files.flatMap((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`),
  );
  rmSync(folder, { recursive: true });
  // The last file is the control: a block that does not compile is noticed.
  expect(complaints).toEqual([expect.stringContaining(`${files.length - 1}-control.ts`)]);
});

describeWith("nix-instantiate", "its Nix", () => {
  test("is read by nix", () => {
    const files = blocksOf("nix").map(({ text, page }, index) => ({ path: `${page}-${index}.nix`, text, where: {} }));
    expect(checkSyntax(files)).toEqual([]);
    expect(checkSyntax([{ path: "control.nix", text: "{ a = ; }", where: {} }])).toHaveLength(1);
  });
});

test("its JSON is JSON", () => {
  for (const { text, page } of blocksOf("json"))
    expect([page, typeof (JSON.parse(text) as unknown)]).toEqual([page, "object"]);
});

/** js-yaml comes with jest. */
const { load } = createRequire(require.resolve("jest"))("js-yaml") as { load: (text: string) => unknown };

test("its YAML is YAML", () => {
  for (const { text, page } of blocksOf("yaml")) expect([page, typeof load(text)]).toEqual([page, "object"]);
  expect(() => load("a: b: c")).toThrow();
});

/** The commands in a YAML file, as GitHub's `run` and GitLab's `script` and its like hold them. */
function commandsIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return ["run", "script", "before_script"].includes(key) ? value.split("\n") : [];
  if (Array.isArray(value)) return value.flatMap((one) => commandsIn(one, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => commandsIn(inner, name));
}

/** Our own commands and options, npm scripts of this repository, and the other programs' that pages tell to run. */
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const known: readonly RegExp[] = [
  /^npm (ci|test|pack|init -y|pkg set type=module)$/,
  /^npm install( (-D|--save-dev|[@\w./~-]+(@[\w.^~:]+)?))+$/,
  new RegExp(`^npm run (${Object.keys(scripts).join("|")})( -- .+)?$`),
  /^npx (cdktf|cdktn) (diff|deploy|destroy|synth|get)( [a-z*-]+)*( --auto-approve)?$/,
  /^npx (cdktf|cdktn)(-cli@\S+)? init --template=typescript --local$/,
  /^npx cdktf-nixos(-containers)? (plan|demo|embedded-host|--help)( [a-z-]+)*( \| less -R)?( > \S+)?$/,
  /^ssh (-t )?\S+ ('[^']+'|[\w ./@:=*-]+)( [<>] \S+)?$/,
  /^ssh-(add|keygen|keyscan) [\w .~/:[\]'-]+( >> \S+)?$/,
  /^(mkdir|cd|mv|cat|ls|cp|chmod|rm|nixos-container|systemctl|journalctl|nixos-rebuild|nix-channel|machinectl|tar|du|sed|grep|nix-env|install|printf) .+$/,
  /^node scripts\/options-page\.js$/,
  /^terraform( -chdir=\S+)? (state|force-unlock|init|plan|apply|untaint|show) .+$/,
];

test("its shell commands are commands that exist", async () => {
  const lines = [
    ...blocksOf("sh").flatMap(({ text, page }) => text.split("\n").map((line) => ({ page, line }))),
    ...blocksOf("yaml").flatMap(({ text, page }) => commandsIn(load(text)).map((line) => ({ page, line }))),
  ].filter(({ line }) => line.trim() !== "" && !line.trim().startsWith("#"));
  expect(lines.length).toBeGreaterThan(10);
  const strange: string[] = [];
  for (const { page, line } of lines) {
    for (const command of line.trim().split(/ && | \|\| /)) {
      if (!known.some((pattern) => pattern.test(command))) strange.push(`${page}: ${command}`);
    }
  }
  expect(strange).toEqual([]);
  const read = await run("sh", ["-n", "-c", lines.map(({ line }) => line).join("\n")]);
  expect(read).toMatchObject({ code: 0 });
});
