import { isResolvable } from "../model/token-fields";
import { memberPlace } from "./attribute-name";
import { pathOf } from "./bindings";
import { isNixExpression } from "./expression";
import type { Fault } from "./fault";
import { isPlain } from "./render";
import { findTerraformToken } from "./terraform-token";

/** Options of NixOS that only hold other options, none of which has a dot in its name; `*` is a name that users choose. */
const NAMESPACES = listOf(
  "boot console documentation environment fonts gtk hardware i18n location networking nix nixpkgs powerManagement programs",
  "qt security services sound system systemd time users virtualisation xdg zramSwap _module",
  "boot.kernel networking.firewall networking.firewall.interfaces.* networking.interfaces.* networking.nat",
  "environment.etc.* fileSystems.* security.acme.certs.* services.nginx.virtualHosts.* users.groups.* users.users.*",
  "systemd.paths.* systemd.services.* systemd.slices.* systemd.sockets.* systemd.targets.* systemd.timers.*",
);

/** Their members are services and programs, nearly all with fixed options too; INSTANCES are those whose members users name. */
const COLLECTIONS = ["services", "programs"];
const INSTANCES = listOf("buildkite-agents dokuwiki github-runners hercules-ci-agents wordpress");

/** Options directly below which users choose the names, and dots are common. */
const NAMED = listOf(
  "backups certs configs containers domains etc fileSystems groups hosts instances interfaces jobs links locations mounts netdevs",
  "networks paths pools profiles records rules secrets servers services sites slices sockets specialisation targets templates",
  "timers tmpfiles tunnels users virtualHosts volumes zones",
);

/** Options whose members, at any depth, are of no fixed names. */
const FREE = listOf("config environment extraConfig sessionVariables settings shellAliases sysctl variables");

/** A config object without dotted names that mean paths; what cannot be told of them, and what is to be known. */
export interface Unfolded {
  readonly value: object;
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
}

/**
 * Reads the dotted names of a config object as Nix reads them outside of quotes: `"services.jellyfin.enable": true` is the
 * option services.jellyfin.enable. It does so only where no option has such a name: at the top, and directly below a namespace;
 * of the modules in `imports` too. Deeper names stay as they are, for files, hosts and users have dots in theirs; unless that is
 * well known, with a note.
 */
export function unfoldNames(config: object): Unfolded {
  const names = new DottedNames("config");
  try {
    return { value: names.unfold(config as Members, []), faults: names.faults, notes: names.notes };
  } catch {
    return { value: config, faults: [], notes: [] }; // a getter or proxy throws: rendering it says so
  }
}

/** Far deeper than any option. */
const DEPTH = 50;

type Members = Readonly<Record<string, unknown>>;

class DottedNames {
  readonly faults: Fault[] = [];
  readonly notes: string[] = [];

  /** @param root What messages call the module, such as `config` or `config.imports[0]`. */
  constructor(private readonly root: string) {}

  /** The members of an object at a path, with those that a dotted name leads to as nested objects. */
  unfold(members: Members, path: readonly string[], holders: readonly object[] = []): Members {
    if (holders.includes(members) || holders.length > DEPTH) return members; // rendering it says so
    const dotted = Object.keys(members).filter(isDotted);
    const isHere = dotted.length > 0 && isNamespace(path);
    const plain = isHere ? this.merged(members, path) : members;
    if (!isHere) for (const name of dotted) this.judge(name, path);
    const inner = Object.entries(plain).map(([name, member]): [string, unknown] => {
      const around = [...holders, members];
      if (path.length === 0 && name === "imports" && Array.isArray(member)) return [name, this.modules(member, around)];
      return [name, isMembers(member) ? this.unfold(member, [...path, name], around) : member];
    });
    // The very object where nothing changes, so that one that holds itself is still seen to.
    return inner.every(([name, member]) => plain[name] === member) ? plain : Object.fromEntries(inner);
  }

  /** The elements of `imports`: each object is a module, with names of its own. */
  private modules(elements: readonly unknown[], holders: readonly object[]): readonly unknown[] {
    const modules = elements.map((element, index) => {
      const inner = new DottedNames(`${this.root}.imports[${index}]`);
      if (typeof element === "string") inner.refusePath(element);
      const module = isMembers(element) ? inner.unfold(element, [], holders) : element;
      this.faults.push(...inner.faults);
      this.notes.push(...inner.notes);
      return module;
    });
    return modules.every((module, index) => module === elements[index]) ? elements : modules;
  }

