import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { nix } from "../../src/nix";
import { Folder } from "./folder";

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const nginx = "{ services.nginx.enable = true; }\n";

describe("a config that is a folder", () => {
  test("comes with every file below it, but not .git", () => {
    folder.write({
      "web/default.nix": "x: { imports = [ ./${x} ]; }",
      "web/unused/b.txt": "b\n",
      "web/.hidden": "",
      "web/.git/config": "[core]",
      "web/sub/.git": "gitdir: elsewhere",
      "web/Z": "z",
    });
    const expected = { entry: "default.nix", paths: [".hidden", "Z", "default.nix", "unused/b.txt"], problems: [] };
    expect(folder.read("./web")).toMatchObject(expected);
    expect(folder.read("./web/")).toMatchObject(expected);
    folder.link("link", "web");
    expect(folder.read("./link")).toMatchObject(expected);
  });

  test("comes without what editors leave beside a file", () => {
    folder.write({ "web/default.nix": nginx, "web/a.swp": "", "web/.swp": "" });
    folder.write({ "web/default.nix~": "", "web/.default.nix.swp": Buffer.from([0xff, 0]), "web/#default.nix#": "" });
    folder.link("web/.#default.nix", "me@here.1234");
    folder.write({ "web/sub/.a.swo": "", "web/sub/b": "" });
    expect(folder.read("./web").paths).toEqual([".swp", "a.swp", "default.nix", "sub/b"]);
    expect(folder.flaws("./web")).toEqual([]);
  });

  test("needs a default.nix, and is not looked into without one", () => {
    folder.write({ "web/web.nix": "{ imports = [ ./nope.nix ]; }" });
    expect(folder.flaws("./web")).toEqual([
      "config ./web is a folder without a default.nix → add a default.nix that imports its modules, or give the path of one file",
    ]);
    expect(folder.flaws("./")).toEqual([
      "config ./ is a folder without a default.nix → give the path of one file, or of a folder of modules with a default.nix: this one holds more than modules",
    ]);
  });

  test("is told five problems of, and how many more there are", () => {
    const bad = Array.from({ length: 12 }, (_, index) => `./b${index}.nix`);
    folder.write({ "web/default.nix": `{ imports = [ ${bad.slice(0, 5).join(" ")} ]; }` });
    expect(folder.flaws("./web")).toHaveLength(5);
    folder.write({ "web/default.nix": `{ imports = [ ${bad.join(" ")} ]; }` });
    const flaws = folder.flaws("./web");
    expect(flaws).toHaveLength(6);
    expect(flaws.at(-1)).toBe(
      "and 7 more problems in ./web → give a folder that holds the modules only, or mend these and look again",
    );
  });

  test("may be the working directory", () => {
    folder.write({ "default.nix": "{ imports = [ ./a.nix ./b.nix ]; }", "a.nix": nginx });
    expect(folder.flaws("./.")).toEqual([
      "./default.nix:1 refers to ./b.nix, which does not exist → correct the path, or create the file",
    ]);
  });

  test("is told by its absolute path when it lies elsewhere", () => {
    folder.write({ "web/default.nix": "{ imports = [ ../x.nix ./b.nix ]; }", "app/main.ts": "" });
    const app = new Folder();
    try {
      expect(app.flaws(join(folder.path, "web")).map((flaw) => flaw.replaceAll(folder.path, "/there"))).toEqual([
        "/there/web/default.nix:1 refers to ../x.nix, which lies outside the project /there/web → put a copy into the project: only its files travel",
        "/there/web/default.nix:1 refers to ./b.nix, which does not exist → correct the path, or create the file",
      ]);
    } finally {
      app.remove();
    }
  });

  test("refuses what is not text, or has no name for the host, where a path names it", () => {
    folder.write({
      "web/default.nix": '{ a = ./new-/c; imports = [ ./latin1.nix ./bom.nix ./d ]; b = readFile "${./.}/x"; }',
      "web/d/-x": "",
      "web/latin1.nix": Buffer.from([0x66, 0xfc, 0x72]),
      "web/bom.nix": "\ufeff{ }",
      "web/bom.csv": "\ufeffa,b",
    });
    execFileSync("mkfifo", [join(folder.path, "web/new-")]);
    folder.write({ "rest/default.nix": "{ a = ./pipe; }" });
    execFileSync("mkfifo", [join(folder.path, "rest/pipe")]);
    expect([...folder.flaws("./web"), ...folder.flaws("./rest")]).toEqual([
      "./web/bom.nix begins with a byte order mark, which nix refuses → save it as UTF-8 without a byte order mark",
      "./web/latin1.nix is not text → save it as UTF-8",
      "./web/default.nix:1 refers to ./new-/c, which does not exist → correct the path, or create the file",
      "./rest/pipe is neither a file nor a folder → remove it from the folder",
    ]);
  });

  test("refuses a CDKTF token, with its line", () => {
    folder.write({ "web/default.nix": nginx, "web/a.conf": "a\nb ${TfToken[TOKEN.0]}\n" });
    expect(folder.flaws("./web")).toEqual([
      expect.stringMatching(/^\.\/web\/a\.conf:2 holds a value that is only known after apply/),
    ]);
  });

  test("refuses a module above 2 MiB, and more than 2 MiB in all", () => {
    const most = "x".repeat(2 * 1024 * 1024);
    folder.write({ "web/default.nix": "{ a = ./a; }", "web/a": `${most}x` });
    expect(folder.flaws("./web")).toEqual([
      "./web/a is too large: 2049 KiB of at most 2048 KiB → keep data out of the module: bind-mount it, or fetch it on the host",
    ]);
    folder.write({ "web/a": most.slice(100) });
    expect(folder.flaws("./web")).toEqual([]);
    folder.write({ "web/b": most.slice(100) });
    expect(folder.flaws("./web")).toEqual([
      "./web holds more than 2048 KiB of module files → give a folder that holds the modules only: bind-mount data, or fetch it on the host",
    ]);
  });

  test("is not read further when it holds too much, and nothing else is said of it", () => {
    const files = Array.from({ length: 9 }, (_, index) => [`web/b${index}`, "x".repeat(300 * 1024)]);
    folder.write({ "web/a.nix": "{ imports = [ ./nope.nix ]; }", "web/default.nix": "# nothing" });
    folder.write(Object.fromEntries(files) as Record<string, string>);
    expect(folder.flaws("./web")).toEqual([
      "./web holds more than 2048 KiB of module files → give a folder that holds the modules only: bind-mount data, or fetch it on the host",
    ]);
  });

  test("follows symbolic links that stay inside", () => {
    folder.write({ "web/default.nix": "{ imports = [ ./link.nix ./dir/b.nix ]; }", "web/lib/a.nix": nginx });
    folder.write({ "web/lib/b.nix": "{ imports = [ ./a.nix ]; }" });
    folder.link("web/link.nix", "lib/a.nix");
    folder.link("web/dir", "lib");
    expect(folder.read("./web")).toMatchObject({
      paths: ["default.nix", "dir/a.nix", "dir/b.nix", "lib/a.nix", "lib/b.nix", "link.nix"],
      problems: [],
    });
  });

  test("refuses symbolic links that leave it, lead nowhere, or go round", () => {
    folder.write({
      "web/default.nix": "{ a = [ ./out ./gone ./sub ./a ./b ]; }",
      "web/sub/x": "",
      "web/a/x": "",
      "web/b/x": "",
    });
    folder.link("web/out", "/etc/hostname");
    folder.link("web/gone", "nope");
    folder.link("web/sub/round", "..");
    folder.link("web/a/b", "../b");
    folder.link("web/b/a", "../a");
    folder.write({ "round/default.nix": "{ a = ./self; }" });
    folder.link("round/self", "self");
    expect([...folder.flaws("./web"), ...folder.flaws("./round")]).toEqual([
      "./web/out is a symbolic link out of the project, to /etc/hostname → put a copy in its place",
      "./web/gone is a symbolic link to nope, which does not exist → remove the link",
      "./web/sub/round is a symbolic link to a folder that holds it → remove the link",
      "./web/a/b/a is a symbolic link to a folder that holds it → remove the link",
      "./web/b/a/b is a symbolic link to a folder that holds it → remove the link",
      "./round/self cannot be read: ELOOP → make it readable",
    ]);
  });

  test("refuses a link whose copy would import other files than the original", () => {
    folder.write({ "web/default.nix": "{ imports = [ ./b.nix ]; }", "web/c.nix": nginx });
    folder.write({ "web/lib/b.nix": "{ imports = [ ./c.nix ]; }" });
    folder.write({ "web/lib/c.nix": nginx });
    folder.link("web/b.nix", "lib/b.nix");
    expect(folder.flaws("./web")).toEqual([
      "./web/b.nix:1 refers to ./c.nix, but is a symbolic link, from where that is another file → use ./web/lib/b.nix itself",
    ]);
  });
});

