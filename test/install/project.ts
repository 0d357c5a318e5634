import { existsSync } from "node:fs";
import path from "node:path";
import type { Folder } from "../package/folder";
import { repository } from "../package/packed";
import { blockNamed } from "../readme/pages";

export type Framework = "cdktf" | "cdktn";

/** npm, which asks the registry only for what it does not know yet. */
export const quiet = { npm_config_audit: "false", npm_config_fund: "false", npm_config_prefer_offline: "true" };

/** Makes a project as the framework's own CLI makes it today, with what that installs. */
export async function initialize(
  framework: Framework,
  folder: Folder,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const cli =
    framework === "cdktf"
      ? [path.join(repository, "node_modules/.bin/cdktf")]
      : ["npx", "--yes", "--prefer-offline", "cdktn-cli@0.24"];
  const words = [
    "--template=typescript",
    "--local",
    "--project-name=first",
    "--project-description=first",
    "--providers=",
  ];
  const [program = "", ...before] = cli;
  const ended = await folder.try(program, [...before, "init", ...words, "--enable-crash-reporting=false"], {
    ...quiet,
    CI: "1",
    ...env,
  });
  // Without a network to ask for providers the CLI fails at its very end, when all is there.
  if (
    !existsSync(path.join(folder.path, "node_modules", framework)) ||
    !existsSync(path.join(folder.path, "node_modules/ts-jest"))
  )
    throw new Error(`${framework} init made no project:\n${ended.stdout}${ended.stderr}`);
}

/** Runs a block of install lines of the documentation, to the letter, but for the package's name: it stands for this tarball. */
export async function installAsPrinted(
  block: string,
  tarball: string,
  folder: Folder,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = blockNamed(block);
  const filled = lines.replaceAll(/(?<= )cdktf-nixos-containers(?=\s)/g, tarball);
  if (filled === lines) throw new Error(`${block} does not install this package:\n${lines}`);
  await folder.run("sh", ["-ec", filled], { ...quiet, ...env });
}
