import { NixosError } from "../model/error";
import type { Intent, Journal } from "../model/observed";

/** Who owns a container as the lines of its journal say, be they all that is left of it. */
export function journalOwner(lines: readonly string[]): string | undefined {
  return keyValues(lines).get("owner") || undefined;
}

/**
 * Reads the lines of a journal; undefined when there is none, or none that tells whose it is and what was built:
 * a damaged journal is as good as a wiped one, and the next plan mends it.
 */
export function parseJournal(container: string, lines: readonly string[]): Journal | undefined {
  const entries = keyValues(lines);
  const of = (key: string): string => entries.get(key) ?? "";
  const version = entries.get("version");
  if (version !== undefined && version !== "1") {
    throw new NixosError([
      {
        code: "host",
        what: `the journal of container ${container} has version ${JSON.stringify(version)}, and this release reads version 1`,
        where: { container },
        remedy: "upgrade cdktf-nixos-containers to the release that wrote it, or a later one",
      },
    ]);
  }
  if (["owner", "config", "module", "system"].some((key) => of(key) === "")) return undefined;
  return {
    owner: of("owner"),
    token: fromBase64(of("token")),
    config: of("config"),
    module: of("module"),
    nixos: of("nixos"),
    system: of("system"),
    stateVersion: of("state-version"),
    nixpkgs: of("nixpkgs"),
    nixpkgsRelease: of("nixpkgs-release"),
    removal: of("removal"),
    protect: of("protect") === "yes",
    machine: of("machine"),
    ...(of("network") !== "" && { network: of("network") }),
  };
}

/** Reads the lines of an intent; undefined when there is none, or none that tells its owner. */
export function parseIntent(lines: readonly string[]): Intent | undefined {
  const entries = keyValues(lines);
  const owner = entries.get("owner") ?? "";
  if (owner === "") return undefined;
  const from = entries.get("from") ?? "";
  return {
    owner,
    action: entries.get("action") ?? "",
    ...(from !== "" && { from }),
    ...(entries.get("deleting") === "yes" && { deleting: true }),
  };
}

/** Text from base64; anything else reads as empty, which equals no token. */
export function fromBase64(value: string): string {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(value) ? Buffer.from(value, "base64").toString("utf8") : "";
}

function keyValues(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((ended): [string, string][] => {
      const line = ended.replace(/\r$/, ""); // an editor's line end
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}
