import { Folder } from "./folder";

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const notes = (config: unknown): readonly string[] => folder.read(config).notes ?? [];
const note = (names: string): string =>
  `config uses the module ${names}, which nothing provides here: the build fails where NixOS needs it; give the value itself, or set _module.args`;

describe("F6: module arguments that nobody provides", () => {
  test.each([
    ["{ inputs, pkgs, ... }: { imports = [ inputs.sops-nix.nixosModules.sops ]; }", "argument inputs"],
    ["args@{ inputs, lib, self ? null, ... }: { a = inputs; b = self; }", "arguments inputs, self"],
    ['({ inputs, ... }@args: { a = "${inputs.x}"; })', "argument inputs"],
    ["{ a ? { b, c }: d, inputs, ... }: { x = inputs; }", "argument inputs"],
  ])("are a note in %s, and no refusal", (text, names) => {
    expect(notes(text)).toEqual([note(names)]);
    expect(folder.flaws(text)).toEqual([]);
  });

  test.each([
    "{ config, lib, pkgs, options, modulesPath, utils, ... }: { a = [ config lib pkgs options modulesPath utils ]; }",
    "{ inputs, pkgs, ... }: { a = pkgs.vim; }", // never used: never missed
    "{ inputs, ... }: { _module.args.inputs = { }; a = inputs; }",
    "args: { a = args.inputs; }",
    "{ a = { inputs }: inputs; }",
    "let f = { inputs, ... }: inputs; in { a = f; }",
  ])("are none in %s", (text) => {
    expect(notes(text)).toEqual([]);
  });

  test("are told of the modules that are imported too", () => {
    folder.write({
      "web/default.nix": "{ imports = [ ./a.nix ]; x = import ./data.nix; }",
      "web/a.nix": "{ secrets, ... }: { a = secrets; }",
      "web/data.nix": "{ other }: other",
    });
    expect(notes("./web")).toEqual([expect.stringContaining("./web/a.nix uses the module argument secrets")]);
  });

  test.each([
    '(import ./vhost.nix { domain = "x.org"; })',
    '((import ./vhost.nix) { domain = "x.org"; })',
    '(import (./vhost.nix) { domain = "x.org"; })',
    '(pkgs.callPackage ./vhost.nix { domain = "x.org"; })',
    '(lib.modules.importApply ./vhost.nix { domain = "x.org"; })',
    "(import ./vhost.nix).module",
    "{ x = import ./vhost.nix; }",
  ])("are none of a file that is called with what it needs: %s", (element) => {
    folder.write({ "vhost.nix": "{ domain }: { a = domain; networking.useDHCP = true; }" });
    for (const list of [
      `[ ${element} ]`,
      `[ ] ++ [ { } ${element} ]`,
      `[ ] ++ map (x: import x { }) [ ./vhost.nix ]`,
    ]) {
      const read = folder.read(`{ pkgs, lib, ... }: { imports = ${list}; }`);
      expect({ notes: read.notes, problems: read.problems }).toEqual({ notes: undefined, problems: [] });
    }
  });

  test.each([
    "[ (./vhost.nix) ]",
    "[ (import ./vhost.nix) ]",
    "[ ((import (./vhost.nix))) ]",
    "[ { } (if true then ./vhost.nix else { }) ]",
    "[ { imports = [ ./vhost.nix ]; } ]",
    "[ ({ lib, ... }: { imports = [ ./vhost.nix ]; }) ]",
    "[ ] ++ [ ./vhost.nix ]",
    "[ ] ++ (lib.optional (f ./x) ./vhost.nix)",
    "[ ] ++ lib.optionals true [ ./vhost.nix ]",
    "[ ] ++ (if true then [ ] else if false then [ ./vhost.nix ] else [ ])",
  ])("are told of a file that is a module of the list: %s", (list) => {
    folder.write({ "vhost.nix": "{ domain, ... }: { a = domain; }", x: "" });
    expect(notes(`{ lib, ... }: { imports = ${list}; }`)).toEqual([
      expect.stringContaining("./vhost.nix uses the module argument domain"),
    ]);
  });
});
