import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Fault } from "./fault";
import { isProgram, textOf } from "./file-content";
import { ignoredBelow, isIgnored } from "./git-ignored";
import { lex } from "./lexer";
import { isBuildResult, isLitter, isPrivateKey, isSecret } from "./litter";
import { asksForExistence, besideFile, leavesFolder, type PathLiteral, pathLiterals, upwards } from "./path-literals";
import {
  fileOrigin,
  folderSizeFault,
  markFaults,
  type Origin,
  sizeFaults,
  textFaults,
  TREE_LIMIT,
  treeSizeFault,
} from "./source-text";
import { below, folders, holds, isThere, labelOf, printable, realPath } from "./tree-path";

/** A segment of a path that needs quoting nowhere on its way to the host; a leading hyphen would look like an option. */
const SEGMENT = /^[A-Za-z0-9._+][A-Za-z0-9._+-]*$/;

/** How many faults of one tree, and how many files that were left out, are told; the others are counted. */
const TOLD = 5;

/**
 * Why a file comes along: a path of a module names it; a path names a folder that holds it, all of which may be read; or it lies in
 * the folder given as config, where what no path names need not travel, and most likely nobody reads it.
 */
type Reason = "named" | "inside" | "beside";

/** What is wrong with a file, if that is one that counts. */
interface Claim {
  readonly path: string;
  readonly fault: Fault;
  /** Set where it counts in a folder that is referred to as well, named or not: nothing else would tell of it in time. */
  readonly inside?: true;
}

/** Collects the files of a module from below one folder, and those that their relative paths lead to. */
export class ModuleTree {
  /** What the files hold, by path: text, or the bytes of what is no text. */
  readonly files = new Map<string, string | Buffer>();
  private readonly faults: Fault[] = [];
  private readonly missing: Claim[] = [];
  private readonly seen = new Map<string, Reason>();
  private readonly leftOut = new Map<string, string>();
  private readonly programs: string[] = [];
  /** Faults of files that count where such a file is imported, and not where it only lies in a folder that is referred to. */
  private readonly claims: Claim[] = [];
  /** What files refer to that no path names: it does not come along for their sake, and is told unless it does for another's. */
  private readonly strays: (Claim & { readonly target: string })[] = [];
  /** Where all of the folder with the app itself is referred to, most of which is no part of a configuration. */
  private whole?: string;
  private readonly ignored = new Set<string>();
  /** The folders of which git could not tell what it ignores, and why. */
  private readonly unknown = new Map<string, string>();
  /** What the paths of the files read so far lead to, until it is added. */
  private readonly queue: { readonly target: string; readonly reason: Reason; readonly reference: string }[] = [];
  /** The real folders that are being added, outermost first. */
  private readonly holders = new Set<string>();
  /** Computed paths into folders that hold more than modules: a fault only where such a folder does not come along anyway. */
  private readonly computed: { readonly target: string; readonly fault: Fault }[] = [];
  private asksForExistence = false;
  private highest = "";
  private bytes = 0;
  /** Why there is too much, once there is. */
  private tooMuch?: Fault;

  /**
   * @param root The real path of the folder.
   * @param label What messages call it, such as `./web`.
   * @param directory The folder that the app runs in, with its code and packages.
   * @param boundary The folder of the project, which no path may leave.
   */
  constructor(
    private readonly root: string,
    private readonly label: string,
    private readonly directory: string,
    private readonly boundary: string,
  ) {}

  /** Whether it is too large, and was not read to its end. */
  get isOversized(): boolean {
    return this.tooMuch !== undefined;
  }

  /** The folder above that holds all that is referred to, when this one does not. */
  get rootAbove(): string | undefined {
    return this.highest === "" ? undefined : join(this.root, this.highest);
  }

  /** What messages call a file or folder of the tree. */
  nameOf(path: string): string {
    return path === "." ? this.label : `${this.label.replace(/\/$/, "")}/${path}`;
  }

