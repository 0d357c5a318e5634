/**
 * The text of `container.nix`, the module of ours that stands beside the user's `config/` folder and imports its entry.
 * @param stateVersion such as "25.05"; empty when it could not be determined
 */
export function containerModule(entry: string, stateVersion: string): string {
  const version = stateVersion === "" ? "" : `  system.stateVersion = lib.mkDefault "${stateVersion}";\n`;
  return `# Written by cdktf-nixos-containers; the next deploy writes it again.\n{ lib, ... }:\n{\n  imports = [ ./config/${entry} ];\n${version}}\n`;
}

/** Stands in {@link containerModuleTemplate} for the state version; no Nix path can hold it, so that no entry does. */
const versionSign = "@state-version@";

/**
 * The text of `container.nix` for a host, which may choose the state version: it puts that in the place of `@state-version@`,
 * or leaves the line out where there is none. What it makes of it is what {@link containerModule} says.
 */
export function containerModuleTemplate(entry: string): string {
  return containerModule(entry, versionSign).trimEnd();
}

/** What a `container.nix` says: the entry it imports and the state version it sets; undefined for a text we never wrote. */
export function readContainerModule(
  text: string,
): { readonly entry: string; readonly stateVersion: string } | undefined {
  const entry = /^ {2}imports = \[ \.\/config\/(.+) \];$/m.exec(text)?.[1];
  const stateVersion = /^ {2}system\.stateVersion = lib\.mkDefault "([^"]*)";$/m.exec(text)?.[1] ?? "";
  if (entry === undefined) return undefined;
  const lines = containerModule(entry, stateVersion).trimEnd();
  return text.trimEnd() === lines ? { entry, stateVersion } : undefined;
}
