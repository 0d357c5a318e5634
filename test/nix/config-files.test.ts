import { execFileSync } from "node:child_process";
import { configFiles, fileDigest, nix, treeDigest } from "../../src/nix";
import type { Problem } from "../../src/model/error";
import { Folder } from "./folder";

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const nginx = "{ services.nginx.enable = true; }\n";

describe("a config of text", () => {
  test("is the module, kept to the letter", () => {
    const text = "# mine\r\n{ pkgs, ... }:\r\n{ environment.systemPackages = [ pkgs.vim ];\t}";
    const read = folder.read(text);
    expect(read).toMatchObject({
      entry: "configuration.nix",
      files: [{ path: "configuration.nix", text }],
      problems: [],
    });
  });

  test("may begin with a comment, which is no path", () => {
    expect(folder.read("/* web */ { a = 1; }")).toMatchObject({ entry: "configuration.nix", problems: [] });
  });

  test.each(["", " \n", "# nothing\n/* at all */"])("is refused when it is empty: %j", (text) => {
    expect(folder.flaws(text)).toEqual([
      "config is empty → write a NixOS module, such as { services.nginx.enable = true; }",
    ]);
  });

  test.each([
    ["services.nginx.enable = true;", "services.nginx.enable = true;"],
    ["# web\n  imports = [ ];\na.b = 1;", "imports = [ ];"],
    ['"a".b = 1;', '"a".b = 1;'],
    ["a.${x} = 1;", "a.${x} = 1;"],
  ])("is refused when it is only the inside of a module: %j", (text, shown) => {
    expect(folder.flaws(text)).toEqual([
      `config is no module, but what stands inside one: ${shown} → put it in braces: { … }, or { config, lib, pkgs, ... }: { … }`,
    ]);
  });

  test.each([
    "{ a.b = 1; }",
    "{ a, ... }: { b = a; }",
    "a: { b = 1; }",
    "let a = 1; in { b = a; }",
    "with x; { a = 1; }",
  ])("is a module as %s", (text) => {
    expect(folder.flaws(text)).toEqual([]);
  });

  test.each(["web.nix", "web/nginx.nix", "~/web.nix", "github:me/web#container", "web"])("is refused as %s", (text) => {
    expect(folder.flaws(text)).toEqual([
      `config "${text}" is neither a module nor a path → give the text of a module, or a path that begins with ./, ../ or /`,
    ]);
  });

  test("is refused with what no file can hold, all at once", () => {
    expect(folder.flaws("\ufeff{ a = 1; }\n# \0\n# ${TfToken[TOKEN.1]}")).toEqual([
      "config begins with a byte order mark, which nix refuses → save it as UTF-8 without a byte order mark",
      "config contains a NUL character, which Nix cannot hold → remove the NUL character",
      "line 3 of config holds a value that is only known after apply, which can't be part of a NixOS configuration → use a value that is known at synth, or put it into a file on the host and bind-mount that",
    ]);
  });

  test("is refused when it is a path that Terraform fills in", () => {
    expect(folder.flaws("./${TfToken[TOKEN.1]}.nix")).toEqual([
      expect.stringMatching(/^config holds a value that is only known after apply/),
    ]);
  });

  test("is refused beyond 2 MiB", () => {
    const padding = `# ${"x".repeat(2 * 1024 * 1024)}\n`;
    expect(folder.flaws(padding + nginx)).toEqual([
      "config is too large: 2049 KiB of at most 2048 KiB → keep data out of the module: bind-mount it, or fetch it on the host",
    ]);
  });

  test("takes along what its relative paths lead to, from the working directory", () => {
    folder.write({ "common.nix": "{ imports = [ ./lib/a.nix ]; }", "lib/a.nix": nginx, "other.nix": nginx });
    const read = folder.read("{ imports = [ ./common.nix ]; }");
    expect(read).toMatchObject({ paths: ["common.nix", "configuration.nix", "lib/a.nix"], problems: [] });
  });

  test("makes room for a configuration.nix that it imports", () => {
    folder.write({ "configuration.nix": nginx });
    const read = folder.read("{ imports = [ ./configuration.nix ]; }");
    expect(read.entry).toBe("container-configuration.nix");
    expect(read.paths).toEqual(["configuration.nix", "container-configuration.nix"]);
  });

  test("tells the line of a path that leads nowhere", () => {
    expect(folder.flaws("{\n  imports = [ ./nope.nix ];\n}")).toEqual([
      "line 2 of config refers to ./nope.nix, which does not exist → correct the path, or create the file",
    ]);
  });
});

