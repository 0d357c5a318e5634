import { fc } from "../support/properties";
import { containerModule, readContainerModule } from "../../src/model/module";

describe("container.nix", () => {
  test("imports the configuration and sets the state version, unless that is unknown", () => {
    expect(containerModule("configuration.nix", "25.05")).toBe(
      [
        "# Written by cdktf-nixos-containers; the next deploy writes it again.",
        "{ lib, ... }:",
        "{",
        "  imports = [ ./config/configuration.nix ];",
        '  system.stateVersion = lib.mkDefault "25.05";',
        "}",
        "",
      ].join("\n"),
    );
    expect(containerModule("a.nix", "")).not.toContain("stateVersion");
  });

  test("reads back as what it was written from", () => {
    const entry = fc.stringMatching(/^[a-z][a-z0-9_/.-]{0,20}\.nix$/);
    fc.assert(
      fc.property(entry, fc.constantFrom("", "25.05", "23.11"), (name, stateVersion) => {
        expect(readContainerModule(containerModule(name, stateVersion))).toEqual({
          entry: name,
          stateVersion,
          lines: [],
        });
      }),
    );
  });

  test("says nothing once it was edited", () => {
    const text = containerModule("a.nix", "25.05");
    expect(readContainerModule(text.trimEnd())).toBeDefined();
    expect(readContainerModule(text.replace("mkDefault", "mkForce"))).toBeUndefined();
    expect(readContainerModule(`${text}# more\n`)).toBeUndefined();
    expect(readContainerModule("")).toBeUndefined();
  });
});