  /** Whether a file travels only because it lies in a folder that does: whether it is a module cannot be told. */
  isUnnamed(path: string): boolean {
    const reason = this.seen.get(path);
    return this.files.has(path) && (reason === "inside" || reason === "beside");
  }

  /** Adds the file or folder that is given as config, and all that it refers to. */
  addConfig(path: string, isFolder: boolean): void {
    if (!isFolder) this.add(path, "named");
    else {
      this.add(path, "beside");
      this.add(below(path, "default.nix"), "named");
    }
    this.drain();
  }

  /** Adds what a Nix text refers to, which stands, or will stand, at a path of the tree. */
  follow(path: string, text: string, origin: Origin): void {
    this.look(path, text, origin);
    this.drain();
  }

  private add(path: string, reason: Reason): void {
    const before = this.seen.get(path);
    if (this.isOversized || before === reason || before === "named" || (before === "inside" && reason === "beside"))
      return;
    this.seen.set(path, reason);
    if (before !== undefined && this.files.has(path)) {
      if (before === "beside") this.lookInto(path);
      return;
    }
    this.leftOut.delete(path);
    const stats = this.attempt(path, () => this.inspect(path, reason));
    if (stats?.isDirectory()) this.addFolder(path, reason === "named" ? "inside" : reason);
    else if (stats?.isFile()) this.addFile(path, stats, reason);
    else if (stats) this.without(path, reason, "neither a file nor a folder", "remove it from the folder");
  }

  /** Adds what was found meanwhile; a folder that makes the tree too large is told with the path that names it. */
  private drain(): void {
    for (let next = this.queue.shift(); next !== undefined && !this.isOversized; next = this.queue.shift()) {
      const { target, reason, reference } = next;
      const full = join(this.root, target);
      const real = realPath(full); // undefined also of a link to itself, which add will tell
      const isFolder = real !== undefined && statSync(real).isDirectory();
      if (isFolder && holds(full, this.directory)) this.whole ??= reference;
      this.add(target, reason);
      if (this.isOversized && isFolder) this.tooMuch = folderSizeFault(reference);
    }
  }

  private lookInto(path: string): void {
    const text = this.files.get(path);
    if (typeof text === "string" && path.endsWith(".nix")) this.look(path, text, fileOrigin(this.nameOf(path)));
  }

  /** Finds what the relative paths of a Nix text lead to. */
  private look(path: string, text: string, origin: Origin): void {
    const { tokens } = lex(text);
    const isBeside = this.files.has(path) && this.seen.get(path) === "beside";
    if (asksForExistence(tokens)) this.asksForExistence = true;
    for (const literal of pathLiterals(tokens)) {
      const target = besideFile(path, this.meaningOf(path, literal));
      const place = origin.at(literal.line);
      if (this.isElsewhere(path, literal, place)) continue;
      if (isBeside) this.mention(path, literal, target, place);
      else if (leavesFolder(target)) this.climb(path, literal, target, place);
      else if (literal.interpolated) this.addComputed(path, target, literal, place);
      else if (this.exists(target)) {
        this.refer(target, "named", literal, place);
        const module = below(target, "default.nix");
        if (literal.imported && this.exists(module)) this.refer(module, "named", literal, place);
      } else this.miss(path, literal, place);
    }
  }

  /** The path that a literal stands for: of a sum all of it if that is there, else its path alone. */
  private meaningOf(path: string, { text, interpolated, rest }: PathLiteral): string {
    if (interpolated) return dirname(`${text}x`);
    const sum = text + (rest ?? "");
    return this.exists(besideFile(path, sum)) ? sum : text;
  }

  /** Every fault, once all is added: of a tree that is too large only that, of others the first ones. */
  finish(): readonly Fault[] {
    if (this.tooMuch) return [this.tooMuch];
    const computed = this.computed.filter(({ target }) => !this.isCovered(target)).map(({ fault }) => fault);
    const claims = this.pending().filter((claim) => !this.isDoubt(claim));
    const all = [...this.faults, ...claims.map(({ fault }) => fault), ...computed];
    const faults = [...new Map(all.map((fault) => [fault.what, fault])).values()];
    if (faults.length <= TOLD + 1) return faults;
    const what = `and ${faults.length - TOLD} more problems in ${this.label}`;
    const remedy = "give a folder that holds the modules only, or mend these and look again";
    return [...faults.slice(0, TOLD), { what, remedy }];
  }

