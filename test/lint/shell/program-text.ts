import { scanShell, type ShellEvent } from "./scan";

/** A function of a part, or its code outside of all (`start`). */
export interface ShellFunction {
  readonly name: string;
  /** The file, such as `wanted.sh`; `the call` for what TypeScript writes before a program. */
  readonly part: string;
  readonly head: Head | undefined;
  readonly events: readonly ShellEvent[];
  /** The names in the comment `# sets …` at the end of the line on which an event stands. */
  announced(event: ShellEvent): readonly string[];
}

/** What the lines above a function say: `# Takes: $1 container; restart. Sets: got_owner (empty: nobody's). Fails: there is none.` */
export interface Head {
  readonly args: ReadonlySet<string>;
  readonly takes: ReadonlySet<string>;
  readonly sets: ReadonlySet<string>;
  readonly fails: string | undefined;
  /** Whether it never returns. */
  readonly ends: boolean;
}

export const start = "start";

/** Reads a part of a program: its functions and, last, what it does outside of them. */
export function readPart(part: string, text: string): ShellFunction[] {
  const lines = text.split("\n").map((line) => namesIn(/ # sets ([a-z0-9_, ]+)$/.exec(line)?.[1] ?? ""));
  const announced = (event: ShellEvent): readonly string[] =>
    lines[text.slice(0, event.at).split("\n").length - 1] ?? [];
  const events = scanShell(text);
  const inside = new Set<ShellEvent>();
  const functions = [...text.matchAll(/^([A-Za-z_]\w*)\(\) \{(.*)$/gm)].map((match) => {
    const [line, name = "", rest = ""] = match;
    const end = rest.endsWith("}") ? match.index + line.length : text.indexOf("\n}\n", match.index) + 2;
    // The name itself looks like a command.
    const own = events.filter(({ at }) => at >= match.index && at < end);
    for (const event of own) inside.add(event);
    return {
      name,
      part,
      head: headAbove(text.slice(0, match.index)),
      events: own.filter(({ at }) => at > match.index),
      announced,
    };
  });
  const outside = events.filter((event) => !inside.has(event));
  return [...functions, { name: start, part, head: undefined, events: outside, announced }];
}

function headAbove(text: string): Head | undefined {
  const comments: string[] = [];
  for (const line of text.split("\n").slice(0, -1).reverse()) {
    if (!line.startsWith("#")) break;
    if (!line.startsWith("# shellcheck")) comments.unshift(line.slice(2));
  }
  const first = comments.findIndex((line) => line.startsWith("Takes: "));
  if (first < 0) return undefined;
  const said = new Map<string, string>();
  const parts = comments
    .slice(first)
    .join(" ")
    .split(/(?:^|(?<=\.) )(Takes|Sets|Prints|Fails|Ends): /);
  for (let index = 1; index < parts.length; index += 2)
    said.set(parts[index] ?? "", (parts[index + 1] ?? "").replace(/\.$/, ""));
  const takes = said.get("Takes") ?? "";
  const [args = "", state = ""] = takes.includes("$") ? takes.split(/; (.*)/) : ["", takes];
  return {
    args: new Set([...args.matchAll(/\$([0-9@])/g)].map(([, name = ""]) => name)),
    takes: new Set(namesIn(state).filter((name) => name !== "nothing" && name !== "stdin")),
    sets: new Set(namesIn(said.get("Sets") ?? "")),
    fails: said.get("Fails"),
    ends: said.has("Ends"),
  };
}

/** `a, b (what it is), c` as names. */
function namesIn(list: string): string[] {
  return list
    .replace(/\([^)]*\)/g, "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** A line of STATE.md: `| variable | set by | what it holds |`, below a heading that names the programs. */
export interface StateVariable {
  readonly name: string;
  readonly programs: readonly string[];
  /** Set before the work proper begins, and the same from there on: no head names it. */
  readonly once: boolean;
  readonly setBy: ReadonlySet<string>;
}

export function readState(text: string): StateVariable[] {
  let programs: string[] = [];
  return text.split("\n").flatMap((line) => {
    const heading = /^## (.*)$/.exec(line)?.[1];
    if (heading !== undefined) programs = namesIn(heading);
    const [, names = "", by = "", what = ""] = /^\| (`[^|]+?) *\| ([^|]+?) *\| (.+?) *\|$/.exec(line) ?? [];
    if (what === "") return [];
    const setBy = new Set(namesIn(by.replace(/^once, /, "")));
    return namesIn(names.replaceAll("`", "")).map((name) => ({ name, programs, once: by.startsWith("once, "), setBy }));
  });
}
