import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Folder } from "./folder";

let folder: Folder;
const environment = { ...process.env };
beforeEach(() => {
  folder = new Folder();
  folder.write({ ".gitignore": "*.secret\n", "web/default.nix": "{ a = ./named.txt; }", "web/named.txt": "x" });
  folder.write({ "web/a.secret": "x", "web/b.nix": "{ }" });
});
afterEach(() => {
  process.env = { ...environment };
  folder.remove();
});

const init = (at: string): unknown => execFileSync("git", ["init", "-q", join(folder.path, at)]);
const travels = ["b.nix", "default.nix", "named.txt"];
const note = (reason: string, at = "./web"): string =>
  `git cannot tell what it ignores in ${at} (git: ${reason}): all files of the folder travel`;

describe("A16: what git ignores", () => {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) process.stdout.write("skipped: A16: a repository of another user: only root can give files away\n");

  (isRoot ? test : test.skip)("stays at home in a repository of another user, as in a CI container", () => {
    init(".");
    execFileSync("chown", ["-R", "1234", folder.path]);
    const read = folder.read("./web");
    expect(read).toMatchObject({ paths: travels, problems: [] });
    expect(read.notes).toBeUndefined();
  });

  test("stays at home where a hook of git has set its own variables", () => {
    init(".");
    init("other");
    const other = join(folder.path, "other");
    Object.assign(process.env, { GIT_DIR: join(other, ".git"), GIT_WORK_TREE: other, GIT_INDEX_FILE: "nope" });
    Object.assign(process.env, { GIT_CEILING_DIRECTORIES: folder.path });
    const read = folder.read("./web");
    expect(read).toMatchObject({ paths: travels, problems: [] });
    expect(read.notes).toBeUndefined();
  });

  test("stays at home in a repository inside the folder too, but for what a path names", () => {
    init(".");
    folder.write({
      "web/default.nix": "{ a = ./named.txt; b = ./inner/named.key; }",
      "web/inner/.gitignore": "*.key\n",
      "web/inner/named.key": "x",
      "web/inner/other.key": "x",
      "web/inner/deep/other.key": "x",
      "web/inner/c.nix": "{ }",
    });
    init("web/inner");
    const read = folder.read("./web");
    expect(read.paths).toEqual([...travels, "inner/.gitignore", "inner/c.nix", "inner/named.key"].sort());
    const told = "git ignores ./web/inner/named.key, which the configuration refers to by name: it travels";
    expect(read.notes).toEqual([told]);
    folder.write({ "web.nix": "{ a = ./web/inner/named.key; }" });
    expect(folder.read("./web.nix").notes).toEqual([told]);
  });

  test("travels with a note where a repository is there, and no git", () => {
    init(".");
    process.env["PATH"] = join(folder.path, "web");
    expect(folder.read("./web")).toMatchObject({ paths: ["a.secret", ...travels], notes: [note("not found")] });
  });

  test("travels with a note where git fails, with what it says", () => {
    mkdirSync(join(folder.path, "web/.git"), { recursive: true });
    const reason = "not a git repository (or any of the parent directories): .git";
    expect(folder.read("./web").notes).toEqual([note(reason)]);
    folder.write({ "main.nix": "{ a = ./web; }" });
    expect(folder.read("./main.nix").notes).toEqual([note(reason)]);
  });

  test("needs no note where git cannot tell, but only files travel that a path names", () => {
    init(".");
    process.env["PATH"] = join(folder.path, "web");
    folder.write({ "web.nix": "{ a = ./web/named.txt; }", "lone/default.nix": "{ a = ./x; }", "lone/x": "" });
    expect(folder.read("./web.nix").notes).toBeUndefined();
    expect(folder.read("./lone").notes).toBeUndefined();
  });

  test("needs no git where no repository is", () => {
    process.env["PATH"] = join(folder.path, "web");
    expect(folder.read("./web")).toMatchObject({ paths: ["a.secret", ...travels] });
    expect(folder.read("./web").notes).toBeUndefined();
  });
});
