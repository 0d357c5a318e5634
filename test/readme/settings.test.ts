import { runInNewContext } from "node:vm";
import ts from "typescript";
import { type ContainerSettings, parseSettings } from "../../src/model/container";
import type { Problem } from "../../src/model/error";
import { blocksOf, readPage } from "./pages";

/** What a value of each type is, as settings of a container. */
const asSettings: Readonly<Record<string, (value: object) => ContainerSettings>> = {
  ContainerSettings: (value) => value,
  NetworkProps: (network) => ({ network }),
  BindMounts: (bindMounts) => ({ bindMounts: bindMounts as ContainerSettings["bindMounts"] }),
  ContainerUnit: (unit) => ({ unit }),
};

/** The values that a block exports with one of these types, by name. */
function settingsIn(text: string): (readonly [name: string, settings: ContainerSettings])[] {
  const { outputText } = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const exported: Record<string, object> = {};
  runInNewContext(outputText, { exports: exported });
  return [...text.matchAll(/^export const (\w+): (\w+) =/gm)].flatMap(([, name = "", type = ""]) => {
    const settings = asSettings[type];
    return settings ? [[name, settings(exported[name] ?? {})] as const] : [];
  });
}

test("the settings that docs/options.md shows are accepted", () => {
  const blocks = blocksOf("ts", [readPage("docs/options.md")]).filter(({ text }) => !text.includes("new Nixos"));
  const settings = blocks.flatMap(({ text }) => settingsIn(text));
  const control = ["control", { ephemeral: "yes" }] as unknown as (typeof settings)[number];
  const refused = [...settings, control].flatMap(([name, given]) => {
    const problems: Problem[] = [];
    parseSettings("web", given, {}, problems);
    return problems.map(({ what }) => `${name}: ${what}`);
  });
  expect(refused).toEqual([expect.stringContaining("control: ")]);
  expect(settings.length).toBeGreaterThan(12);
});
