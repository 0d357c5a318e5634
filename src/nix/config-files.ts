import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { markAddresses } from "../model/address-mark";
import type { Problem, Where } from "../model/error";
import type { ModuleFile } from "../model/module-file";
import { isBareBody } from "./bindings";
import { unfoldNames } from "./dotted-names";
import { isNixExpression, type NixExpression } from "./expression";
import { configProblem, type Fault } from "./fault";
import { lex } from "./lexer";
import { repositoryOf } from "./litter";
import { ModuleTree } from "./module-tree";
import { renderValue } from "./render";
import { argumentNotes } from "./module-head";
import { importedModules, type ModuleSource, reservedFaults } from "./reserved";
import { CONFIG_OBJECT, CONFIG_TEXT, fileOrigin, textFaults } from "./source-text";
import { findTerraformToken, terraformTokenFault } from "./terraform-token";
import { holds, labelOf } from "./tree-path";

/**
 * A container's configuration: the text of a NixOS module; the path of a module, or of a folder with a default.nix
 * (one line that begins with `./`, `../` or `/`); a whole module as a nix`…` expression; or a plain object of options.
 */
export type ConfigSource = string | NixExpression | Readonly<Record<string, unknown>>;

export type { ModuleFile } from "../model/module-file";

/** The files of a config, sorted by path, and the one to import. */
export interface ModuleFiles {
  readonly entry: string;
  readonly files: readonly ModuleFile[];
  /** What a reader of the plan should know of them. */
  readonly notes?: readonly string[];
}

export interface ConfigOptions {
  /** The container's name. */
  readonly name: string;
  readonly where: Where;
  /** Every problem found is added here; with one, the files returned may be incomplete. */
  readonly problems: Problem[];
  /**
   * The folder that paths are relative to.
   * @default process.cwd()
   */
  readonly directory?: string;
}

/** Turns a config into the files that go to the host; text is kept exactly as it was written, line ends included. */
export function configFiles(config: ConfigSource, options: ConfigOptions): ModuleFiles {
  const directory = realpathSync.native(options.directory ?? process.cwd());
  const faults: Fault[] = [];
  if (isPath(config) && holdsToken(config)) {
    options.problems.push(configProblem(terraformTokenFault("config"), options.where));
    return { entry: "default.nix", files: [] };
  }
  const draft = isPath(config) ? fromPath(config.trim(), directory, faults) : fromCode(config, directory, faults);
  const entry = draft.files.get(draft.entry);
  const notes = draft.sound ? [...draft.notes, ...argumentNotes(importedModules(draft.files, draft.entry))] : [];
  if (entry !== undefined && draft.sound) {
    faults.push(...moduleFaults(entry), ...reservedFaults(draft.files, draft.entry, options.name));
  }
  options.problems.push(...faults.map((fault) => configProblem(fault, options.where)));
  const files = [...draft.files].map(([path, { text, bytes, unnamed }]) => ({
    path,
    text,
    ...(bytes !== undefined && { bytes }),
    ...(unnamed && { unnamed }),
  }));
  return {
    entry: draft.entry,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    ...(notes.length > 0 && { notes }),
  };
}

interface Draft {
  readonly entry: string;
  readonly files: ReadonlyMap<string, ModuleSource>;
  /** False when the text has gaps, or is not to be quoted. */
  readonly sound: boolean;
  readonly notes: readonly string[];
}

/** Whether a config names a file or folder; a comment can begin with a slash, too. */
export function isPath(config: ConfigSource): config is string {
  return typeof config === "string" && /^\s*(?:\.{1,2}\/|\/(?!\*))[^\n]*\s*$/.test(config);
}

function fromPath(path: string, directory: string, faults: Fault[]): Draft {
  const full = resolve(directory, path);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats === undefined) {
    const remedy = `correct the path: it starts at ${directory}`;
    faults.push({ what: `config ${path} does not exist`, remedy: isAbsolute(path) ? "correct the path" : remedy });
    return { entry: "default.nix", files: new Map(), sound: false, notes: [] };
  }
  const real = realpathSync(full);
  const isFolder = stats.isDirectory();
  const home = isFolder ? real : dirname(real);
  if (isFolder && !existsSync(join(real, "default.nix"))) {
    const remedy = holds(home, directory)
      ? "give the path of one file, or of a folder of modules with a default.nix: this one holds more than modules"
      : "add a default.nix that imports its modules, or give the path of one file";
    faults.push({ what: `config ${path} is a folder without a default.nix`, remedy });
    return { entry: "default.nix", files: new Map(), sound: false, notes: [] };
  }
  const { tree, root } = lowestTree(home, directory, (tree, root) => {
    tree.addConfig(relative(root, real) || ".", isFolder);
    const entry = relative(root, real);
    const text = tree.files.get(entry);
    if (typeof text === "string" && !entry.endsWith(".nix")) tree.follow(entry, text, fileOrigin(tree.nameOf(entry)));
  });
  const entry = relative(root, isFolder ? join(real, "default.nix") : real);
  if (Buffer.isBuffer(tree.files.get(entry))) {
    faults.push({ what: `${tree.nameOf(entry)} is not text`, remedy: "give a NixOS module: UTF-8 text" });
  }
  faults.push(...tree.finish());
  return { entry, files: sources(tree), sound: !tree.isOversized, notes: tree.notes() };
}

