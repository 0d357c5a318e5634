import type { Line } from "./line";

/**
 * The text of `container.nix`, the module of ours that stands beside the user's `config/` folder and imports its entry.
 * @param stateVersion such as "25.05"; empty when it could not be determined
 * @param lines what the container's options set inside
 */
export function containerModule(entry: string, stateVersion: string, lines: readonly Line[] = []): string {
  return [
    "# Written by cdktf-nixos-containers; the next deploy writes it again.",
    "{ lib, ... }:",
    "{",
    `  imports = [ ./config/${entry} ];`,
    ...(stateVersion === "" ? [] : [`  system.stateVersion = lib.mkDefault "${stateVersion}";`]),
    ...moduleLines(lines).map((line) => `  ${line}`),
    "}\n",
  ].join("\n");
}

/** What the container's options set inside, a line each. */
export function moduleLines(lines: readonly Line[]): string[] {
  return lines.filter(({ place }) => place === "module").map(({ key, value }) => `${key} = ${value};`);
}

/** Stands in {@link containerModuleTemplate} for the state version; no Nix path can hold it, so that no entry does. */
const versionSign = "@state-version@";

/**
 * The text of `container.nix` for a host, which may choose the state version: it puts that in the place of `@state-version@`,
 * or leaves the line out where there is none. What it makes of it is what {@link containerModule} says.
 */
export function containerModuleTemplate(entry: string, lines: readonly Line[]): string {
  return containerModule(entry, versionSign, lines).trimEnd();
}

/** What a `container.nix` says: the entry it imports, the state version and the options it sets; undefined for a text we never wrote. */
export function readContainerModule(
  text: string,
): { readonly entry: string; readonly stateVersion: string; readonly lines: readonly Line[] } | undefined {
  const entry = /^ {2}imports = \[ \.\/config\/(.+) \];$/m.exec(text)?.[1];
  const stateVersion = /^ {2}system\.stateVersion = lib\.mkDefault "([^"]*)";$/m.exec(text)?.[1] ?? "";
  if (entry === undefined) return undefined;
  const set = [...text.matchAll(/^ {2}(networking\.\S+) = (.+);$/gm)];
  const lines = set.map(([, key = "", value = ""]): Line => ({ place: "module", key, value }));
  return text.trimEnd() === containerModule(entry, stateVersion, lines).trimEnd()
    ? { entry, stateVersion, lines }
    : undefined;
}