  /** What a reader of the plan should know: what of the folder does not travel, and what does although git ignores it. */
  notes(): readonly string[] {
    const list = (items: readonly string[]): string =>
      items.slice(0, TOLD).join(", ") + (items.length > TOLD ? ` and ${items.length - TOLD} more` : "");
    const out = [...this.leftOut].map(([path, why]) => `${printable(this.nameOf(path))} (${why})`);
    const named = [...this.files.keys()].filter((path) => this.seen.get(path) === "named");
    const ignored = named.filter((path) => isIgnored(this.root, path)).map((path) => this.nameOf(path));
    const doubts = this.pending().filter((claim) => this.isDoubt(claim));
    const shown = list([...new Set(doubts.map(({ fault }) => fault.what))]);
    return [
      ...(this.whole === undefined
        ? []
        : [
            `${this.whole}, which is all of the folder that the app lies in: ${this.files.size} files travel, and are readable by everybody on the host; refer to files by their names to have fewer`,
          ]),
      ...(doubts.length > 0 ? [`${shown}: no matter unless a module imports it`] : []),
      ...(out.length > 0 ? [`left out of the configuration: ${list(out)}`] : []),
      ...(this.programs.length > 0
        ? [
            `executable here, and no longer on the host: ${list(this.programs.map((path) => this.nameOf(path)))}; let its interpreter run it, or make it with pkgs.writeShellScript`,
          ]
        : []),
      ...this.unasked(),
      ...(ignored.length > 0
        ? [`git ignores ${list(ignored)}, which the configuration refers to by name: it travels`]
        : []),
    ];
  }

  private isDoubt({ path, inside }: Claim): boolean {
    return this.isUnnamed(path) && !(inside && this.seen.get(path) === "inside");
  }

  private miss(path: string, literal: PathLiteral, place: string): void {
    const what = `${place} refers to ${literal.text}, which does not exist`;
    this.missing.push({ path, fault: { what, remedy: "correct the path, or create the file" } });
  }

  /** A path that leaves the folder: what it leads to is in the project, and then a higher folder is the root, or it is a fault. */
  private climb(path: string, literal: PathLiteral, target: string, place: string): void {
    const above = upwards(target);
    const full = join(this.root, target);
    if (!holds(this.boundary, join(this.root, above)) || !holds(this.boundary, full))
      this.refuseLeaving(path, literal, place);
    else if (!literal.interpolated && !isThere(full)) this.miss(path, literal, place);
    else if (above.length > this.highest.length) this.highest = above;
  }

  /** A path in a file that no path names. */
  private mention(path: string, literal: PathLiteral, target: string, place: string): void {
    const full = join(this.root, target);
    const what = `${place} refers to ${literal.text}, which does not come along`;
    if (!holds(this.boundary, full)) this.refuseLeaving(path, literal, place);
    else if (!isThere(full)) this.miss(path, literal, place);
    else this.strays.push({ path, target, fault: { what, remedy: "refer to it by its name" } });
  }

  /** A path that is computed: all of the folder that it certainly leads to comes along. */
  private addComputed(path: string, target: string, literal: PathLiteral, place: string): void {
    if (this.seen.get(target) !== "beside" && holds(join(this.root, target), this.directory))
      this.noteComputed(target, literal, place);
    else if (this.exists(target)) this.refer(target, "inside", literal, place);
    else this.miss(path, literal, place);
  }

  private refer(target: string, reason: Reason, { text }: PathLiteral, place: string): void {
    this.queue.push({ target, reason, reference: `${place} refers to ${text}` });
  }

