import { literalStateVersion } from "../../src/nix";

describe("F10: the system.stateVersion that a module plainly sets", () => {
  test.each([
    ['{ system.stateVersion = "23.11"; }', "23.11"],
    ['{ lib, ... }: { system = { stateVersion = "23.11"; }; }', "23.11"],
    ['{ config.system.stateVersion = ("23.11"); imports = [ ]; }', "23.11"],
    ['let v = 1; in { "system".stateVersion = "23.11"; }', "23.11"],
    ['{ lib, ... }: { system.stateVersion = lib.mkDefault "23.11"; }', undefined],
    ['{ system.stateVersion = "23.${x}"; }', undefined],
    ['{ services.a.system.stateVersion = "23.11"; }', undefined],
    ['{ # system.stateVersion = "23.11";\n }', undefined],
    ["{ }", undefined],
    ["", undefined],
  ])("%s", (text, version) => expect(literalStateVersion(text)).toBe(version));
});
