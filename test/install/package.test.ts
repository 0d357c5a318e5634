import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describeUnless } from "../support/tools";
import { esmProject, plainProject, templateProject, typesProject } from "./apps";
import { Folder } from "../package/folder";
import { pack, type Packed, repository } from "../package/packed";
import { registryProblem } from "../package/registry";

const folder = Folder.temporary();
let packed: Packed;
beforeAll(async () => {
  packed = await pack(folder.folder("sources"));
}, 120_000);
afterAll(() => folder.remove());

describe("the tarball", () => {
  test("holds the build of constructs/ and src/, the demo, the documentation, and nothing else", () => {
    const places = packed.files.map((file) =>
      file
        .split("/")
        .slice(0, file.startsWith("dist/") ? 2 : 1)
        .join("/"),
    );
    expect([...new Set(places)].filter((place) => place !== "CHANGELOG.md").sort()).toEqual([
      "LICENSE",
      "README.md",
      "dist/constructs",
      "dist/examples",
      "dist/src",
      "docs",
      "package.json",
      "src",
    ]);
    expect(packed.files.filter((file) => file.startsWith("src/"))).toEqual(["src/sim/SPEC.md"]);
    expect(packed.files.filter((file) => /^(?!docs\/).*(test|fixture|golden|bench)|(?<!\.d)\.ts$/.test(file))).toEqual(
      [],
    );
  });

  test("holds every program of the hosts and every double of the embedded host", () => {
    const sources = readdirSync(path.join(repository, "src"), { recursive: true, encoding: "utf8" });
    const programs = sources.filter((file) => /\.sh$|^sim\/bin\/./.test(file));
    expect(programs.length).toBeGreaterThan(20);
    expect(packed.files).toEqual(expect.arrayContaining(programs.map((file) => `dist/src/${file}`)));
  });
});

