import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { treeDigest } from "../../src/nix";
import { Folder } from "./folder";

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const nginx = "{ services.nginx.enable = true; }\n";
const missing = "refers to ./local.nix, which does not exist → correct the path, or create the file";

/** A git repository in the folder, with what is written there so far in it. */
function commit(at = folder.path): void {
  const git = (...words: string[]): unknown =>
    execFileSync("git", ["-C", at, "-c", "user.name=x", "-c", "user.email=x@x", ...words], { stdio: "ignore" });
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "x");
}

describe("A15: files that may be missing", () => {
  const texts = [
    "{ imports = if builtins.pathExists ./local.nix then [ ./local.nix ] else [ ]; }",
    "{ imports = (if (builtins.pathExists(./local.nix)) then [ ./local.nix ] else [ ]); }",
    "{ lib, ... }: let local = ./local.nix; in { imports = lib.optional (builtins.pathExists local) local; }",
    'let tryImport = p: d: if builtins.pathExists p then import p else d; in { environment.etc.x.text = tryImport ./local.nix "none"; }',
    "{ imports = builtins.filter builtins.pathExists [ ./local.nix ]; }",
    "{ lib, ... }: { imports = if lib.pathIsRegularFile ./local.nix then [ ./local.nix ] else [ ]; }",
    '{ a = (builtins.tryEval (builtins.readFile ./local.nix)).value or ""; }',
    "{ mine, ... }: { imports = mine.importIfExists ./local.nix; }",
    '{ a = import (if builtins.pathExists ./local.nix then ./local.nix else ./common.nix); b = "${if builtins.pathExists ./x then "a" else "b"}"; }',
  ];

  test.each(texts)("are no fault in %s, and come along once they are there", (text) => {
    folder.write({ "common.nix": nginx, "web.nix": text });
    expect(folder.read(text).problems).toEqual([]);
    expect(folder.read("./web.nix").problems).toEqual([]);
    folder.write({ "local.nix": nginx });
    expect(folder.read(text).paths).toContain("local.nix");
    expect(folder.read("./web.nix").paths).toContain("local.nix");
  });

  test("are no fault where a helper in another file asks", () => {
    folder.write({
      "lib.nix": "{ from = p: if builtins.pathExists p then import p else { }; }",
      "web.nix": "let lib = import ./lib.nix; in lib.from ./local.nix",
    });
    expect(folder.flaws("./web.nix")).toEqual([]);
  });

  test.each([
    "{ imports = [ ./local.nix ]; }",
    "{ imports = lib.optional true ./local.nix; }",
    "# pathExists\n{ a = ''pathExists''; imports = [ ./local.nix ]; }",
  ])("are told where nothing asks for their existence: %s", (text) => {
    expect(folder.flaws(text)).toEqual([expect.stringContaining(missing)]);
  });
});

