import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { configFiles, type ConfigSource, type ModuleFiles } from "../../src/nix";
import type { Problem } from "../../src/model/error";

/** A folder of its own for a test, gone with {@link Folder.remove}. */
export class Folder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "config-test-")));

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), content);
    }
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    symlinkSync(target, join(this.path, path));
  }

  /** The files of a config, as a container `web` would have them that is declared in this folder. */
  read(config: unknown): ModuleFiles & { readonly problems: readonly Problem[]; readonly paths: readonly string[] } {
    const problems: Problem[] = [];
    const where = { construct: "stack/web", container: "web" };
    const files = configFiles(config as ConfigSource, { name: "web", where, problems, directory: this.path });
    return { ...files, problems, paths: files.files.map(({ path }) => path) };
  }

  /** What each problem of a config says, the folder's own path written as /here. */
  flaws(config: unknown): readonly string[] {
    const said = this.read(config).problems.map(({ what, remedy }) => `${what} → ${remedy}`);
    return said.map((line) => line.replaceAll(this.path, "/here"));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
