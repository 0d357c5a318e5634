import type { Durations } from "./options";
import type { Tree } from "./tree";

/** What the host is told to do wrong. */
export interface Faults {
  /** The reason every build fails with; empty when builds succeed. */
  readonly build: string;
  /** Whether the disk is full. */
  readonly diskFull: boolean;
}

/** What the doubles read at every call. */
export interface Settings {
  readonly confDirectory: string;
  readonly stateDirectory: string;
  readonly nixPath: string;
  /** Store path of the nixpkgs that the registry and the garbage collector know. */
  readonly nixpkgs: string;
  readonly sudo: "passwordless" | "password" | "none";
  readonly durations: Durations;
  readonly faults: Faults;
}

/** Writes the settings where the doubles source them, so that a change takes effect with the next call. */
export function writeSettings(tree: Tree, settings: Settings): void {
  const { durations, faults } = settings;
  const values: Record<string, string | number> = {
    CONF_DIR: settings.confDirectory,
    STATE_DIR: settings.stateDirectory,
    SYSTEM_NIX_PATH: settings.nixPath,
    SYSTEM_NIXPKGS: settings.nixpkgs,
    SUDO: settings.sudo === "passwordless" ? "yes" : settings.sudo,
    BUILD_SECONDS: durations.build,
    START_SECONDS: durations.start,
    STOP_SECONDS: durations.stop,
    RELOAD_SECONDS: durations.reload,
    RETRY_SECONDS: durations.retry,
    FAULT_BUILD: faults.build,
    FAULT_DISK: faults.diskFull ? "yes" : "",
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}='${String(value).replaceAll("'", `'\\''`)}'\n`);
  tree.write("/etc/embedded-host", lines.join(""));
}
