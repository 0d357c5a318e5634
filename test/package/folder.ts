import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of files to run programs in. */
export class Folder {
  constructor(readonly path: string) {
    mkdirSync(path, { recursive: true });
  }

  static temporary(): Folder {
    return new Folder(realpathSync(mkdtempSync(path.join(tmpdir(), "cdktf-nixos-package-"))));
  }

  folder(name: string, files: Readonly<Record<string, string>> = {}): Folder {
    const folder = new Folder(path.join(this.path, name));
    for (const [file, text] of Object.entries(files)) folder.write(file, text);
    return folder;
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.path, file)), { recursive: true });
    writeFileSync(path.join(this.path, file), text);
  }

  read(file: string): string {
    return readFileSync(path.join(this.path, file), "utf8");
  }

  /** The stack that an app left here. */
  stack(id: string): unknown {
    return JSON.parse(this.read(`cdktf.out/stacks/${id}/cdk.tf.json`).replaceAll(this.path, "."));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Runs a program to its end, whatever comes of it; nothing of jest's or this package's own settings reaches it. */
  try(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(JEST_|NODE_ENV|CDKTF_|npm_|INIT_CWD)/.test(name),
    );
    const child = spawn(program, args, {
      cwd: this.path,
      env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** Runs a program, which must succeed, without observing any host; what it printed on stdout. */
  async run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const ended = await this.try(program, args, { CDKTF_NIXOS_OBSERVE: "off", ...env });
    if (ended.code === 0) return ended.stdout;
    throw new Error(`${program} ${args.join(" ")} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`);
  }
}