describe("A15: a module that is a symbolic link, whose relative paths start where it leads to", () => {
  const elsewhere = (place: string, path: string, itself: string): string =>
    `${place} refers to ${path}, but is a symbolic link, from where that is another file → use ${itself} itself`;

  test("is told of what lies there, and not beside the link", () => {
    folder.write({ "real/a.nix": "{ imports = [ ./b.nix ]; }", "real/b.nix": nginx });
    folder.link("link.nix", "real/a.nix");
    const told = [elsewhere("./link.nix:1", "./b.nix", "./real/a.nix")];
    expect(folder.flaws("{ imports = [ ./link.nix ]; }")).toEqual(told);
    expect(folder.flaws({ imports: [nix`./link.nix`] })).toEqual(told);
  });

  test("is told of a file outside the config folder by its name in the project", () => {
    folder.write({ "web/default.nix": "{ imports = [ ./common.nix ]; }", "shared/x.nix": nginx, "main.ts": "" });
    folder.write({ "shared/common.nix": "{ imports = [ ./x.nix ]; }" });
    folder.link("web/common.nix", "../shared/common.nix");
    expect(folder.flaws("./web")).toEqual([elsewhere("./web/common.nix:1", "./x.nix", "./shared/common.nix")]);
  });

  test.each(["../common.nix", "../../common.nix", "../${x}.nix"])(
    "may be a folder, whose default.nix has %s",
    (path) => {
      folder.write({
        "deep/versions/v1/default.nix": `x: { imports = [ ${path} ]; }`,
        "deep/versions/common.nix": nginx,
      });
      folder.write({ "common.nix": nginx, "deep/common.nix": nginx, "sub/main.nix": "{ imports = [ ./cur ]; }" });
      folder.link("sub/cur", "../deep/versions/v1");
      const told = [
        elsewhere("./sub/cur/default.nix:1", path.replace("${x}.nix", ""), "./deep/versions/v1/default.nix"),
      ];
      expect(folder.flaws("{ imports = [ ./sub/cur ]; }")).toEqual(told);
      expect(folder.flaws("./sub/main.nix")).toEqual(told);
      expect(folder.flaws("{ a = import ./sub/cur { }; }")).toEqual(told);
      expect(folder.flaws("{ imports = [ ./deep/versions/v1 ]; }")).toEqual([]);
    },
  );

  test("is no fault where its paths mean the same, or nix does not follow the link", () => {
    folder.write({
      "a/x.nix": '{ imports = [ ./y.nix (./. + "/y.nix") ../z.nix ]; }',
      "a/y.nix": nginx,
      "z.nix": nginx,
    });
    folder.link("b", "a");
    folder.link("a/same.nix", "x.nix");
    folder.write({ "deep/er/w.nix": "{ imports = [ ../z.nix ]; }", "deep/z.nix": nginx });
    folder.link("c", "deep/er");
    expect(folder.flaws("{ imports = [ ./b/x.nix ./a/same.nix ./c/w.nix ]; }")).toEqual([]);
  });

  test("is only noted where no path names it", () => {
    folder.write({ "web/default.nix": nginx, "lib/b.nix": "{ imports = [ ./c.nix ]; }", "lib/c.nix": nginx });
    folder.link("web/b.nix", "../lib/b.nix");
    folder.write({ "main.ts": "" });
    expect(folder.read("./web")).toMatchObject({
      problems: [],
      notes: [
        "./web/b.nix:1 refers to ./c.nix, but is a symbolic link, from where that is another file: no matter unless a module imports it",
      ],
    });
  });
});

