import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";
import { Folder } from "./folder";
import { repository } from "./packed";

const folder = Folder.temporary();
afterAll(() => folder.remove());

/** A folder with these packages of ours in its node_modules: by link, which is the same copy, or copied. */
function place(name: string, packages: readonly string[], copied: readonly string[] = []): Folder {
  const made = folder.folder(name, { "package.json": "{}" });
  made.folder("node_modules");
  for (const one of packages) {
    const [from, to] = [repository, made.path].map((at) => path.join(at, "node_modules", one)) as [string, string];
    if (copied.includes(one)) cpSync(from, to, { recursive: true });
    else symlinkSync(from, to);
  }
  return made;
}

/** An app that prints its stack, or what it is refused with, and what it has loaded of the null provider's package. */
const app = (framework: string, library: string, options = "{}"): string => `
const { App, TerraformStack, Testing } = require("${framework}");
const { NixosContainer, NixosHost } = require(${JSON.stringify(library)});
const stack = new TerraformStack(new App({ outdir: process.env.OUT, ...${options} }), "prod");
new NixosContainer(stack, "database", { host: new NixosHost(stack, "web1", { address: "web1" }), config: "{ }" });
console.log(JSON.stringify(JSON.parse(Testing.synth(stack)), undefined, 1)); // the two write empty blocks differently
const loaded = Object.keys(require.cache).filter((file) => file.includes("provider-null"));
console.error(loaded.length > 0 ? "loaded" : "not loaded");
`;
const ours = path.join(repository, "dist/constructs");
const env = { CDKTF_NIXOS_OBSERVE: "off", CDKTF_NIXOS_OWNER: "project", OUT: path.join(folder.path, "out") };
const synthesized = /"web1_database"/;

describe("another copy of the framework than is found beside this package", () => {
  const users = place("users", ["cdktn", "constructs"], ["cdktn"]);
  users.write("main.js", app("cdktn", ours));
  const elsewhere = folder.folder("elsewhere");

  test("is found in the working directory", async () => {
    expect(await users.run("node", ["main.js"], env)).toMatch(synthesized);
  });

  test("is found from the program that is run, wherever that is done", async () => {
    expect(await elsewhere.run("node", [path.join(users.path, "main.js")], env)).toMatch(synthesized);
  });

  test("is found among what is loaded", async () => {
    const program = `require(${JSON.stringify(path.join(users.path, "main.js"))})`;
    expect(await elsewhere.run("node", ["-e", program], env)).toMatch(synthesized);
  });

  test("is asked for in words where it cannot be found", async () => {
    const hidden = `require(${JSON.stringify(path.join(users.path, "hidden.js"))})`;
    const forget = "for (const file of Object.keys(require.cache)) delete require.cache[file];\nconst stack =";
    users.write("hidden.js", app("cdktn", ours).replace("const stack =", forget));
    const { code, stdout, stderr } = await elsewhere.try("node", ["-e", hidden], env);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("its App is of a copy of cdktn 0.24.0 that cannot be found from ");
    expect(stderr).toContain("→ install the framework and cdktf-nixos-containers in one place");
    expect(stderr).not.toContain("TypeError");
  });
});

describe("this package installed", () => {
  const dependencies = ["constructs", "zod", "diff", "ipaddr.js", "picocolors"];
  const installed = (name: string, ...frameworks: readonly string[]): Folder => {
    const made = place(name, [...dependencies, ...frameworks]);
    cpSync(path.join(repository, "dist/constructs"), path.join(made.path, "lib/constructs"), { recursive: true });
    cpSync(path.join(repository, "dist/src"), path.join(made.path, "lib/src"), { recursive: true });
    return made;
  };

  test("without any framework says what to install", async () => {
    const alone = installed("alone");
    alone.write(
      "main.js",
      `const { Construct } = require("constructs");
const { NixosHost } = require("./lib/constructs");
new NixosHost(new Construct(undefined, ""), "web1", { address: "web1" });
`,
    );
    const { code, stderr } = await alone.try("node", ["main.js"], env);
    expect(stderr).toBe(
      "neither cdktn nor cdktf is installed (construct web1)\n  → install one of them: npm install cdktn constructs\n",
    );
    expect(code).toBe(1);
  });

  test("renders null_resource and its provider to the letter alike with @cdktf/provider-null, without it, and on cdktn", async () => {
    const options = `{ context: { cdktfVersion: "x" } }`;
    const runs = await Promise.all(
      (
        [
          ["cdktf", installed("with", "cdktf", "@cdktf")],
          ["cdktf", installed("without", "cdktf")],
          ["cdktn", installed("other", "cdktn", "cdktf", "@cdktf")],
        ] as const
      ).map(([framework, at]) => {
        at.write("main.js", app(framework, "./lib/constructs", options));
        return at.try("node", ["main.js"], env);
      }),
    );
    expect(runs.map(({ stderr }) => stderr)).toEqual(["loaded\n", "not loaded\n", "not loaded\n"]);
    const [first, ...others] = runs.map(({ stdout }) => stdout);
    expect(first).toMatch(/"required_providers": {\s+"null": {\s+"source": "null",\s+"version": "3\.2\.4"/);
    expect(others).toEqual([first, first]);
  });
});
