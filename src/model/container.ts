import type { AddressUse } from "./address-mark";
import type { ModuleFile } from "./module-file";
import type { Problem, Refuse, Where } from "./error";
import { type ContainerSettings, options, type ParsedSettings } from "./options";
import { checkShape } from "./shape";
import { containerHints, containerShape } from "./container-shape";
import { refuseTokens, tokenFields } from "./token-fields";

export type { ContainerSettings, ParsedSettings };

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
  /** Whose addresses its files hold, by the number of the mark that stands for each until it is chosen. */
  readonly addresses?: ReadonlyMap<string, AddressUse>;
}

/** A container as the code wants it, checked, with every default filled in that does not depend on the host. */
export interface DesiredContainer extends ParsedSettings {
  /** What its conf said when it was adopted and no option can: entries that stay as they are. */
  readonly kept?: ReadonlyMap<string, string>;
  /** Path of its construct. */
  readonly construct: string;
  /** Path of its host's construct. */
  readonly host: string;
  readonly owner: string;
  readonly config: ContainerConfig;
}

/** Checks a container's settings; reports every problem, and returns what could be understood. */
export function parseSettings(id: string, given: ContainerSettings, where: Where, problems: Problem[]): ParsedSettings {
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "input", what, where, remedy });
  const tokens = tokenFields(given);
  refuseTokens(given, tokens, "give a value known at synth: the plan is computed from it", refuse);
  const {
    problems: misshapen,
    sound: settings,
    isFaulty,
  } = checkShape(containerShape, given, where, tokens, containerHints);
  problems.push(...misshapen);
  const isNull = (...path: string[]): boolean =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], given) === null;
  const check = { id, where, problems, refuse, isFaulty, isNull };
  const parsed = Object.assign({}, ...options.map((option) => option.parse(settings, check))) as ParsedSettings;
  for (const option of options) option.check?.(parsed, check);
  return parsed;
}