describeUnless(registryProblem(), "the package, installed with npm", () => {
  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline"];
  const onCdktf = folder.folder("cdktf");
  const onCdktn = folder.folder("cdktn");
  const onAlias = folder.folder("alias");
  const bin = (name: string): string => path.join(onCdktf.path, "node_modules/.bin", name);

  beforeAll(async () => {
    onCdktf.write("package.json", JSON.stringify({ private: true }));
    const template = ["@types/node@20", "typescript@5.9", "jest@30", "@types/jest@30", "ts-jest@29", "ts-node@10"];
    const nullProvider = "@cdktf/provider-null@11"; // the unit test of the template names its class
    await onCdktf.run("npm", [...install, "cdktf@0.21", "constructs@10", nullProvider, packed.tarball, ...template]);
    onCdktn.write("package.json", JSON.stringify({ private: true }));
    const compiler = ["@types/node@20", "typescript@5.9"];
    await onCdktn.run("npm", [...install, "cdktn@0.24", "constructs@10.6", packed.tarball, ...compiler]);
    const dependencies = {
      cdktf: "npm:cdktn@0.24",
      constructs: "10.6",
      "cdktf-nixos-containers": `file:${packed.tarball}`,
    };
    onAlias.write("package.json", JSON.stringify({ private: true, dependencies }));
    await onAlias.run("npm", install);
  }, 240_000);

  test("of what it installs nothing has an install script, so npm warns of none", async () => {
    const alone = folder.folder("alone", { "package.json": JSON.stringify({ private: true }) });
    await alone.run("npm", [...install, packed.tarball]);
    const lock = JSON.parse(alone.read("package-lock.json")) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const scripted = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([name]) => name)).toEqual([]);
  }, 60_000);

  test("npm brings neither framework nor provider along with it", () => {
    const installed = [onCdktf, onCdktn, onAlias].map((project) =>
      ["cdktf", "cdktn", "@cdktf"].filter((name) => existsSync(path.join(project.path, "node_modules", name))),
    );
    expect(installed).toEqual([["cdktf", "@cdktf"], ["cdktn"], ["cdktf"]]);
  });

  describe("in a project of CDKTF's TypeScript template", () => {
    const project = onCdktf.folder("template", templateProject);

    test("synthesizes with ts-node", async () => {
      await project.run(bin("ts-node"), ["main.ts"]);
      expect(project.stack("my-stack")).toHaveProperty(
        "resource.null_resource.web1_database.triggers.autoStart",
        "true",
      );
    }, 60_000);

    test("is unit-tested with ts-jest and Testing.synth", async () => {
      const { code, stderr } = await project.try(bin("jest"), [], { CDKTF_NIXOS_OBSERVE: "off" });
      expect(stderr).toContain("2 passed");
      expect(code).toBe(0);
    }, 60_000);

    test("has types for each entry, with the module resolution of the template and with today's", async () => {
      await project.run(bin("tsc"), ["--noEmit"]);
      const todays = path.join(repository, "node_modules/.bin/tsc");
      await project.run(todays, ["--noEmit", "--types", "node,jest", "--typeRoots", "../node_modules/@types"]);
    }, 60_000);
  });

  describe("in a project of ECMAScript modules", () => {
    const project = onCdktf.folder("esm", esmProject);

    test("synthesizes, and every entry can be imported", async () => {
      expect(await project.run("node", ["main.mjs"])).toBe("function function\n");
      expect(project.stack("my-stack")).toHaveProperty("resource.null_resource.web1_database");
    });

    test("synthesizes from TypeScript with nodenext, with types for each entry", async () => {
      await project.run(bin("tsc"), []);
      await project.run("node", ["main.js"]);
      expect(project.stack("my-typed-stack")).toHaveProperty("resource.null_resource.web1_database");
    }, 60_000);

    test("is unit-tested with jest and Testing.synth", async () => {
      const env = { CDKTF_NIXOS_OBSERVE: "off", NODE_OPTIONS: "--experimental-vm-modules" };
      const { code, stderr } = await project.try(bin("jest"), [], env);
      expect(stderr).toContain("1 passed");
      expect(code).toBe(0);
    }, 60_000);
  });

  describe("on cdktn", () => {
    test("it synthesizes what it does on CDKTF, to the letter, also under the alias that npm can give it", async () => {
      const stacks: string[] = [];
      for (const [parent, framework] of [
        [onCdktf, "cdktf"],
        [onCdktn, "cdktn"],
        [onAlias, "cdktf"],
      ] as const) {
        const project = parent.folder("plain", plainProject(framework));
        await project.run("node", ["main.js"]);
        stacks.push(JSON.stringify(project.stack("my-stack"), undefined, 1));
      }
      const version = /"version": "0\.2\d\.\d"/;
      const [cdktf, ...cdktn] = stacks.map((stack) => stack.replace(version, ""));
      expect(cdktf).toContain("web1_database");
      expect(stacks.map((stack) => version.exec(stack)?.[0].slice(12, 16))).toEqual(["0.21", "0.24", "0.24"]);
      expect(cdktn).toEqual([cdktf, cdktf]);
      expect(JSON.parse(onAlias.read("node_modules/cdktf/package.json"))).toHaveProperty("name", "cdktn");
    }, 60_000);

    test("its types name no framework that is not there", async () => {
      const project = onCdktn.folder("types", typesProject);
      await project.run(path.join(onCdktn.path, "node_modules/.bin/tsc"), []);
      await project.run("node", ["main.js"]);
      expect(project.stack("my-stack")).toHaveProperty("resource.null_resource.web1_database");
    }, 60_000);
  });

  describe("its command and its embedded host", () => {
    const project = onCdktf.folder("command", plainProject("cdktf"));

    test("the command tells its version", async () => {
      const { version } = JSON.parse(onCdktf.read("node_modules/cdktf-nixos-containers/package.json")) as {
        version: string;
      };
      expect(await project.run(bin("cdktf-nixos"), ["--version"])).toBe(`${version}\n`);
    });

    test("an embedded host says what it lacks, and with that it starts; the command plans against it, over ssh", async () => {
      const start = `require("cdktf-nixos-containers/embedded-host").EmbeddedHost.start().catch(({ message }) => console.log(message))`;
      const told = await project.run("node", ["-e", start]);
      expect(told).toMatch(/needs the package ssh2/);
      const [, words = ""] = /→ npm (install .*)\n$/.exec(told) ?? [];
      await onCdktf.run("npm", [...words.split(" "), ...install.slice(1)]);
      const { code, stdout, stderr } = await project.try("node", ["observed.js", bin("cdktf-nixos"), "plan"]);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/create.*database|database.*create/s);
      expect(code).toBe(0);
    }, 120_000);
  });
});
