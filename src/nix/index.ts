export { checkSyntax, type SyntaxSource } from "./syntax";
export {
  configFiles,
  isPath,
  type ConfigOptions,
  type ConfigSource,
  type ModuleFile,
  type ModuleFiles,
} from "./config-files";
export { fileDigest, treeDigest } from "./digest";
export { isNixExpression, NixExpression } from "./expression";
export { renderNix } from "./render";
export { literalStateVersion } from "./state-version";
export { nix } from "./template";
