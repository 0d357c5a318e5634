import type { Line } from "./line";
import { linesOf } from "./options";
import type { Wanted } from "./options/option";

/** Keys whose values are lists: systemd takes their words on one line, in this order of keys. */
const lists = ["RequiresMountsFor", "Requires", "BindsTo", "PartOf", "Wants", "After"];

/** What the unit of a container is told beside its template: the text of its drop-in, a string a line (docs/host.md). */
export function dropInLines(
  container: Wanted,
  systemControl: "writable" | "read-only" = "writable",
): readonly string[] {
  return renderDropIn(linesOf(container, { systemControl }));
}

/** The text of a drop-in, a string a line; none when there is nothing to tell. */
export function renderDropIn(lines: readonly Line[]): readonly string[] {
  const section = (name: "Unit" | "Service"): string[] => {
    const own = lines.filter(({ place }) => place === name);
    const listed = lists.flatMap((key) => {
      const words = own.filter((line) => line.key === key).map(({ value }) => value);
      return words.length === 0 ? [] : [`${key}=${[...new Set(words)].join(" ")}`];
    });
    const single = own.filter(({ key }) => !lists.includes(key)).map(({ key, value }) => `${key}=${value}`);
    return own.length === 0 ? [] : [`[${name}]`, ...listed, ...single];
  };
  return [...section("Unit"), ...section("Service")];
}

/** Reads the text of a drop-in; undefined when it is not as {@link renderDropIn} writes it. */
export function parseDropIn(text: readonly string[]): readonly Line[] | undefined {
  let place: "Unit" | "Service" | undefined;
  const lines: Line[] = [];
  for (const line of text) {
    const [, section] = /^\[(.*)\]$/.exec(line) ?? [];
    if (section !== undefined) {
      if (section !== "Unit" && section !== "Service") return undefined;
      place = section;
      continue;
    }
    const [, key, value = ""] = /^([A-Za-z0-9]+)=(.*)$/.exec(line) ?? [];
    if (place === undefined || key === undefined) return undefined;
    const values = lists.includes(key) ? value.split(" ") : [value];
    for (const one of values) lines.push({ place, key, value: one });
  }
  const own = renderDropIn(lines);
  return own.length === text.length && own.every((line, index) => line === text[index]) ? lines : undefined;
}
