import { nix } from "../../src/nix";
import { Folder } from "./folder";

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const hostName =
  "but nixos-container gives the container's name the same priority → write it without mkDefault, or remove it";
const dhcp = "but nixos-container sets it to false → remove it, or use lib.mkForce";
const container = "but nixos-container sets it to true → remove it";

describe("A17: an option that nixos-container sets itself", () => {
  test.each([
    ['{ networking.hostName = lib.mkDefault "db"; }', 'networking.hostName to lib.mkDefault "db"', hostName],
    ['{ networking = { hostName = mkOverride 1000 "db"; }; }', 'networking.hostName to mkOverride 1000 "db"', hostName],
    [
      '{ "networking" . "hostName" = (pkgs.lib.mkDefault "db"); }',
      'networking.hostName to pkgs.lib.mkDefault "db"',
      hostName,
    ],
    ['{ config.networking = rec { hostName = mkDefault ""; }; }', 'networking.hostName to mkDefault ""', hostName],
    [
      '{ lib, ... }@args: with lib; { networking.hostName = mkDefault "db"; }',
      'networking.hostName to mkDefault "db"',
      hostName,
    ],
    [
      'let a = 1; b = { c = 2; }; in { networking.hostName = lib.mkDefault "x"; }',
      'networking.hostName to lib.mkDefault "x"',
      hostName,
    ],
    ["{ a = let b = 1; in b; networking.useDHCP = true; }", "networking.useDHCP to true", dhcp],
    ["{ inherit (x) a; a = with b; c; networking = { useDHCP = true; }; }", "networking.useDHCP to true", dhcp],
    ["(x: assert true; ({ networking.useDHCP = (true); }))", "networking.useDHCP to true", dhcp],
    ["{ boot.isContainer = false; }", "boot.isContainer to false", container],
    ["{ boot.isContainer = lib.mkForce false; }", "boot.isContainer to lib.mkForce false", container],
  ])("clashes in %s", (text, sets, why) => {
    expect(folder.flaws(text)).toEqual([`line 1 of config sets ${sets}, ${why}`]);
  });

  test.each([
    '{ networking.hostName = "db"; }', // beats the tool's own mkDefault
    '{ networking = { hostName = "pg-primary-eu"; }; }',
    'let name = "db"; in { networking.hostName = name; }',
    '{ networking.hostName = ""; }',
    "args@{ lib ? { }, ... }: { networking.hostName = args.x; }",
    '{ networking.hostName = "${x}"; }',
    "{ networking.hostName = lib.mkDefault name; }", // it may be the container's
    '{ networking.hostName = lib.mkDefault "${x}"; }',
    '{ networking.hostName = lib.mkDefault "web"; }', // the container's own name
    '{ networking.hostName = lib.mkOverride 900 "db"; }',
    '{ networking.hostName = lib.mkForce "db"; }',
    '{ networking.hostName = mkOverride 10 "db"; }',
    '{ networking.hostName = lib.mkIf config.x "db"; }',
    "{ networking.useDHCP = false; }",
    "{ networking.useDHCP = lib.mkForce true; }",
    "{ networking.useDHCP = lib.mkDefault true; }",
    "{ networking.interfaces.eth0.useDHCP = true; }",
    "{ boot.isContainer = true; }",
    "{ a = \"networking.hostName = \\\"db\\\";\"; b = '' { networking.useDHCP = true; } ''; }",
    '# networking.hostName = "db";\n{ /* boot.isContainer = false; */ a = 1; }',
    'let x = { networking.hostName = "db"; }; in { a = x.networking.hostName; }',
    '{ containers.db.config = { networking.hostName = "db"; }; }',
    '{ a = { networking.hostName = "db"; }; }',
    '{ ${x}.hostName = "db"; networking.${y} = "db"; }',
    '{ a = 1; } // { networking.hostName = "db"; }',
    'f { networking.hostName = "db"; }',
    "{ networking.hostName = ; }", // nix will say what is wrong
    '{ networking.hostName = "db"', // and here
  ])("does not clash in %s", (text) => {
    expect(folder.flaws(text)).toEqual([]);
  });

  test("clashes in an object, in every form", () => {
    const flaws = [
      { networking: { hostName: nix`lib.mkDefault "db"`, useDHCP: true }, boot: { isContainer: false } },
      { networking: nix`{ useDHCP = true; }` },
    ].flatMap((config) => folder.flaws(config));
    expect(flaws).toEqual([
      `config sets networking.hostName to lib.mkDefault "db", ${hostName}`,
      `config sets networking.useDHCP to true, ${dhcp}`,
      `config sets boot.isContainer to false, ${container}`,
      `config sets networking.useDHCP to true, ${dhcp}`,
    ]);
  });

  test("does not clash in an object that gives it priority", () => {
    expect(folder.flaws({ networking: { hostName: nix`lib.mkForce ${"db"}`, useDHCP: false } })).toEqual([]);
    expect(folder.flaws({ networking: { hostName: "pg-primary-eu" } })).toEqual([]);
    expect(folder.flaws({ networking: { hostName: nix`"d" + "b"` } })).toEqual([]);
  });

  test("clashes in the files that a module imports, but not in those it only reads", () => {
    folder.write({
      "web/default.nix": "{ imports = [ ./a.nix ./b ./c.nix ]; x = (import ./data.nix).networking; }",
      "web/a.nix": "{ imports = [ ./default.nix ]; a = 1;\n networking.useDHCP = true; }",
      "web/b/default.nix": '{\n  imports = [ ../c.nix ];\n  networking.hostName = lib.mkDefault "b"; }',
      "web/c.nix": "{ boot.isContainer = false; }",
      "web/data.nix": '{ networking.hostName = "db"; }',
    });
    expect(folder.flaws("./web")).toEqual([
      `./web/a.nix:2 sets networking.useDHCP to true, ${dhcp}`,
      `./web/b/default.nix:3 sets networking.hostName to lib.mkDefault "b", ${hostName}`,
      `./web/c.nix:1 sets boot.isContainer to false, ${container}`,
    ]);
  });
});
