import { mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(__dirname, "../..");

/** TypeScript as JavaScript for node, without a look at its types. */
export function transpiled(text: string): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

/** Gives a folder the packages that code copied from the documentation imports, this one by its name. */
export function linkPackages(folder: string): void {
  const packages = join(folder, "node_modules");
  mkdirSync(packages, { recursive: true });
  for (const name of ["cdktf", "cdktn", "constructs"])
    symlinkSync(join(root, "node_modules", name), join(packages, name));
  symlinkSync(root, join(packages, "cdktf-nixos-containers"));
}