describe("F1, A21: a module that imports from above its folder", () => {
  test("takes along what it refers to from the lowest folder that holds it, and nothing else", () => {
    folder.write({
      "infra/cont/web.nix":
        "{ imports = [ ../lib/common.nix ]; users.users.a.openssh = import ../users/ssh_keys.nix; }",
      "infra/cont/other.nix": nginx,
      "infra/lib/common.nix": "{ environment.etc.motd.source = ./motd; }",
      "infra/lib/motd": "hello",
      "infra/users/ssh_keys.nix": "[ ]",
      "main.ts": "",
    });
    const expected = {
      entry: "cont/web.nix",
      paths: ["cont/web.nix", "lib/common.nix", "lib/motd", "users/ssh_keys.nix"],
      problems: [],
    };
    expect(folder.read("./infra/cont/web.nix")).toMatchObject(expected);
  });

  test("has one digest wherever the checkout lies", () => {
    const files = { "a/b/web.nix": "{ imports = [ ../common.nix ]; }", "a/common.nix": nginx, "main.ts": "" };
    const digest = (at: Folder, config: string): string => treeDigest(at.read(config).files);
    folder.write(files);
    const other = new Folder();
    try {
      other.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`deep/er/${path}`, text])));
      const here = digest(folder, "./a/b/web.nix");
      expect(digest(other, "./deep/er/a/b/web.nix")).toBe(here);
      expect(digest(other, join(other.path, "deep/er/a/b/web.nix"))).toBe(here);
      expect(folder.read("./a/b/web.nix").entry).toBe("b/web.nix");
    } finally {
      other.remove();
    }
  });

  test("keeps its folder as the root while it refers to nothing above it", () => {
    folder.write({ "cont/web.nix": "{ imports = [ ./a.nix ]; }", "cont/a.nix": nginx, "users/x.nix": nginx });
    expect(folder.read("./cont/web.nix")).toMatchObject({
      entry: "web.nix",
      paths: ["a.nix", "web.nix"],
      problems: [],
    });
  });

  test("may be a folder, all of which comes along", () => {
    folder.write({
      "cont/web/default.nix": "{ imports = [ ../../users/keys.nix ]; }",
      "cont/web/unused.txt": "x",
      "cont/db/default.nix": nginx,
      "users/keys.nix": nginx,
    });
    expect(folder.read("./cont/web")).toMatchObject({
      entry: "cont/web/default.nix",
      paths: ["cont/web/default.nix", "cont/web/unused.txt", "users/keys.nix"],
      problems: [],
    });
  });

  test("may be text in the code, in a folder of the repository", () => {
    folder.write({ "lib/common.nix": nginx, "app/main.ts": "" });
    mkdirSync(join(folder.path, ".git"));
    const app = Object.assign(Object.create(Folder.prototype) as Folder, { path: join(folder.path, "app") });
    expect(app.read("{ imports = [ ../lib/common.nix ]; }")).toMatchObject({
      entry: "app/configuration.nix",
      paths: ["app/configuration.nix", "lib/common.nix"],
      problems: [],
    });
  });

  test("must stay inside the project", () => {
    folder.write({ "cont/web.nix": "{ imports = [ ../../elsewhere/x.nix ]; a = ../../../${b}; }" });
    expect(folder.flaws("./cont/web.nix")).toEqual([
      "./cont/web.nix:1 refers to ../../elsewhere/x.nix, which lies outside the project /here → put a copy into the project: only its files travel",
      "./cont/web.nix:1 refers to ../../../, which lies outside the project /here → put a copy into the project: only its files travel",
    ]);
  });

  test("is told of a link that leads out of the project, and follows one that stays inside", () => {
    folder.write({ "cont/web.nix": "{ imports = [ ./in.nix ./out.nix ]; }", "lib/in.nix": nginx });
    folder.link("cont/in.nix", "../lib/in.nix");
    folder.link("cont/out.nix", "/etc/hostname");
    expect(folder.flaws("./cont/web.nix")).toEqual([
      "./cont/out.nix is a symbolic link out of the project, to /etc/hostname → put a copy in its place",
    ]);
    folder.write({ "cont/web.nix": "{ imports = [ ./in.nix ]; }" });
    expect(folder.read("./cont/web.nix")).toMatchObject({ paths: ["in.nix", "web.nix"], problems: [] });
  });

  test("takes a folder along of which it computes a path", () => {
    folder.write({
      "cont/web.nix": "{ a = name: ./${name}.nix; b = u: import (../users + u); c = u: ../keys/${u}.pub; }",
      "cont/x.nix": nginx,
      "users/alice.nix": nginx,
      "keys/alice.pub": "ssh-ed25519 AAAA",
      "main.ts": "",
    });
    expect(folder.read("./cont/web.nix")).toMatchObject({
      paths: ["cont/web.nix", "cont/x.nix", "keys/alice.pub", "users/alice.nix"],
      problems: [],
    });
  });
});

describe("F1: a path and a string that is added to it", () => {
  const sum = (expression: string): readonly string[] => {
    folder.write({
      "cont/web.nix": `{ x = ${expression}; }`,
      "lib/a.nix": nginx,
      "lib/b.nix": nginx,
      "cont/c.nix": nginx,
    });
    return folder.read("./cont/web.nix").paths;
  };

  test("are one path, where nothing else is made of it", () => {
    expect(sum('import (../lib + "/a.nix") { }')).toEqual(["cont/web.nix", "lib/a.nix"]);
    expect(sum('../. + "/lib/a.nix"')).toEqual(["cont/web.nix", "lib/a.nix"]);
  });

  test("are all of the folder otherwise", () => {
    const all = ["cont/web.nix", "lib/a.nix", "lib/b.nix"];
    expect(sum('lib.cleanSource ../lib + "/a.nix"')).toEqual(all);
    expect(sum('../lib + "/a.nix" + suffix')).toEqual(all);
    expect(sum('../lib + "/gone.nix"')).toEqual(all);
    expect(sum('../lib + "/${name}.nix"')).toEqual(all);
  });

  test("are told when they take all of the app's folder along", () => {
    folder.write({ "main.ts": "" });
    sum('(root: root + "/lib/a.nix") ../.');
    expect(folder.read("./cont/web.nix").notes).toEqual([
      "./cont/web.nix:1 refers to ../., which is all of the folder that the app lies in: 5 files travel, and are readable by everybody on the host; refer to files by their names to have fewer",
    ]);
  });
});

