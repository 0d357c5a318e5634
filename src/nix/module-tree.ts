import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Fault } from "./fault";
import { lex } from "./lexer";
import { besideFile, leavesFolder, type PathLiteral, pathLiterals, upwards } from "./path-literals";
import {
  fileOrigin,
  folderSizeFault,
  type Origin,
  sizeFaults,
  textFaults,
  TREE_LIMIT,
  treeSizeFault,
} from "./source-text";

/** A segment of a path that needs quoting nowhere on its way to the host; a leading hyphen would look like an option. */
const SEGMENT = /^[A-Za-z0-9._+][A-Za-z0-9._+-]*$/;

/** What editors leave beside a file they edit, and the folder of git: no part of a folder of modules. */
const SKIPPED = /^\.git$|~$|^\..*\.sw[a-z]$|^\.#|^#.*#$/;

/** How many faults of one tree are told; the others are counted. */
const TOLD = 5;

/** Collects the files of a module from below one folder, and those that their relative paths lead to. */
export class ModuleTree {
  readonly files = new Map<string, string>();
  private readonly faults: Fault[] = [];
  private readonly seen = new Set<string>();
  /** Computed paths: a fault only if the whole folder does not come along anyway. */
  private readonly computed: Fault[] = [];
  /** The real folders that are being added, outermost first. */
  private readonly holders = new Set<string>();
  private bytes = 0;
  private whole = false;
  /** Why there is too much, once there is. */
  private tooMuch?: Fault;

  /**
   * @param root The real path of the folder.
   * @param label What messages call it, such as `./web`.
   * @param directory The folder that the app runs in, with its code and packages.
   */
  constructor(
    private readonly root: string,
    private readonly label: string,
    private readonly directory: string,
  ) {}

  /** Whether it is too large, and was not read to its end. */
  get isOversized(): boolean {
    return this.tooMuch !== undefined;
  }

  /** What messages call a file or folder of the tree. */
  nameOf(path: string): string {
    return path === "." ? this.label : `${this.label.replace(/\/$/, "")}/${path}`;
  }

  /** Adds a file, or a folder with all below it. */
  add(path: string): void {
    if (this.seen.has(path) || this.isOversized) return;
    this.seen.add(path);
    const stats = this.attempt(path, () => this.inspect(path));
    if (stats?.isDirectory()) this.addFolder(path);
    else if (stats?.isFile()) this.addFile(path, stats.size);
    else if (stats) this.refuse(`${this.nameOf(path)} is neither a file nor a folder`, "remove it from the folder");
  }

  /** Adds what the relative paths of a Nix text lead to, which stands, or will stand, at a path of the tree. */
  follow(path: string, text: string, origin: Origin): void {
    for (const literal of pathLiterals(lex(text).tokens)) {
      if (this.isOversized) return;
      const target = besideFile(path, literal.interpolated ? dirname(`${literal.text}x`) : literal.text);
      const place = origin.at(literal.line);
      if (leavesFolder(target)) this.refuseLeaving(literal, target, place);
      else if (literal.interpolated) this.noteComputed(literal, place);
      else if (this.exists(target)) {
        if (!this.isElsewhere(path, literal, place)) this.addReferred(target, literal, place);
      } else if (!literal.optional) {
        this.refuse(`${place} refers to ${literal.text}, which does not exist`, "correct the path, or create the file");
      }
    }
  }

  /** Every fault, once all is added: of a tree that is too large only that, of others the first ones. */
  finish(): readonly Fault[] {
    if (this.tooMuch) return [this.tooMuch];
    const faults = this.whole ? this.faults : [...this.faults, ...this.computed];
    if (faults.length <= TOLD + 1) return faults;
    const what = `and ${faults.length - TOLD} more problems in ${this.label}`;
    const remedy = "give a folder that holds the modules only, or mend these and look again";
    return [...faults.slice(0, TOLD), { what, remedy }];
  }

  /** Adds what a path in a file leads to; a folder that makes the tree too large is told with the path that names it. */
  private addReferred(target: string, literal: PathLiteral, place: string): void {
    const given = this.whole;
    this.add(target);
    if (this.isOversized && !given && statSync(join(this.root, target)).isDirectory()) {
      this.tooMuch = folderSizeFault(`${place} refers to ${literal.text}`);
    }
  }

  private addFolder(path: string): void {
    if (path === ".") this.whole = true;
    const real = realpathSync(join(this.root, path));
    if (this.holders.has(real)) {
      this.refuse(`${this.nameOf(path)} is a symbolic link to a folder that holds it`, "remove the link");
      return;
    }
    this.holders.add(real);
    const names = this.attempt(path, () => readdirSync(real).sort()) ?? [];
    for (const name of names) if (!SKIPPED.test(name)) this.add(path === "." ? name : `${path}/${name}`);
    this.holders.delete(real);
  }

