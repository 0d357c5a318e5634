import type { Line } from "../line";
import { options } from "./index";
import type { Property } from "./option";

/** Every property of every option, in the order of the options. */
export const properties: readonly Property[] = options.flatMap((option) => option.properties ?? []);

/** Whether a line, one of all those of its container, is of a property. */
export function isOwned(line: Line, all: readonly Line[] = [line]): boolean {
  return properties.some((property) => property.owns(line, all));
}

/** Each property's lines; the first that owns a line has it. */
export function byProperty(lines: readonly Line[], all = lines): ReadonlyMap<Property, readonly Line[]> {
  const owned = new Map<Property, Line[]>();
  for (const line of lines) {
    const owner = properties.find((property) => property.owns(line, all));
    if (!owner) continue;
    const others = owned.get(owner);
    if (others) others.push(line);
    else owned.set(owner, [line]);
  }
  return owned;
}
