import type { ModuleFile } from "./module-file";
import type { Problem, Refuse, Where } from "./error";
import { nameProblems } from "./name";
import { type BindMounts, type ParsedMount, parseMounts } from "./mount";
import { checkShape, containerShape } from "./shape";
import { containerHints } from "./suggestion";
import { tokenFields, tokenName } from "./token-fields";
import { type Network, type NetworkProps, parseNetwork } from "./network";

/** What becomes of a container that the code no longer declares. */
export type RemovalPolicy = "archive" | "retain" | "destroy";

/** How long the steps of a change may take, in seconds. */
export interface Timeouts {
  /**
   * Seconds a container may take to start or reload (systemd's TimeoutStartSec of its unit), 1 to 86400.
   * @default the unit's own: 60
   */
  readonly start?: number;
  /**
   * Seconds a build may take, 1 to 86400.
   * @default 3600
   */
  readonly build?: number;
}

/** The props of a container that are data: all but its host and its configuration. */
export interface ContainerSettings {
  /**
   * The container's name on its host: at most 11 letters, digits and hyphens.
   * @default the construct's id
   */
  readonly name?: string;
  /**
   * `system.stateVersion` of the container, such as "25.05".
   * @default the release of the host's nixpkgs when it is created (when adopted: of the system it runs); never moved afterwards
   */
  readonly stateVersion?: string;
  /**
   * Whether a moved nixpkgs of the host is a planned update by itself.
   * @default false: it takes effect with the next change that rebuilds the container
   */
  readonly followNixpkgs?: boolean;
  /**
   * The container's network.
   * @default the host's network is shared
   */
  readonly network?: NetworkProps;
  /**
   * Paths of the host that appear in the container (`containers.<name>.bindMounts`).
   * @default none
   */
  readonly bindMounts?: BindMounts;
  /**
   * Whether the container starts when its host boots (`containers.<name>.autoStart`).
   * @default false
   */
  readonly autoStart?: boolean;
  /**
   * Whether the container shall run.
   * @default true
   */
  readonly running?: boolean;
  /**
   * What becomes of it when the code no longer declares it: `archive` moves root directory, conf and module files aside,
   * `retain` leaves it as it is and forgets it, `destroy` deletes it with its data.
   * @default "archive"
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether removing it is refused.
   * @default false
   */
  readonly protect?: boolean;
  /**
   * Whether an existing container of this name that nobody manages is taken over.
   * @default false: it is a conflict
   */
  readonly adopt?: boolean;
  /**
   * How long the steps of a change may take, in seconds.
   * @default 60 to start, 3600 to build
   */
  readonly timeouts?: Timeouts;
}

/** A container's NixOS modules: every file, sorted by path, the one to import, and the digest over all. */
export interface ContainerConfig {
  readonly entry: string;
  readonly files: readonly ModuleFile[];
  /** Whether the entry stands in the code itself, and is no file of the user's. */
  readonly inline?: boolean;
  /** Tree digest of the files (docs/host.md). */
  readonly digest: string;
  /** What a reader of the plan should know of them. */
  readonly notes?: readonly string[];
}

/** A container as the code wants it, checked, with every default filled in that does not depend on the host. */
export interface DesiredContainer {
  /** Path of its construct. */
  readonly construct: string;
  /** Path of its host's construct. */
  readonly host: string;
  readonly owner: string;
  readonly name: string;
  readonly config: ContainerConfig;
  readonly stateVersion?: string;
  readonly followNixpkgs: boolean;
  readonly network: Network;
  readonly bindMounts: readonly ParsedMount[];
  readonly autoStart: boolean;
  readonly running: boolean;
  readonly removalPolicy: RemovalPolicy;
  readonly protect: boolean;
  readonly adopt: boolean;
  readonly startTimeout?: number;
  readonly buildTimeout: number;
}

/** The part of a container that {@link parseSettings} can tell from its settings alone. */
export type ParsedSettings = Omit<DesiredContainer, "construct" | "host" | "owner" | "config">;

/** Checks a container's settings; reports every problem, and returns what could be understood. */
export function parseSettings(id: string, given: ContainerSettings, where: Where, problems: Problem[]): ParsedSettings {
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "input", what, where, remedy });
  const tokens = tokenFields(given);
  for (const field of tokens) {
    refuse(
      `${tokenName(field)} is a value that Terraform only knows after apply`,
      "give a value known at synth: the plan is computed from it",
    );
  }
  const {
    problems: misshapen,
    sound: settings,
    isFaulty,
  } = checkShape(containerShape, given, where, tokens, containerHints);
  problems.push(...misshapen);
  const name = settings.name ?? id;
  if (!isFaulty("name")) problems.push(...nameProblems(name, where));
  if (settings.stateVersion !== undefined && !/^\d\d\.\d\d$/.test(settings.stateVersion)) {
    refuse(`stateVersion ${JSON.stringify(settings.stateVersion)} is not a NixOS release`, 'write it like "25.05"');
  }
  const removalPolicy = settings.removalPolicy ?? "archive";
  if (!["archive", "retain", "destroy"].includes(removalPolicy)) {
    refuse(`removalPolicy ${JSON.stringify(removalPolicy)} is not known`, 'use "archive", "retain" or "destroy"');
  }
  for (const field of ["start", "build"] as const) {
    const seconds = settings.timeouts?.[field];
    if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 1 && seconds <= 86400)) {
      refuse(`timeouts.${field} ${String(seconds)} is out of range`, "give whole seconds from 1 to 86400");
    }
  }
  return {
    name,
    ...(settings.stateVersion !== undefined && { stateVersion: settings.stateVersion }),
    followNixpkgs: settings.followNixpkgs ?? false,
    network: parseNetwork(settings.network ?? {}, where, problems, !isFaulty("network")),
    bindMounts: parseMounts(settings.bindMounts ?? [], where, problems),
    autoStart: settings.autoStart ?? false,
    running: settings.running ?? true,
    removalPolicy,
    protect: settings.protect ?? false,
    adopt: settings.adopt ?? false,
    ...(settings.timeouts?.start !== undefined && { startTimeout: settings.timeouts.start }),
    buildTimeout: settings.timeouts?.build ?? 3600,
  };
}