describe("A15: a file that lies in a folder which is referred to", () => {
  test("may refer to what is not there, or be no text: that matters where a path names it", () => {
    const files = {
      "web/site/x.nix": "{ imports = [ ./gone.nix ../../../out.nix ]; }",
      "web/site/y.nix": Buffer.from([0xff, 0xfe]),
      "web/site/z.nix": "\ufeff{{ a template }}",
    };
    folder.write({ "web/default.nix": "{ root = ./site; }", ...files });
    expect(folder.read("./web")).toMatchObject({
      paths: ["default.nix", "site/x.nix", "site/y.nix", "site/z.nix"],
      files: [{}, { unnamed: true }, { unnamed: true }, { unnamed: true }],
      problems: [],
      notes: [
        expect.stringMatching(
          /^\.\/web\/site\/x\.nix:1 refers to .*out\.nix, which lies outside .*, .*z\.nix begins with a byte order mark, which nix refuses, .*y\.nix is not text, .*gone\.nix, which does not exist: no matter unless a module imports it$/,
        ),
      ],
    });
    folder.write({ "web/default.nix": "{ root = ./site; imports = [ ./site/x.nix ./site/y.nix ./site/z.nix ]; }" });
    expect(folder.flaws("./web")).toHaveLength(4);
    expect(folder.read("./web").files.filter(({ unnamed }) => unnamed)).toEqual([]);
    folder.write({ "web/default.nix": "{ root = ./.; }" });
    expect(
      folder
        .read("./web")
        .notes?.join()
        .match(/is not text/g),
    ).toHaveLength(1);
  });
});

describe("A15: a file of a config folder that no path names", () => {
  const read = (files: Readonly<Record<string, string | Buffer>>, module = nginx): ReturnType<Folder["read"]> => {
    folder.write({ "main.ts": "", "web/default.nix": module, ...files });
    return folder.read("./web");
  };

  test.each([
    ["refers to what is not there", "{ imports = [ ./gone.nix ]; }", ":1 refers to ./gone.nix, which does not exist"],
    ["leaves the project", "{ a = ../../x.nix; }", ":1 refers to ../../x.nix, which lies outside the project /here"],
    ["begins with a byte order mark", "\ufeff{ }", " begins with a byte order mark, which nix refuses"],
  ])("is no fault where it %s: a note tells of it", (_what, text, told) => {
    const { problems, notes, files } = read({ "web/old.nix": text });
    expect(problems).toEqual([]);
    expect(files).toMatchObject([{ path: "default.nix" }, { path: "old.nix", unnamed: true }]);
    const doubt = `./web/old.nix${told}: no matter unless a module imports it`;
    expect(notes?.map((note) => note.replaceAll(folder.path, "/here"))).toEqual([doubt]);
    expect(read({}, "{ imports = [ ./old.nix ]; }").problems).toHaveLength(1);
    expect(read({ "web/lib.nix": "[ ./old.nix ]" }, "{ imports = import ./lib.nix; }").problems).toHaveLength(1);
  });

  test.each([
    ["is no text", Buffer.from("\ufeff{ }", "utf16le"), "not text"],
    ["holds a NUL", "{ a = 1; }\0", "not text"],
    ["is too large", "#".repeat(2 * 1024 * 1024 + 1), "too large"],
  ])("is left out where it %s", (_what, content, why) => {
    expect(read({ "web/old.nix": content })).toMatchObject({
      paths: ["default.nix"],
      problems: [],
      notes: [`left out of the configuration: ./web/old.nix (${why})`],
    });
    expect(read({}, "{ imports = [ ./old.nix ]; }").problems).toHaveLength(1);
  });

  test("takes nothing along, and no fault of what it refers to counts; a note tells what it would need", () => {
    const files = {
      "web/old.nix": "{ imports = [ ./older.nix ../lib/x.nix ]; a = ../.; b = ../lib/${c}; }",
      "web/older.nix": "{ imports = [ ./gone.nix ]; }",
      "lib/x.nix": "{ imports = [ ./gone.nix ]; }",
      data1: "x".repeat(1024 * 1024),
      data2: "x".repeat(1024 * 1024),
    };
    const one = read(files);
    expect(one).toMatchObject({ entry: "default.nix", paths: ["default.nix", "old.nix", "older.nix"], problems: [] });
    expect(one.notes).toEqual([
      "./web/older.nix:1 refers to ./gone.nix, which does not exist, ./web/old.nix:1 refers to ../lib/x.nix, which does not come along, ./web/old.nix:1 refers to ../., which does not come along, ./web/old.nix:1 refers to ../lib/, which does not come along: no matter unless a module imports it",
    ]);
    const above = read({ "lib/x.nix": nginx }, "{ imports = [ ../lib/x.nix ]; }");
    expect(above.paths).toEqual(["lib/x.nix", "web/default.nix", "web/old.nix", "web/older.nix"]);
    expect(above.notes?.join()).not.toContain("x.nix");
    expect(read({}, "{ imports = [ ./old.nix ]; }").problems.map(({ what }) => what)).toEqual([
      "./web/old.nix:1 refers to ../.: with all files of that folder there are more than 2048 KiB",
    ]);
  });

  test("takes along what it refers to once a path names all of its folder", () => {
    const { paths, problems } = read(
      { "web/host.nix": "{ imports = [ ../lib/x.nix ]; a = ./a.age; }", "lib/x.nix": nginx, "web/a.age": "\0" },
      "name: { imports = [ ./${name}.nix ]; }",
    );
    expect(problems).toEqual([]);
    expect(paths).toEqual(["lib/x.nix", "web/a.age", "web/default.nix", "web/host.nix"]);
  });

  test("is left out where it cannot be read, or is a link to a folder that holds it", () => {
    folder.link("web/self", ".");
    folder.link("web/sub/up", "../..");
    folder.link("web/round", "round");
    const { paths, problems, notes } = read({ "other/x": "" });
    expect([paths, problems]).toEqual([["default.nix"], []]);
    expect(notes).toEqual([
      "left out of the configuration: ./web/round (cannot be read: ELOOP), ./web/self (a symbolic link to a folder that holds it), ./web/sub/up (a symbolic link to a folder that holds it)",
    ]);
    expect(read({}, "{ a = ./self; b = ./round; }").problems).toHaveLength(2);
  });
});

