import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "./app";

/** The programs by which anything could reach a host. */
const programs = ["ssh", "scp", "sftp", "ssh-keyscan"];

/** Puts doubles on PATH that reach nothing and write down how they were called, until `restore`. */
export class FakeSsh {
  private readonly folder = temporaryFolder();
  private readonly before = process.env["PATH"];

  constructor() {
    for (const program of programs) {
      const file = path.join(this.folder, program);
      writeFileSync(file, `#!/bin/sh\necho "${program} $*" >>'${this.log}'\nexit 255\n`);
      chmodSync(file, 0o755);
    }
    process.env["PATH"] = `${this.folder}${path.delimiter}${this.before ?? ""}`;
  }

  private get log(): string {
    return path.join(this.folder, "calls");
  }

  /** How the doubles were called since the last time this was asked, a line each. */
  calls(): string[] {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, "utf8").trimEnd().split("\n");
    rmSync(this.log);
    return lines;
  }

  restore(): void {
    process.env["PATH"] = this.before;
  }
}
