import { createRequire } from "node:module";
import path from "node:path";
import type * as nullProvider from "@cdktf/provider-null/lib/resource";
import type * as cdktf from "cdktf";
import type * as cdktn from "cdktn";
import type { IConstruct } from "constructs";
import type { Library, Stack } from "./library";
import { refuse } from "./refusal";

// This file alone knows that there are two frameworks, CDKTF and its successor cdktn. It takes the one whose App a construct stands in.

/** Written out, so that bundlers follow them; called when needed, so that any of them may be missing. */
/* eslint-disable @typescript-eslint/no-require-imports */
const packages: Readonly<Record<string, () => Library>> = {
  cdktf: () => require("cdktf") as typeof cdktf,
  cdktn: () => require("cdktn") as typeof cdktn,
};
const nullPackage = (): { Resource: Library["TerraformResource"] } =>
  require("@cdktf/provider-null/lib/resource") as typeof nullProvider;
/* eslint-enable @typescript-eslint/no-require-imports */

/** What both frameworks mark an app and a stack with. */
const marks = { App: Symbol.for("cdktf/App"), TerraformStack: Symbol.for("cdktf/TerraformStack") };

const libraries = new WeakMap<IConstruct, Library>();

/** The framework whose App a construct stands in. */
export function libraryOf(construct: IConstruct): Library {
  const { root } = construct.node;
  const library = libraries.get(root) ?? findLibrary(root, construct);
  libraries.set(root, library);
  return library;
}

/** The stack that a construct stands in. */
export function stackOf(construct: IConstruct): Stack {
  libraryOf(construct);
  const stack = stackAbove(construct);
  if (!stack) {
    return stop(
      construct,
      "it stands in no stack",
      "pass a TerraformStack, or a construct inside of one, as its scope",
    );
  }
  refuseMixed(construct.node.root, [stack]);
  return stack;
}

/** The stack that any construct stands in, if any. */
export function stackAbove(construct: IConstruct): Stack | undefined {
  return construct.node.scopes.findLast((scope): scope is Stack => marks.TerraformStack in scope);
}

/** Something made once for each library: a class that extends one of its own. */
export function perLibrary<T>(make: (library: Library) => T): (library: Library) => T {
  const made = new WeakMap<Library, T>();
  return (library) => {
    const one = made.get(library) ?? make(library);
    made.set(library, one);
    return one;
  };
}

/** The class of null_resource: the one of @cdktf/provider-null where that is installed for CDKTF, else the library's plain one. */
export const nullResourceOf: (library: Library) => Library["TerraformResource"] = perLibrary((library) => {
  const [origin] = originsOf(library.App);
  const Resource = origin?.framework === "cdktf" ? attempt(nullPackage)?.Resource : undefined;
  return Resource?.prototype instanceof library.TerraformResource ? Resource : library.TerraformResource;
});

/** Whether a value is of one of a framework's classes, such as TerraformModule, be it another copy's. */
export function isKind(value: unknown, kind: string): boolean {
  return originsOf(classOf(value)).some(({ name }) => name === kind);
}

/** Refuses those of the constructs that are not of the framework of their App. */
export function refuseMixed(root: IConstruct, constructs: readonly IConstruct[]): void {
  const [ours] = originsOf(classOf(root));
  refuse(
    constructs.flatMap((construct) => {
      const [theirs] = originsOf(classOf(construct));
      if (!ours || !theirs || ours.framework === theirs.framework) return [];
      return {
        code: "input",
        what: `this is a ${theirs.name} of ${titleOf(theirs)} in an App of ${titleOf(ours)}, and the two cannot be mixed`,
        where: { construct: construct.node.path },
        remedy: `import App, TerraformStack and everything else from ${ours.framework}, or all of it from ${theirs.framework}`,
      };
    }),
  );
}

/** Has the whole tree looked at before the framework walks it, which would end in a TypeError where two are mixed. */
export function refuseMixedAtSynth(root: IConstruct): void {
  const { synth } = root as { synth?: () => void };
  const checked = (): void => {
    refuseMixed(root, root.node.findAll());
    synth?.call(root);
  };
  Object.defineProperty(root, "synth", { value: checked, configurable: true });
}

/** The same for Testing.synth, which begins with the stack's aspects. */
export function refuseMixedInTests(stack: Stack): void {
  libraryOf(stack)
    .Aspects.of(stack)
    .add({
      visit: (node) => {
        if (node === stack) refuseMixed(stack.node.root, stack.node.findAll());
      },
    });
}

/** Where a class comes from: jsii writes it on every class of both frameworks, whatever alias they are installed under. */
interface Origin {
  readonly framework: string;
  readonly name: string;
  readonly version: string;
}

const titleOf = ({ framework, version }: Origin): string => `${framework} ${version}`;
const classOf = (value: unknown): unknown => (value as object | null | undefined)?.constructor;

/** The classes of a framework that a class descends from, itself first. */
function originsOf(type: unknown): Origin[] {
  if (typeof type !== "function") return [];
  const written: unknown = Object.getOwnPropertyDescriptor(type, Symbol.for("jsii.rtti"))?.value;
  const { fqn = "", version = "" } = (written ?? {}) as { fqn?: string; version?: string };
  const [framework = "", name = ""] = fqn.split(".");
  const known = Object.hasOwn(packages, framework) ? [{ framework, name, version }] : [];
  return [...known, ...originsOf(Object.getPrototypeOf(type))];
}

function findLibrary(root: IConstruct, construct: IConstruct): Library {
  if (!(marks.App in root)) {
    if (Object.values(packages).some(attempt)) {
      return stop(
        construct,
        "it stands in no App",
        "make it in a TerraformStack of an App: new TerraformStack(new App(), …)",
      );
    }
    return stop(construct, "neither cdktn nor cdktf is installed", "install one of them: npm install cdktn constructs");
  }
  const [origin] = originsOf(classOf(root));
  for (const library of copies(origin?.framework ?? "")) {
    if (typeof library?.App === "function" && library.Aspects && root instanceof library.App) return library as Library;
  }
  return stop(
    construct,
    `its App is of a copy of ${origin ? titleOf(origin) : "an unknown framework"} that cannot be found from ${__dirname} or ${process.cwd()}`,
    "install the framework and cdktf-nixos-containers in one place; `npm ls cdktn cdktf` must show one copy",
  );
}

/** The copies of the frameworks: what is found from here, then from the user's own program, then whatever is loaded. */
function* copies(framework: string): Generator<Partial<Library> | undefined, undefined> {
  const names = Object.keys(packages).sort((one, other) => Number(other === framework) - Number(one === framework));
  for (const name of names) yield attempt(() => packages[name]?.());
  for (const place of [path.join(process.cwd(), "package.json"), require.main?.filename, process.argv[1]]) {
    if (place === undefined || !path.isAbsolute(place)) continue;
    for (const name of names) yield attempt(() => createRequire(place)(name) as Library);
  }
  for (const loaded of Object.values(require.cache)) {
    const exported: unknown = loaded?.exports;
    if (typeof exported === "object" && exported !== null && "TerraformStack" in exported)
      yield exported as Partial<Library>;
  }
}

/** What a package exports, if it is there. */
function attempt<T>(load: () => T): T | undefined {
  try {
    return load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function stop(construct: IConstruct, what: string, remedy: string): never {
  refuse([{ code: "input", what, where: { construct: construct.node.path }, remedy }]);
  throw new Error(what);
}