  private addFile(path: string, size: number): void {
    const name = this.nameOf(path);
    const tooLarge = sizeFaults(size, name);
    this.faults.push(...tooLarge);
    if (tooLarge.length > 0) return;
    this.bytes += size;
    if (this.bytes > TREE_LIMIT) {
      this.tooMuch = treeSizeFault(this.label);
      return;
    }
    const text = this.hasGoodName(path) ? this.read(path) : undefined;
    if (text === undefined) return;
    const isNix = path.endsWith(".nix");
    this.faults.push(...textFaults(text, fileOrigin(name), isNix));
    this.files.set(path, text);
    if (isNix) this.follow(path, text, fileOrigin(name));
  }

  private hasGoodName(path: string): boolean {
    const bad = path.split("/").find((segment) => !SEGMENT.test(segment));
    if (bad === undefined) return true;
    const remedy = "name it with letters, digits and ._+- only, and no hyphen first";
    this.refuse(`${JSON.stringify(this.nameOf(path))} has a name that cannot be used on the host`, remedy);
    return false;
  }

  private read(path: string): string | undefined {
    const bytes = this.attempt(path, () => readFileSync(join(this.root, path)));
    if (bytes === undefined) return undefined;
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      if (!text.includes("\0")) return text;
    } catch {
      // Not UTF-8: told below, as are NUL characters.
    }
    const remedy = "keep only UTF-8 text in the module's folder: bind-mount other files, or fetch them on the host";
    this.refuse(`${this.nameOf(path)} is not text`, remedy);
    return undefined;
  }

  /** What a path is, links followed; undefined, with a fault, when it cannot be taken along. */
  private inspect(path: string): Stats | undefined {
    const full = join(this.root, path);
    const name = this.nameOf(path);
    if (lstatSync(full).isSymbolicLink() && !statSync(full, { throwIfNoEntry: false })) {
      this.refuse(`${name} is a symbolic link to ${readlinkSync(full)}, which does not exist`, "remove the link");
      return undefined;
    }
    const real = realpathSync(full);
    if (holds(this.root, real)) return statSync(real);
    this.refuse(`${name} is a symbolic link out of the folder, to ${real}`, "put a copy in its place");
    return undefined;
  }

  private exists(path: string): boolean {
    return lstatSync(join(this.root, path), { throwIfNoEntry: false }) !== undefined;
  }

  private attempt<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      this.refuse(`${this.nameOf(path)} cannot be read: ${reason}`, "make it readable");
      return undefined;
    }
  }

  /** A link's copy stands at the link's place, where the file's relative paths may mean other files than they did. */
  private isElsewhere(path: string, literal: PathLiteral, place: string): boolean {
    if (!this.files.has(path)) return false; // text from the code, no file
    const full = join(this.root, path);
    const real = realpathSync(full);
    const [here, there] = [full, real].map((file) => realPath(join(dirname(file), literal.text)));
    if (here === there) return false;
    this.refuse(
      `${place} refers to ${literal.text}, but is a symbolic link, from where that is another file`,
      `use ${this.nameOf(relative(this.root, real))} itself`,
    );
    return true;
  }

  private refuseLeaving(literal: PathLiteral, target: string, place: string): void {
    const above = upwards(target);
    const folder = join(this.label, above);
    this.refuse(
      `${place} refers to ${literal.text}: a relative import leaves the folder ${this.label}`,
      holds(join(this.root, above), this.directory)
        ? `move it into that folder, or both into a folder of their own: ${folder} holds more than modules`
        : `give the folder that holds both (${folder.startsWith("/") ? folder : `./${folder}`}, with a default.nix) as config: all its files come along`,
    );
  }

  private noteComputed(literal: PathLiteral, place: string): void {
    const remedy = holds(this.root, this.directory)
      ? "refer to files by their names, or give a folder of modules (with a default.nix) as config: all its files come along"
      : `give the folder (${this.label}, with a default.nix) as config: all its files come along`;
    this.computed.push({
      what: `${place} refers to ${literal.text}\${…}: which file that is cannot be told`,
      remedy,
    });
  }

  private refuse(what: string, remedy: string): void {
    this.faults.push({ what, remedy });
  }
}

/** Whether a folder is another one, or one above it. */
export function holds(folder: string, other: string): boolean {
  const path = relative(folder, other);
  return path !== ".." && !path.startsWith(`..${sep}`);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
