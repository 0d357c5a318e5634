import { options } from "../model/options";
import type { Resource } from "../model/options/option";

export type { Resource };

/** What a container with this conf takes while it is up. */
export function resourcesOf(conf: ReadonlyMap<string, string>): Resource[] {
  return options.flatMap((option) => option.holds?.(conf) ?? []);
}

/** The keys of what may not be held by another container while this is taken; two containers may share their host address. */
export function rivals({ kind, value }: Resource): string[] {
  switch (kind) {
    case "local":
      return [`local ${value}`, `host ${value}`];
    case "host":
      return [`local ${value}`];
    // An interface that goes into a container takes the macvlans on it away from others, which may share it.
    case "interface":
      return [`interface ${value}`, `parent ${value}`];
    case "parent":
      return [`interface ${value}`];
    default:
      return [`${kind} ${value}`];
  }
}

/** The key a resource is held under. */
export function keyOf({ kind, value }: Resource): string {
  return `${kind} ${value}`;
}