describe("a config of text beside much else", () => {
  test("is told which path takes all that along, and nothing more", () => {
    const files = Array.from({ length: 9 }, (_, index) => [`modules/b${index}`, Buffer.alloc(300 * 1024)]);
    folder.write({ "x.nix": nginx, ...(Object.fromEntries(files) as Record<string, Buffer>) });
    expect(folder.flaws("{\n  imports = [ (./. + file) ];\n}")).toEqual([
      "line 2 of config refers to ./.: with all files of that folder there are more than 2048 KiB → refer to the files it needs by their names; bind-mount data, or fetch it on the host",
    ]);
    expect(folder.flaws("{ imports = [ ./modules ]; }")).toEqual([
      expect.stringMatching(/^line 1 of config refers to \.\/modules: with all files of that folder/),
    ]);
  });

  test("is not told to give the folder it stands in, which holds more than modules", () => {
    expect([...folder.flaws("{ a = ./b-${c}; }"), ...folder.flaws("{ a = ../b.nix; }")]).toEqual([
      "line 1 of config refers to ./b-${…}: which file that is cannot be told, and its folder holds more than modules → refer to files by their names, or keep them in a folder of their own, as in ./users/${…}: all its files come along",
      "line 1 of config refers to ../b.nix, which lies outside the project /here → put a copy into the project: only its files travel",
    ]);
  });
});

describe("a config of values", () => {
  test("becomes a module that can use config, lib and pkgs", () => {
    const { files, problems } = folder.read({
      services: { nginx: { enable: true, package: nix`pkgs.nginxMainline` } },
    });
    expect(problems).toEqual([]);
    expect(files).toEqual([
      {
        path: "configuration.nix",
        text: `{ config, lib, pkgs, ... }:
{
  services = {
    nginx = {
      enable = true;
      package = pkgs.nginxMainline;
    };
  };
}
`,
      },
    ]);
  });

  test("is the whole module as an expression", () => {
    const { files, problems } = folder.read(nix`{ pkgs, ... }: { a = ${[1]}; }`);
    expect(problems).toEqual([]);
    expect(files).toEqual([{ path: "configuration.nix", text: "{ pkgs, ... }: { a = [ 1 ]; }\n" }]);
  });

  test("can import files beside its options", () => {
    folder.write({ "web.nix": nginx });
    expect(folder.read({ imports: [nix`./web.nix`], a: 1 }).paths).toEqual(["configuration.nix", "web.nix"]);
  });

  test("reports each value that Nix cannot hold, with the construct", () => {
    const { problems } = folder.read({ a: NaN, b: [undefined] });
    expect(problems).toEqual([
      {
        code: "config",
        what: "config.a is NaN, which Nix cannot hold",
        where: { construct: "stack/web", container: "web" },
        remedy: "use a finite number",
      },
      expect.objectContaining({ what: "config.b[0] is undefined, which Nix does not know" }),
    ]);
  });

  test("is a problem when it cannot be rendered", () => {
    const config = {
      get services(): object {
        throw new Error("not now");
      },
    };
    expect(folder.flaws(config)).toEqual(["config cannot be rendered: not now → give plain values, computed before"]);
  });

  test.each([[{}], [{ a: undefined }]])("is refused when it is empty: %j", (config) => {
    expect(folder.flaws(config)).toEqual(["config is an empty object → give it at least one option"]);
  });

  test("is refused as an expression that is empty or bare", () => {
    expect([...folder.flaws(nix``), ...folder.flaws(nix`a.b = 1;`)]).toEqual([
      "config is empty → write a NixOS module, such as { services.nginx.enable = true; }",
      "config is no module, but what stands inside one: a.b = 1; → put it in braces: { … }, or { config, lib, pkgs, ... }: { … }",
    ]);
  });

  test.each([
    [null, "null"],
    [undefined, "missing"],
    [[{ a: 1 }], "an array"],
    [42, "of type number"],
    [() => 1, "of type function"],
  ])("is refused as %p", (config, kind) => {
    expect(folder.flaws(config)).toEqual([
      `config is ${kind} → give the text or path of a NixOS module, a nix\`…\` expression, or a plain object`,
    ]);
  });
});