/** The tree of the lowest folder, at or above this one, that holds all that is referred to. */
function lowestTree(
  folder: string,
  directory: string,
  fill: (tree: ModuleTree, root: string) => void,
): { readonly tree: ModuleTree; readonly root: string } {
  const project = repositoryOf(directory) ?? directory;
  const boundary = holds(project, folder) ? project : (repositoryOf(folder) ?? folder);
  for (let root = folder; ;) {
    const tree = new ModuleTree(root, labelOf(root, directory), directory, boundary);
    fill(tree, root);
    if (tree.rootAbove === undefined || tree.isOversized) return { tree, root };
    root = tree.rootAbove;
  }
}

function fromCode(config: unknown, directory: string, faults: Fault[]): Draft {
  if (typeof config === "string" && /^\s*[\w.~+/:#?=&-]+\s*$/.test(config)) {
    const remedy = "give the text of a module, or a path that begins with ./, ../ or /";
    faults.push({ what: `config ${JSON.stringify(config.trim())} is neither a module nor a path`, remedy });
    return { entry: "configuration.nix", files: new Map(), sound: false, notes: [] };
  }
  const rendered = moduleText(config);
  const { text } = rendered;
  const origin = typeof config === "string" || isNixExpression(config) ? CONFIG_TEXT : CONFIG_OBJECT;
  const { tree, root } = lowestTree(directory, directory, (tree, root) => {
    tree.follow(join(relative(root, directory), "configuration.nix"), text, origin);
  });
  faults.push(...rendered.faults, ...textFaults(text, origin, true), ...tree.finish());
  // Its relative paths start at the directory, where a file of this very name may be one of them.
  const beside = (name: string): string => join(relative(root, directory), name);
  const entry = beside(
    tree.files.has(beside("configuration.nix")) ? "container-configuration.nix" : "configuration.nix",
  );
  return {
    entry,
    files: sources(tree).set(entry, { text, origin }),
    sound: rendered.faults.length === 0 && !holdsToken(text) && !tree.isOversized,
    notes: [...(rendered.notes ?? []), ...tree.notes()],
  };
}

/** Then no message may quote the text: CDKTF would resolve the token there. */
function holdsToken(text: string): boolean {
  return findTerraformToken(text) !== undefined;
}

interface ModuleText {
  readonly text: string;
  readonly faults: readonly Fault[];
  readonly notes?: readonly string[];
}

function moduleText(config: unknown): ModuleText {
  if (typeof config === "string") return { text: markAddresses(config), faults: [] };
  if (isNixExpression(config)) {
    // An empty or bare expression has a better message coming.
    const written = markAddresses(config.text);
    const { tokens } = lex(written);
    if (tokens.length === 0 || isBareBody(tokens)) return { text: written, faults: config.faults ?? [] };
    const { text, faults } = renderValue(config, "config");
    return { text: `${text}\n`, faults };
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    const kind = Array.isArray(config) ? "an array" : config === null ? "null" : `of type ${typeof config}`;
    const remedy = "give the text or path of a NixOS module, a nix`…` expression, or a plain object";
    return { text: "{ }\n", faults: [{ what: `config is ${config === undefined ? "missing" : kind}`, remedy }] };
  }
  const { value, faults: misnamed, notes } = unfoldNames(config);
  const { text, faults } = renderValue(value, "config");
  const empty =
    text === "{ }" && misnamed.length === 0
      ? [{ what: "config is an empty object", remedy: "give it at least one option" }]
      : [];
  // A function, so that its expressions can use config, lib and pkgs.
  return { text: `{ config, lib, pkgs, ... }:\n${text}\n`, faults: [...misnamed, ...faults, ...empty], notes };
}

/** The entry must be a module: not empty, and not what is often mistaken for one. */
function moduleFaults({ text, origin }: ModuleSource): readonly Fault[] {
  const { tokens } = lex(text);
  if (tokens.length === 0) {
    const remedy = "write a NixOS module, such as { services.nginx.enable = true; }";
    return [{ what: `${origin.name} is empty`, remedy }];
  }
  if (isBareBody(tokens)) {
    const start = text.slice(tokens[0].start).split("\n")[0].trim();
    const remedy = "put it in braces: { … }, or { config, lib, pkgs, ... }: { … }";
    return [{ what: `${origin.name} is no module, but what stands inside one: ${start}`, remedy }];
  }
  return [];
}

function sources(tree: ModuleTree): Map<string, ModuleSource> {
  const source = (path: string, content: string | Buffer): ModuleSource => {
    const more = { ...(tree.isUnnamed(path) && { unnamed: true as const }), origin: fileOrigin(tree.nameOf(path)) };
    return typeof content === "string"
      ? { text: content, ...more }
      : { text: "", bytes: content.toString("base64"), ...more };
  };
  return new Map([...tree.files].map(([path, content]) => [path, source(path, content)]));
}
