import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { describeUnless } from "../support/tools";
import { esmProject, plainProject, templateProject } from "./apps";
import { Folder } from "./folder";
import { pack, type Packed, repository } from "./packed";
import { registryProblem } from "./registry";

const folder = Folder.temporary();
let packed: Packed;
beforeAll(async () => {
  packed = await pack(folder.folder("sources"));
}, 120_000);
afterAll(() => folder.remove());

describe("the tarball", () => {
  test("holds the build of constructs/ and src/, the documentation, and nothing else", () => {
    const places = packed.files.map((file) =>
      file
        .split("/")
        .slice(0, file.startsWith("dist/") ? 2 : 1)
        .join("/"),
    );
    expect([...new Set(places)].sort()).toEqual(["README.md", "dist/constructs", "dist/src", "docs", "package.json"]);
    expect(
      packed.files.filter((file) => /test|fixture|golden|bench|\.ts$/.test(file) && !file.endsWith(".d.ts")),
    ).toEqual([]);
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
  const bin = (name: string): string => path.join(onCdktf.path, "node_modules/.bin", name);

  beforeAll(async () => {
    onCdktf.write("package.json", JSON.stringify({ private: true }));
    const template = ["@types/node@20", "typescript@5.9", "jest@30", "@types/jest@30", "ts-jest@29", "ts-node@10"];
    await onCdktf.run("npm", [...install, "cdktf@0.21", "constructs@10", packed.tarball, ...template]);
    const dependencies = {
      cdktf: "npm:cdktn@0.24",
      constructs: "^10.6",
      "@cdktf/provider-null": "^11",
      "cdktf-nixos-containers": `file:${packed.tarball}`,
    };
    // The null provider's own peer is cdktf 0.21 by version: npm must be told that the alias is meant.
    onCdktn.write("package.json", JSON.stringify({ private: true, dependencies, overrides: { cdktf: "$cdktf" } }));
    await onCdktn.run("npm", install);
  }, 240_000);

  test("npm installs the null provider along with it", () => {
    const { dependencies } = JSON.parse(onCdktf.read("package.json")) as { dependencies: object };
    expect(Object.keys(dependencies)).not.toContain("@cdktf/provider-null");
    expect(statSync(path.join(onCdktf.path, "node_modules/@cdktf/provider-null")).isDirectory()).toBe(true);
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

  describe("on cdktn, by the alias of npm", () => {
    test("synthesizes what it does on cdktf, to the letter", async () => {
      const stacks: unknown[] = [];
      for (const parent of [onCdktf, onCdktn]) {
        const project = parent.folder("plain", plainProject);
        await project.run("node", ["main.js"]);
        stacks.push(project.stack("my-stack"));
      }
      const [cdktf, cdktn] = stacks.map((stack) => JSON.stringify(stack, undefined, 1));
      expect(cdktf).toContain("web1_database");
      const version = /"version": "0\.2\d\.\d"/;
      expect(cdktn).toMatch(version);
      expect(cdktn?.replace(version, "")).toBe(cdktf?.replace(version, ""));
      expect(JSON.parse(onCdktn.read("node_modules/cdktf/package.json"))).toHaveProperty("name", "cdktn");
    }, 60_000);
  });

  describe("its command and its embedded host", () => {
    const project = onCdktf.folder("command", plainProject);

    test("the command tells its version", async () => {
      const { version } = JSON.parse(onCdktf.read("node_modules/cdktf-nixos-containers/package.json")) as {
        version: string;
      };
      expect(await project.run(bin("cdktf-nixos"), ["--version"])).toBe(`${version}\n`);
    });

    test("loading the package loads no execa", async () => {
      const script = `require("cdktf-nixos-containers"); require("cdktf-nixos-containers/engine");
        console.log(Object.keys(require.cache).filter((file) => file.includes("execa")).length);`;
      expect(await project.run("node", ["-e", script])).toBe("0\n");
    });

    test("the command plans against an embedded host, over ssh", async () => {
      const { code, stdout, stderr } = await project.try("node", ["observed.js", bin("cdktf-nixos"), "plan"]);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/create.*database|database.*create/s);
      expect(code).toBe(2);
    }, 60_000);
  });
});