describe("A16: litter in a folder of modules", () => {
  test("stays at home, whatever it is", () => {
    const binary = Buffer.from([0, 0xff, 0xfe]);
    folder.write({
      "web/default.nix": nginx,
      "web/.DS_Store": binary,
      "web/sub/.DS_Store": binary,
      "web/Thumbs.db": binary,
      "web/desktop.ini": binary,
      "web/._default.nix": binary,
      "web/@eaDir/x": binary,
      "web/.direnv/flake": binary,
      "web/.hg/store": binary,
      "web/.svn/entries": binary,
      "web/node_modules/x/index.js": binary,
      "web/.default.nix.swp": binary,
      "web/default.nix~": nginx,
      "web/default.nix.orig": nginx,
      "web/sub/kept.nix": nginx,
      "web/.terraform/providers/x": binary,
      "web/.htaccess": "x\n",
    });
    folder.link("web/result", "/nix/store/00000000000000000000000000000000-x");
    folder.link("web/result-bin", "/nix/store/00000000000000000000000000000000-y");
    const read = folder.read("./web");
    expect(read).toMatchObject({ paths: [".htaccess", "default.nix", "sub/kept.nix"], problems: [] });
    expect(read.notes).toBeUndefined();
  });

  test("is left out with a note when it is of no known kind, and no path names it", () => {
    folder.write({
      "web/default.nix": nginx,
      "web/my notes.txt": "x",
      "web/logo.png": Buffer.from([0x89, 0x50, 0]),
      "web/new\nline": "x",
    });
    folder.link("web/gone", "nope");
    folder.link("web/out", "/etc/hostname");
    execFileSync("mkfifo", [join(folder.path, "web/socket")]);
    const read = folder.read("./web");
    expect(read).toMatchObject({ paths: ["default.nix"], problems: [] });
    expect(read.notes).toEqual([
      `left out of the configuration: ./web/gone (a symbolic link to nope, which does not exist), ./web/logo.png (not text), ./web/my notes.txt (its name cannot be used on the host), "./web/new\\nline" (its name cannot be used on the host), ./web/out (a symbolic link out of the project, to /etc/hostname) and 1 more`,
    ]);
  });

  test("is what may hold secrets, with a note, but for what a path names", () => {
    const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n";
    folder.write({ "web/default.nix": "{ a = ./app; b = ./app/.env.named; c = ./named; }", "web/named": key });
    folder.write({ "web/app/.env": "A=1\n", "web/app/.env.named": "A=1\n", "web/app/.env.example": "A=\n" });
    folder.write({ "web/app/terraform.tfstate": "{}", "web/app/key": key, "web/app/key.pub": "ssh-ed25519 AAAA\n" });
    const read = folder.read("./web");
    expect(read.problems).toEqual([]);
    expect(read.paths).toEqual(["app/.env.example", "app/.env.named", "app/key.pub", "default.nix", "named"]);
    expect(read.notes).toEqual([
      "left out of the configuration: ./web/app/.env (it may hold secrets, and no path names it), ./web/app/terraform.tfstate (it may hold secrets, and no path names it), ./web/app/key (a private key, which no path names)",
    ]);
  });

  test("is what git ignores, but for what a path names", async () => {
    folder.write({
      ".gitignore": "*.secret\nbuild/\n",
      "web/default.nix": "{ a = ./used.secret; }",
      "web/b.nix": nginx,
      "web/tracked.secret": "x",
    });
    execFileSync("git", ["-C", folder.path, "init", "-q"]);
    execFileSync("git", ["-C", folder.path, "add", "-f", "web/tracked.secret"]);
    folder.write({ "web/used.secret": "x", "web/unused.secret": "x", "web/build/out.txt": "x" });
    const read = folder.read("./web");
    expect(read).toMatchObject({ paths: ["b.nix", "default.nix", "tracked.secret", "used.secret"], problems: [] });
    expect(read.notes).toEqual([
      "git ignores ./web/used.secret, which the configuration refers to by name: it travels",
    ]);
    await new Promise(setImmediate);
    folder.write({ ".gitignore": "" });
    expect(folder.read("./web").paths).toContain("unused.secret");
  });

  test("is the executable bit, which is told of what would run here", () => {
    folder.write({
      "web/default.nix": '{ a = ./run.sh; b = "${./tool}"; c = ./plain.sh; d = ./list.txt; }',
      "web/run.sh": "#!/bin/sh\n",
      "web/tool": Buffer.from("\x7fELF\xff", "latin1"),
      "web/plain.sh": "#!/bin/sh\n",
      "web/list.txt": "as some file systems have all of them",
    });
    for (const file of ["run.sh", "tool", "list.txt", "default.nix"]) chmodSync(join(folder.path, "web", file), 0o755);
    expect(folder.read("./web").notes).toEqual([
      "executable here, and no longer on the host: ./web/run.sh, ./web/tool; let its interpreter run it, or make it with pkgs.writeShellScript",
    ]);
  });

  test("is not a folder that git ignores as a whole: that one was asked for", () => {
    folder.write({ ".gitignore": "generated/\n", "main.ts": "" });
    commit();
    folder.write({ "generated/default.nix": nginx, "generated/a.nix": nginx });
    expect(folder.read("./generated")).toMatchObject({ paths: ["a.nix", "default.nix"], problems: [] });
  });
});