describe("a config that is a file", () => {
  test("keeps its name, and takes along all that its paths lead to", () => {
    folder.write({
      "web/web.nix": '{ imports = [ ./common.nix ./parts ]; a = "${./files/index.html}"; b = "./no.nix"; } # ./no.nix',
      "web/common.nix": "{ imports = [ ./parts/../lib/deep.nix ]; }",
      "web/parts/default.nix": "{ imports = [ ../lib/b.nix ]; }",
      "web/parts/extra.txt": "x",
      "web/lib/deep.nix": nginx,
      "web/lib/b.nix": nginx,
      "web/lib/unused.nix": nginx,
      "web/files/index.html": "<p>./no.nix</p>",
    });
    expect(folder.read("./web/web.nix")).toMatchObject({
      entry: "web.nix",
      paths: [
        ...["common.nix", "files/index.html", "lib/b.nix", "lib/deep.nix", "parts/default.nix", "parts/extra.txt"],
        "web.nix",
      ],
      problems: [],
    });
  });

  test("may be given by an absolute path, with white space around it, or from above", () => {
    folder.write({ "web.nix": nginx, "sub/x": "" });
    const problems: Problem[] = [];
    const options = { name: "web", where: {}, problems };
    const read = [
      configFiles(`${folder.path}/web.nix`, options),
      configFiles(" ./web.nix\n", { ...options, directory: folder.path }),
      configFiles("../web.nix", { ...options, directory: `${folder.path}/sub` }),
    ];
    expect(read).toEqual(Array(3).fill({ entry: "web.nix", files: [{ path: "web.nix", text: nginx }] }));
    expect(problems).toEqual([]);
  });

  test("is a problem when it is missing", () => {
    expect(folder.flaws("./web.nix")).toEqual([
      "config ./web.nix does not exist → correct the path: it starts at /here",
    ]);
    expect(folder.flaws("/nonexistent/web.nix")).toEqual([
      "config /nonexistent/web.nix does not exist → correct the path",
    ]);
  });

  test("is a problem when it is empty or only the inside of a module", () => {
    folder.write({ "a.nix": "# nothing", "b.nix": "a = 1;" });
    expect([...folder.flaws("./a.nix"), ...folder.flaws("./b.nix")]).toEqual([
      "./a.nix is empty → write a NixOS module, such as { services.nginx.enable = true; }",
      "./b.nix is no module, but what stands inside one: a = 1; → put it in braces: { … }, or { config, lib, pkgs, ... }: { … }",
    ]);
  });

  test("reports every path that cannot come along, with its line and a remedy", () => {
    folder.write({
      "web/web.nix": "{\n  imports = [ ../common.nix ./nope.nix ];\n  a = ./b-${c};\n  d = ../../e/f.nix;\n}",
      "common.nix": nginx,
    });
    expect(folder.flaws("./web/web.nix")).toEqual([
      "./web/web.nix:4 refers to ../../e/f.nix, which lies outside the project /here → put a copy into the project: only its files travel",
      "./web/web.nix:2 refers to ./nope.nix, which does not exist → correct the path, or create the file",
    ]);
  });

  test("leaves absolute paths and <…> to the host", () => {
    folder.write({ "web.nix": "{ imports = [ <nixpkgs/nixos/modules/profiles/minimal.nix> /etc/web.nix ]; }" });
    expect(folder.flaws("./web.nix")).toEqual([]);
  });

  test("takes the whole folder along for ./., computed paths included", () => {
    folder.write({ "web.nix": "x: { a = ./. + x; b = ./${x}; }", "data/a.txt": "a" });
    expect(folder.read("./web.nix")).toMatchObject({ paths: ["data/a.txt", "web.nix"], problems: [] });
  });

  test("stands at the place that a link to it leads to", () => {
    folder.write({ "v1/web.nix": "{ imports = [ ./a.nix ]; }", "v1/a.nix": nginx });
    folder.link("current.nix", "v1/web.nix");
    expect(folder.read("./current.nix")).toMatchObject({ entry: "web.nix", paths: ["a.nix", "web.nix"], problems: [] });
  });

  test("need not be called .nix", () => {
    folder.write({ webserver: "{ imports = [ ./a.nix ]; }", "a.nix": nginx });
    expect(folder.read("./webserver")).toMatchObject({ entry: "webserver", paths: ["a.nix", "webserver"] });
  });

  test("is a problem with a name that the host cannot take", () => {
    folder.write({ "my web.nix": nginx });
    expect(folder.flaws("./my web.nix")).toEqual([
      '"./my web.nix" has a name that cannot be used on the host → name it with letters, digits and ._+- only, and no hyphen first',
    ]);
  });
});

describe("treeDigest", () => {
  test("is what sha256sum makes of the same files on the host", () => {
    const files = { "default.nix": "{ }\n", "a/b.nix": "é\r\n", "a.nix": "", "B/x": "1", "a+b": "2", _c: "3" };
    folder.write(files);
    const command = "find . -type f | sed 's,^./,,' | LC_ALL=C sort | xargs sha256sum | sha256sum";
    const printed = execFileSync("sh", ["-c", command], { cwd: folder.path, encoding: "utf8" });
    const tree = Object.entries(files).map(([path, text]) => ({ path, text }));
    expect(treeDigest(tree)).toBe(printed.slice(0, 64));
    expect(treeDigest([...tree].reverse())).toBe(treeDigest(tree));
    expect(treeDigest(tree.slice(1))).not.toBe(treeDigest(tree));
  });

  test("of a file is its sha256", () => {
    expect(fileDigest("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
