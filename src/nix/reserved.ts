import { type Binding, moduleBindings } from "./bindings";
import type { Fault } from "./fault";
import { listedPaths } from "./import-list";
import { lex, type Token } from "./lexer";
import { besideFile } from "./path-literals";
import type { Origin } from "./source-text";
import { isSymbol } from "./structure";

/** An option that `nixos-container` sets itself, so that a module cannot set it to just anything. */
interface Reserved {
  readonly option: string;
  /** Whether this value cannot stand. */
  readonly clashes: (value: readonly Token[], container: string) => boolean;
  readonly why: string;
  readonly remedy: string;
}

const RESERVED: readonly Reserved[] = [
  {
    option: "networking.hostName",
    clashes: (value, container) =>
      /^(?:[a-z]+ \. )*(?:mkDefault|mkOverride 1000) STRING$/.test(shape(value)) &&
      !isString(value.slice(-1), container),
    why: "nixos-container gives the container's name the same priority",
    remedy: "write it without mkDefault, or remove it",
  },
  {
    option: "networking.useDHCP",
    clashes: (value) => /^true$/.test(code(value)),
    why: "nixos-container sets it to false",
    remedy: "remove it, or use lib.mkForce",
  },
  {
    option: "boot.isContainer",
    clashes: (value) => /^(?:(?:lib \. )?mkForce )?false$/.test(code(value)), // by force it is no container
    why: "nixos-container sets it to true",
    remedy: "remove it",
  },
];

/** A file to look through: its text, and where it comes from. */
export interface ModuleSource {
  readonly text: string;
  /** In base64 the bytes of a file that is no text. */
  readonly bytes?: string;
  /** Set where no path names it. */
  readonly unnamed?: true;
  readonly origin: Origin;
}

/** The values that clash with what `nixos-container` sets, in a module and those it plainly imports. */
export function reservedFaults(
  files: ReadonlyMap<string, ModuleSource>,
  entry: string,
  container: string,
): readonly Fault[] {
  return importedModules(files, entry).flatMap((file) =>
    moduleBindings(lex(file.text).tokens).flatMap((binding) => {
      const reserved = RESERVED.find((candidate) => candidate.option === optionName(binding));
      if (binding.value.length === 0 || !reserved?.clashes(binding.value, container)) return [];
      const value = file.text.slice(binding.value[0].start, binding.value.at(-1)?.end);
      const place = file.origin.at(binding.line);
      return { what: `${place} sets ${reserved.option} to ${value}, but ${reserved.why}`, remedy: reserved.remedy };
    }),
  );
}

/** A module and those it plainly imports, each once. */
export function importedModules(files: ReadonlyMap<string, ModuleSource>, entry: string): readonly ModuleSource[] {
  const queue = [entry];
  const modules: ModuleSource[] = [];
  for (const path of queue) {
    const file = files.get(path);
    if (file === undefined) continue;
    modules.push(file);
    for (const binding of moduleBindings(lex(file.text).tokens)) {
      if (optionName(binding) !== "imports") continue;
      for (const imported of importedFiles(path, binding, files)) if (!queue.includes(imported)) queue.push(imported);
    }
  }
  return modules;
}

/** The option's name; a module may keep its options below `config`. */
function optionName({ path }: Binding): string {
  return (path[0] === "config" ? path.slice(1) : path).join(".");
}

function importedFiles(path: string, { value }: Binding, files: ReadonlyMap<string, ModuleSource>): readonly string[] {
  if (!isSymbol(value[0], "[")) return [];
  return listedPaths(value)
    .filter((token) => !token.interpolated)
    .map((token) => besideFile(path, token.text))
    .map((target) => (files.has(target) ? target : besideFile("x", `${target}/default.nix`)));
}

/** A value's code with its spacing evened out. */
function code(value: readonly Token[]): string {
  return value.map(({ text }) => text).join(" ");
}

/** Like {@link code}, with a word for each string that is plainly there. */
function shape(value: readonly Token[]): string {
  return value.map(({ kind, text, interpolated }) => (kind === "string" && !interpolated ? "STRING" : text)).join(" ");
}

function isString(value: readonly Token[], text: string): boolean {
  return value.length === 1 && value[0].kind === "string" && value[0].text === text;
}