describe("F9: a file that is no text", () => {
  const age = Buffer.from([0x61, 0x67, 0x65, 0, 0xff, 0x0a, 0x80]);

  test("travels byte for byte where a path names it, or a folder that holds it", () => {
    folder.write({
      "web/default.nix": "{ age.secrets.s.file = ./s.age; services.nginx.virtualHosts.x.root = ./site; }",
      "web/s.age": age,
      "web/unused.age": age,
      "web/site/logo.png": age,
      "web/site/index.html": "<p>",
    });
    const { files, problems, notes } = folder.read("./web");
    expect(problems).toEqual([]);
    expect(files).toEqual([
      { path: "default.nix", text: expect.stringContaining("age.secrets") as string },
      { path: "s.age", text: "", bytes: age.toString("base64") },
      { path: "site/index.html", text: "<p>", unnamed: true },
      { path: "site/logo.png", text: "", bytes: age.toString("base64"), unnamed: true },
    ]);
    expect(notes).toEqual(["left out of the configuration: ./web/unused.age (not text)"]);
  });

  test("counts in the digest as sha256sum counts it", () => {
    folder.write({ "web.nix": "{ a = ./s.age; }", "s.age": age });
    const sum = (path: string): string => execFileSync("sha256sum", [path], { cwd: folder.path, encoding: "utf8" });
    const lines = sum("s.age") + sum("web.nix");
    folder.write({ list: lines });
    expect(treeDigest(folder.read("./web.nix").files)).toBe(sum("list").slice(0, 64));
  });

  test("is refused as a module", () => {
    folder.write({ "binary.nix": age, "web.nix": "{ imports = [ ./binary.nix ]; }" });
    expect(folder.flaws("./binary.nix")[0]).toBe("./binary.nix is not text → save it as UTF-8");
    expect(folder.flaws("./web.nix")).toEqual(["./binary.nix is not text → save it as UTF-8"]);
  });
});
