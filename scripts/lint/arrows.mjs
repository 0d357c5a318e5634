// The import arrows of docs and design as an ESLint rule: who may import what, decided by folder, on any kind of import.
import path from "node:path";

const engine = ["src/model", "src/nix", "src/plan", "src/render", "src/script", "src/observe", "src/cli", "src/sim"];
const engineOfConstructs = ["src", ...engine.filter((folder) => folder !== "src/sim" && folder !== "src/cli")];
const constructs = ["framework", "fleet", "transport", "carrier"].map((folder) => `constructs/${folder}`);
const users = ["src", ...engine, "constructs", ...constructs, "examples", "bench"];

/** For each folder of the repository, the other folders it may import. A folder that is not listed may import nothing. */
export const arrows = {
  "src/model": [],
  "src/nix": ["src/model"],
  "src/plan": ["src/model"],
  "src/render": ["src/model", "src/plan"],
  "src/script": ["src/model"],
  "src/observe": ["src/model", "src/script"],
  "src/cli": ["src/model", "src/plan", "src/render", "src/sim"], // it spawns the app, and never imports constructs
  "src/sim": [], // shares no code with what it tests, lest a shared bug hide itself
  src: engine, // src/index.ts, the engine's list of exports
  "constructs/framework": ["src/model", "src/plan"],
  "constructs/fleet": ["constructs/framework", ...engineOfConstructs],
  "constructs/transport": ["constructs/framework", ...engineOfConstructs],
  "constructs/carrier": ["constructs/framework", "constructs/fleet", "constructs/transport", ...engineOfConstructs],
  constructs: [...constructs, ...engineOfConstructs],
  examples: users,
  bench: users,
  test: users,
};

/** For each package with a door-keeper, the folders, or the file, that may import it, and how. */
export const packages = [
  // examples, bench and test are users of the package: they write apps
  {
    names: ["constructs"],
    folders: ["constructs", "examples", "bench", "test"],
    why: "src/ is usable without CDKTF",
  },
  {
    names: ["cdktf", "cdktn", "@cdktf/provider-null"],
    folders: ["constructs/framework/framework.ts", "examples", "bench", "test"],
    why: "constructs/framework/framework.ts alone knows that there are two frameworks, and src/ is usable without either",
  },
  {
    names: ["execa"],
    folders: ["src/observe", "test"],
    dynamicOnly: true,
    why: "execa is ESM only and spawns ssh: reach it in src/observe, by import()",
  },
  { names: ["ssh2"], folders: ["src/sim", "test"], why: "hosts are reached with ssh(1); ssh2 is the embedded host's" },
  { names: ["cdktf-nixos-containers"], folders: ["examples", "test"], why: "import the file itself" },
];

/** The folder of `arrows` that a file belongs to: `src/plan`, `src` for its own files, `constructs`. */
function folderOf(file) {
  const [top, second, ...rest] = file.split(path.sep);
  return ["src", "constructs"].includes(top) && rest.length > 0 ? `${top}/${second}` : top;
}

/** What a relative specifier leads to. `../model` names the folder's index, `..` from a folder of src is src itself. */
function targetOf(file, specifier) {
  const target = path.join(path.dirname(file), specifier);
  return target in arrows ? target : folderOf(target);
}

const matches = (specifier, name) => specifier === name || specifier.startsWith(`${name}/`);

/** The complaint about an import, or undefined. */
function complaint(file, { specifier, dynamic, typeOnly }) {
  const from = folderOf(file);
  if (specifier.startsWith(".")) {
    const to = targetOf(file, specifier);
    if (to === from || arrows[from]?.includes(to)) return undefined;
    return `${from} must not import ${to}: it may import ${arrows[from]?.join(", ") || "no other folder"}`;
  }
  for (const { names, folders, dynamicOnly, why } of packages) {
    if (!names.some((name) => matches(specifier, name))) continue;
    if (![from, from.split("/")[0], file.split(path.sep).join("/")].some((place) => folders.includes(place)))
      return `${from} must not import ${specifier}: ${why}`;
    if (dynamicOnly && !dynamic && !typeOnly) return `${specifier} must be imported by import(): ${why}`;
  }
  return undefined;
}

/** @type {import("eslint").Rule.RuleModule} */
export const arrowsRule = {
  meta: { type: "problem", schema: [], messages: { arrow: "{{ complaint }}" } },
  create(context) {
    const file = path.relative(context.cwd, context.filename);
    const check = (node, source, kind = {}) => {
      const specifier = source?.type === "TSLiteralType" ? source.literal.value : source?.value;
      if (typeof specifier !== "string") return;
      const text = complaint(file, { specifier, dynamic: false, typeOnly: false, ...kind });
      if (text) context.report({ node, messageId: "arrow", data: { complaint: text } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, { typeOnly: node.importKind === "type" }),
      ExportNamedDeclaration: (node) => check(node, node.source, { typeOnly: node.exportKind === "type" }),
      ExportAllDeclaration: (node) => check(node, node.source, { typeOnly: node.exportKind === "type" }),
      ImportExpression: (node) => check(node, node.source, { dynamic: true }),
      TSImportType: (node) => check(node, node.source ?? node.argument, { typeOnly: true }),
      TSExternalModuleReference: (node) => check(node, node.expression),
      CallExpression(node) {
        const name = node.callee.type === "MemberExpression" ? node.callee.object.name : node.callee.name;
        if (name === "require" || name === "jest") check(node, node.arguments[0]);
      },
    };
  },
};
