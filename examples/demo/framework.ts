import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { Hindrance } from "./surprise";

/** The framework whose app and command line play in the demo. */
export interface Framework {
  readonly name: "cdktn" | "cdktf";
  /** The library, as its app requires it. */
  readonly library: string;
  /** The program of its CLI. */
  readonly program: string;
}

/** What the user's project has, else what lies beside this package. @throws Hindrance when neither has a framework with its CLI */
export function requireFramework(): Framework {
  for (const place of [path.join(process.cwd(), "package.json"), __filename]) {
    for (const name of ["cdktn", "cdktf"] as const) {
      const found = frameworkAt(place, name);
      if (found) return found;
    }
  }
  throw new Hindrance(
    "The demo needs a framework with its command line: npm install cdktn cdktn-cli (or cdktf cdktf-cli).",
  );
}

function frameworkAt(place: string, name: Framework["name"]): Framework | undefined {
  const { resolve } = createRequire(place);
  try {
    const manifest = resolve(`${name}-cli/package.json`);
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly bin: Readonly<Record<string, string>> };
    return { name, library: resolve(name), program: path.join(path.dirname(manifest), bin[name]) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** The app of examples/nixos-manual, as compiled, for a framework and for any folder: it names what it requires by full path. */
export function appText({ library }: Framework): string {
  const app = path.join(__dirname, "../nixos-manual/main.js");
  return readFileSync(app, "utf8").replace(/require\("([^"]+)"\)/g, (_call, name: string) => {
    const file = name === "cdktf" || name === "cdktn" ? library : createRequire(app).resolve(name);
    return `require(${JSON.stringify(file)})`;
  });
}
