import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Fault } from "./fault";
import { lex } from "./lexer";
import { besideFile, leavesFolder, type PathLiteral, pathLiterals, upwards } from "./path-literals";
import { fileOrigin, type Origin, sizeFaults, textFaults, TREE_LIMIT, treeSizeFault } from "./source-text";

/** A segment of a path that needs quoting nowhere on its way to the host; a leading hyphen would look like an option. */
const SEGMENT = /^[A-Za-z0-9._+][A-Za-z0-9._+-]*$/;

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

  /**
   * @param root The real path of the folder.
   * @param label What messages call it, such as `./web`.
   */
  constructor(
    private readonly root: string,
    private readonly label: string,
  ) {}

  /** What messages call a file or folder of the tree. */
  nameOf(path: string): string {
    return path === "." ? this.label : `${this.label.replace(/\/$/, "")}/${path}`;
  }

  /** Adds a file, or a folder with all below it. */
  add(path: string): void {
    if (this.seen.has(path) || this.bytes > TREE_LIMIT) return;
    this.seen.add(path);
    const stats = this.attempt(path, () => this.inspect(path));
    if (stats?.isDirectory()) this.addFolder(path);
    else if (stats?.isFile()) this.addFile(path, stats.size);
    else if (stats) this.refuse(`${this.nameOf(path)} is neither a file nor a folder`, "remove it from the folder");
  }

  /** Adds what the relative paths of a Nix text lead to, which stands, or will stand, at a path of the tree. */
  follow(path: string, text: string, origin: Origin): void {
    for (const literal of pathLiterals(lex(text).tokens)) {
      const target = besideFile(path, literal.interpolated ? dirname(`${literal.text}x`) : literal.text);
      const place = origin.at(literal.line);
      if (leavesFolder(target)) this.refuseLeaving(literal, target, place);
      else if (literal.interpolated) this.noteComputed(literal, place);
      else if (this.exists(target)) {
        if (!this.isElsewhere(path, literal, place)) this.add(target);
      } else if (!literal.optional) {
        this.refuse(`${place} refers to ${literal.text}, which does not exist`, "correct the path, or create the file");
      }
    }
  }

  /** Every fault, once all is added. */
  finish(): readonly Fault[] {
    return this.whole ? this.faults : [...this.faults, ...this.computed];
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
    for (const name of names) if (name !== ".git") this.add(path === "." ? name : `${path}/${name}`);
    this.holders.delete(real);
  }

  private addFile(path: string, size: number): void {
    const name = this.nameOf(path);
    const tooLarge = sizeFaults(size, name);
    const text = tooLarge.length > 0 || !this.hasGoodName(path) ? undefined : this.read(path);
    this.faults.push(...tooLarge);
    if (text === undefined) return;
    this.bytes += size;
    if (this.bytes > TREE_LIMIT) {
      this.faults.push(treeSizeFault(this.label));
      return;
    }
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
    if (real === this.root || real.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep)) {
      return statSync(real);
    }
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
    this.refuse(
      `${place} refers to ${literal.text}: a relative import leaves the folder ${this.label}`,
      `give the folder that holds both (${join(this.label, upwards(target))}, with a default.nix) as config`,
    );
  }

  private noteComputed(literal: PathLiteral, place: string): void {
    this.computed.push({
      what: `${place} refers to ${literal.text}\${…}: which file that is cannot be told`,
      remedy: `give the folder (${this.label}, with a default.nix) as config: all its files come along`,
    });
  }

  private refuse(what: string, remedy: string): void {
    this.faults.push({ what, remedy });
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