  /** A string where a module is expected: NixOS takes an absolute path only, and the file would not come along. */
  private refusePath(text: string): void {
    if (!/^(?:\.{1,2}|~)(?:\/|$)|^[\w.+-][\w.+/-]*$/.test(text) || findTerraformToken(text) !== undefined) return;
    const path = `${/^\.{1,2}(?:\/|$)/.test(text) ? "" : "./"}${text}${/^\.{1,2}$/.test(text) ? "/." : ""}`;
    this.refuse(
      `${this.root} is the string ${JSON.stringify(text)}, which NixOS does not take for a path`,
      text.startsWith("~")
        ? "put the file into the project, and write its path as in nix`./a.nix`: then it comes along"
        : `write nix\`${path}\`: then the file comes along`,
    );
  }

  private merged(members: Members, path: readonly string[]): Members {
    const merged = new Map<string, unknown>();
    for (const [name, member] of Object.entries(members)) {
      if (member === undefined) continue;
      const way = isDotted(name) ? pathOf(name) : [name];
      if (way) this.merge(merged, way[0], nest(way.slice(1), member), path);
      else this.refuseName(name, path);
    }
    return Object.fromEntries(merged);
  }

  private merge(into: Map<string, unknown>, name: string, value: unknown, path: readonly string[]): void {
    const there = into.get(name);
    const place = [...path, name];
    if (!into.has(name)) into.set(name, value);
    else if (isMembers(there) && isMembers(value)) {
      const both = new Map(Object.entries(there).filter(([, member]) => member !== undefined));
      for (const [inner, member] of Object.entries(value)) {
        if (member !== undefined) this.merge(both, inner, member, place);
      }
      into.set(name, Object.fromEntries(both));
    } else this.refuse(`${this.placeOf(place)} is given twice`, "give it once, or put what it holds into one object");
  }

  /** A dotted name in a place where it may be one of a file, a host or a user. */
  private judge(name: string, path: readonly string[]): void {
    const way = pathOf(name);
    const [top, member = ""] = path[0] === "config" || path[0] === "options" ? path.slice(1) : path;
    if (way === undefined || INSTANCES.includes(member) || mayHoldDots(path)) return;
    if (COLLECTIONS.includes(top) && path.at(-1) === member) {
      this.refuse(
        `${this.placeOf(path)} has the name ${JSON.stringify(name)}, which may be a path or one name`,
        `nest objects for a path (${nested(way)}); for one name write '${path.join(".")}.${JSON.stringify(name)}' at the top of ${this.root}`,
      );
      return;
    }
    this.notes.push(
      `${this.placeOf([...path, name])} is one name with dots in it; if a path is meant, nest objects: ${nested(way)}`,
    );
  }

  private refuseName(name: string, path: readonly string[]): void {
    this.refuse(
      `${this.placeOf(path)} has the name ${JSON.stringify(name)}, which is no path of options`,
      `nest objects, or quote the part that has a dot or another special character, as in 'environment.etc."a.conf".text'`,
    );
  }

  private placeOf(path: readonly string[]): string {
    return path.length === 0 ? this.root : `${this.root}.${path.reduce(memberPlace, "")}`;
  }

  private refuse(what: string, remedy: string): void {
    this.faults.push({ what, remedy });
  }
}

function listOf(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(" "));
}

function isDotted(name: string): boolean {
  return name.includes(".") && findTerraformToken(name) === undefined;
}

function isMembers(value: unknown): value is Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !isNixExpression(value) && !isResolvable(value) && isPlain(value);
}

/** Whether only options, and no names that users choose, stand directly below a path; a module may keep its options in `config`. */
function isNamespace(path: readonly string[]): boolean {
  const [first, ...rest] = path;
  const own = first === "config" || first === "options" ? rest : path;
  return own.length === 0 || NAMESPACES.some((pattern) => matches(own, pattern.split(".")));
}

function matches(path: readonly string[], pattern: readonly string[]): boolean {
  return path.length === pattern.length && pattern.every((part, index) => part === "*" || part === path[index]);
}

/** Whether names with dots are nothing special below a path. */
function mayHoldDots(path: readonly string[]): boolean {
  return NAMED.includes(path.at(-1) ?? "") || path.slice(1).some((part) => FREE.includes(part));
}

function nest(way: readonly string[], member: unknown): unknown {
  return way.reduceRight((inner, name) => ({ [name]: inner }), member);
}

/** A path as users write it: `{ a: { b: … } }`. */
function nested(way: readonly string[]): string {
  const name = (part: string): string => (/^[A-Za-z_]\w*$/.test(part) ? part : JSON.stringify(part));
  return way.reduceRight((inner, part) => `{ ${name(part)}: ${inner} }`, "…");
}