  private addFolder(path: string, reason: Reason): void {
    const full = join(this.root, path);
    const real = realpathSync(full);
    const above = path === "." ? [] : [realpathSync(dirname(full))];
    if ([...this.holders, ...above].some((holder) => holds(real, holder))) {
      this.stop(path, "is a symbolic link to a folder that holds it", "remove the link");
      return;
    }
    const names = this.attempt(path, () => readdirSync(real).sort()) ?? [];
    if (this.holders.size === 0 || names.includes(".git")) this.askGit(path, real);
    this.holders.add(real);
    for (const name of names) {
      const inner = below(path, name);
      if (isLitter(name)) continue;
      if (this.ignored.has(inner)) this.seen.set(inner, "beside");
      else if (isSecret(name)) this.leaveSecret(inner);
      else this.add(inner, reason);
    }
    this.holders.delete(real);
  }

  /** Told only where something travels that no path names: of the rest git's word does not matter. */
  private unasked(): readonly string[] {
    const unnamed = [...this.files.keys()].filter((path) => this.seen.get(path) !== "named");
    return [...this.unknown].flatMap(([folder, flaw]) => {
      const isTold = [".", ...folders(folder)].some((part) => part !== folder && this.unknown.has(part));
      const travels = unnamed.some((path) => folder === "." || folders(path).includes(folder));
      if (!travels || isTold) return [];
      const where = printable(this.nameOf(folder));
      return `git cannot tell what it ignores in ${where} (git: ${flaw}): all files of the folder travel`;
    });
  }

  private askGit(path: string, real: string): void {
    const { paths, flaw } = ignoredBelow(real);
    for (const ignored of paths) this.ignored.add(below(path, ignored));
    if (flaw !== undefined) this.unknown.set(path, flaw);
  }

  /** What may hold secrets travels only where a path names it: everybody on the host can read it. */
  private leaveSecret(path: string): void {
    if (this.seen.has(path)) return;
    this.seen.set(path, "beside");
    this.leftOut.set(path, "it may hold secrets, and no path names it");
  }

  private addFile(path: string, { size, mode }: Stats, reason: Reason): void {
    const name = this.nameOf(path);
    if (!this.hasGoodName(path, reason)) return;
    const [tooLarge] = sizeFaults(size, name);
    if (tooLarge) {
      if (reason === "beside") this.leftOut.set(path, "too large");
      else this.faults.push(tooLarge);
      return;
    }
    const bytes = this.attempt(path, () => readFileSync(join(this.root, path)));
    if (bytes === undefined) return;
    const text = textOf(bytes);
    const isNix = path.endsWith(".nix");
    if (text === undefined && reason === "beside") {
      this.leftOut.set(path, "not text");
      return;
    }
    if (text === undefined && isNix) {
      this.claims.push({ path, fault: { what: `${name} is not text`, remedy: "save it as UTF-8" } });
      if (reason !== "inside") return;
    }
    if (text !== undefined && reason !== "named" && isPrivateKey(text)) {
      this.leftOut.set(path, "a private key, which no path names");
      return;
    }
    this.bytes += bytes.length;
    if (this.bytes > TREE_LIMIT) {
      this.tooMuch = treeSizeFault(this.label);
      return;
    }
    if (text !== undefined) this.faults.push(...textFaults(text, fileOrigin(name), false));
    if (text !== undefined && isNix)
      this.claims.push(...markFaults(text, fileOrigin(name)).map((fault) => ({ path, fault })));
    this.files.set(path, text ?? bytes);
    if ((mode & 0o100) !== 0 && isProgram(bytes)) this.programs.push(path);
    this.lookInto(path);
  }

  private hasGoodName(path: string, reason: Reason): boolean {
    const bad = path.split("/").find((segment) => !SEGMENT.test(segment));
    if (bad === undefined) return true;
    const remedy = "name it with letters, digits and ._+- only, and no hyphen first";
    if (reason !== "named") this.leftOut.set(path, "its name cannot be used on the host");
    else this.refuse(`${JSON.stringify(this.nameOf(path))} has a name that cannot be used on the host`, remedy);
    return false;
  }