describe("A15: the default.nix of a folder that is imported", () => {
  test.each([
    "{ imports = [ ./sub ]; }",
    "{ a = import ./sub; }",
    "{ pkgs, ... }: { a = pkgs.callPackage (./sub) { }; }",
    "{ lib, ... }: { imports = lib.optionals true [ ./sub ]; }",
  ])("is a module for certain: %s", (text) => {
    folder.write({ "sub/default.nix": "{ imports = [ ./gone.nix ]; }", "sub/other.nix": "{ a = ./gone.nix; }" });
    const { problems, files } = folder.read(text);
    expect(problems.map(({ what }) => what)).toEqual([
      "./sub/default.nix:1 refers to ./gone.nix, which does not exist",
    ]);
    expect(files.filter(({ unnamed }) => unnamed).map(({ path }) => path)).toEqual(["sub/other.nix"]);
  });

  test.each([
    "{ a = ./sub; }",
    '{ a = n: import (./sub + "/${n}.nix"); }',
    "{ imports = [ (page { root = ./sub; }) (page ./sub) ]; a = [ ./sub ]; }",
  ])("need be none where the folder is only named: %s", (text) => {
    folder.write({ "sub/default.nix": "{ imports = [ ./gone.nix ]; }" });
    expect(folder.read(text)).toMatchObject({ problems: [], notes: [expect.stringContaining("no matter unless")] });
  });
});