  /** What a path is, links followed; undefined, with a fault or left out, when it cannot be taken along. */
  private inspect(path: string, reason: Reason): Stats | undefined {
    const full = join(this.root, path);
    if (lstatSync(full).isSymbolicLink()) {
      const target = readlinkSync(full);
      if (reason !== "named" && isBuildResult(path.split("/").at(-1) ?? "", target)) return undefined;
      if (!statSync(full, { throwIfNoEntry: false })) {
        this.without(path, reason, `a symbolic link to ${target}, which does not exist`, "remove the link");
        return undefined;
      }
    }
    const real = realpathSync(full);
    if (holds(this.boundary, real)) return statSync(real);
    this.without(path, reason, `a symbolic link out of the project, to ${real}`, "put a copy in its place");
    return undefined;
  }

  /** What cannot travel: a fault where a path names it, left out where it only lies there. */
  private without(path: string, reason: Reason, what: string, remedy: string): void {
    if (reason === "named") this.refuse(`${this.nameOf(path)} is ${what}`, remedy);
    else this.leftOut.set(path, what);
  }

  /** What nobody can take along: a fault, but where it only lies in the folder that is given as config. */
  private stop(path: string, what: string, remedy: string): void {
    if (this.seen.get(path) === "beside") this.leftOut.set(path, what.replace(/^is /, ""));
    else this.refuse(`${this.nameOf(path)} ${what}`, remedy);
  }

  private exists(path: string): boolean {
    return isThere(join(this.root, path));
  }

  private attempt<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      this.stop(path, `cannot be read: ${reason}`, "make it readable");
      return undefined;
    }
  }

  /**
   * A link's copy stands at the link's place, and Nix starts from where it leads to. Of a file in a folder that is a link, Nix goes
   * by the path that it was given: there, what lies at the link's place is what was meant.
   */
  private isElsewhere(path: string, literal: PathLiteral, place: string): boolean {
    if (!this.files.has(path)) return false; // text from the code, no file
    const full = join(this.root, path);
    const real = realpathSync(full);
    if (real === full) return false;
    const meaning = this.meaningOf(path, literal);
    const [here, there] = [full, real].map((file) => realPath(join(dirname(file), meaning)));
    if (here === there || (here !== undefined && !isFollowed(full))) return false;
    const what = `${place} refers to ${literal.text}, but is a symbolic link, from where that is another file`;
    const fault = { what, remedy: `use ${labelOf(real, this.directory)} itself` };
    this.claims.push({ path, fault, ...(here !== undefined && { inside: true as const }) });
    return true;
  }

  private refuseLeaving(path: string, literal: PathLiteral, place: string): void {
    const what = `${place} refers to ${literal.text}, which lies outside the project ${this.boundary}`;
    this.claims.push({ path, fault: { what, remedy: "put a copy into the project: only its files travel" } });
  }

  private pending(): readonly Claim[] {
    const strays = this.strays.filter(
      ({ path, target }) => this.seen.get(path) === "beside" && (leavesFolder(target) || !this.isCovered(target)),
    );
    return [...this.claims, ...(this.asksForExistence ? [] : this.missing), ...strays];
  }

  private noteComputed(target: string, literal: PathLiteral, place: string): void {
    const what = `${place} refers to ${literal.text}\${…}: which file that is cannot be told, and its folder holds more than modules`;
    const remedy =
      "refer to files by their names, or keep them in a folder of their own, as in ./users/${…}: all its files come along";
    this.computed.push({ target, fault: { what, remedy } });
  }

  private isCovered(path: string): boolean {
    return [".", ...folders(path)].some((folder) => this.seen.has(folder));
  }

  private refuse(what: string, remedy: string): void {
    this.faults.push({ what, remedy });
  }
}

/** Whether Nix follows a link to a module before it reads it: the file is one, or the folder whose default.nix it is. */
function isFollowed(file: string): boolean {
  const isLink = (path: string): boolean => lstatSync(path).isSymbolicLink();
  return isLink(file) || (basename(file) === "default.nix" && isLink(dirname(file)));
}
