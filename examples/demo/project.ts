import { accessSync, constants, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { NixosHostProps } from "../../constructs";
import type { PlanDocument } from "../../src/render";
import { appText, type Framework } from "./framework";
import type { Outcome, Programs } from "./programs";
import { Hindrance, Surprise } from "./surprise";
import { planLines, terraformLine } from "./terraform-output";

/** The containers of examples/nixos-manual. */
export const containerNames = ["database", "foo", "test"] as const;

const stack = "containers";
const projectId = "5d9c1f0e-7f4b-4f0e-9b2a-6e0c3a7d1b42";

/** Who owns on a host what the demo makes there. */
export const owner = `${projectId}/${stack}`;

/** What terraform would do: in its own words, and as actions by address; both empty when there is nothing to do. */
export interface TerraformPlan {
  readonly lines: readonly string[];
  readonly actions: Readonly<Record<string, string>>;
}

/** A project in a temporary folder, whose app is that of examples/nixos-manual. */
export class Project {
  readonly folder = mkdtempSync(path.join(realpathSync(tmpdir()), "cdktf-nixos-demo-"));
  /** A container that was taken out of the code. */
  without?: string;
  private readonly env: Readonly<Record<string, string | undefined>>;

  constructor(
    private readonly programs: Programs,
    private readonly hosts: readonly NixosHostProps[],
    private readonly framework: Framework,
    private readonly engine: string,
    settings: Readonly<Record<string, string>>,
    /** Whether the user's ssh configuration has no say in how the hosts are reached. */
    ownSsh: boolean,
  ) {
    writeFileSync(path.join(this.folder, "main.js"), appText(framework));
    const config = { language: "typescript", app: "node main.js", projectId, sendCrashReports: "false" };
    writeFileSync(path.join(this.folder, "cdktf.json"), `${JSON.stringify(config, undefined, 2)}\n`);
    const temporary = path.join(this.folder, "tmp");
    mkdirSync(temporary);
    // How providers are locked is part of how they are found.
    const foreign = /^(CDKTF_|EXAMPLE_|TF_CLI_ARGS(?!_providers_lock$)|TF_WORKSPACE$|TF_DATA_DIR$)/;
    this.env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))),
      CDKTF_HOME: path.join(this.folder, "home"),
      TMPDIR: temporary, // what a program that is ended leaves there goes with the folder
      ...settings,
      ...(ownSsh && { PATH: `${this.sshWithoutConfiguration()}${path.delimiter}${process.env["PATH"] ?? ""}` }),
    };
  }

  /** `cdktf-nixos plan` for people. @throws Surprise unless there are changes just when they are expected */
  async planText(colors: boolean, changes: boolean): Promise<readonly string[]> {
    const { FORCE_COLOR: _ask, NO_COLOR: _forbid, ...env } = this.environment;
    const outcome = await this.cdktfNixos(["plan", "--detailed-exitcode"], {
      ...env,
      ...(colors ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }),
    });
    const expected = changes ? 2 : 0;
    if (outcome.code === expected) return outcome.stdout.trimEnd().split("\n");
    throw new Surprise("cdktf-nixos plan", `exit status ${expected}`, `exit status ${outcome.code}\n${outcome.output}`);
  }

  /** `cdktf-nixos plan --json`. */
  async plan(): Promise<PlanDocument> {
    const outcome = await this.cdktfNixos(["plan", "--json"], this.environment);
    try {
      return JSON.parse(outcome.stdout) as PlanDocument;
    } catch {
      throw new Surprise("cdktf-nixos plan --json", "JSON", outcome.output);
    }
  }

  /** The name of the framework's command. */
  get cli(): string {
    return this.framework.name;
  }

  /** `cdktf diff`. cdktf hands terraform's output on in pieces, and begins a line with each: so the plan it saves is read. */
  async diff(): Promise<TerraformPlan> {
    await this.cdktf(["diff"]);
    const show = async (...words: string[]): Promise<string> => {
      const cwd = path.join(this.folder, "cdktf.out/stacks", stack);
      const outcome = await this.programs.run(this.engine, ["show", ...words, "plan"], { cwd, env: this.environment });
      if (outcome.code === 0) return outcome.stdout;
      throw new Surprise(`${this.engine} show`, "the plan", outcome.output);
    };
    const text = await show("-no-color");
    const { resource_changes: changes = [] } = JSON.parse(await show("-json")) as {
      readonly resource_changes?: readonly {
        readonly address: string;
        readonly change: { readonly actions: readonly string[] };
      }[];
    };
    const acted = changes.filter(({ change }) => change.actions.join() !== "no-op");
    return {
      lines: planLines(text),
      actions: Object.fromEntries(acted.map(({ address, change }) => [address, change.actions.join(", ")])),
    };
  }

  /** `cdktf deploy` or `cdktf destroy`; every line of terraform's is told as it comes. */
  async apply(verb: "deploy" | "destroy", onLine: (line: string) => void): Promise<void> {
    await this.cdktf([verb, "--auto-approve"], (line) => onLine(terraformLine(line, stack)));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A folder with an ssh that reads no configuration: whatever `Host *` says there, embedded hosts are on loopback ports. */
  private sshWithoutConfiguration(): string {
    const folder = path.join(this.folder, "bin");
    mkdirSync(folder);
    const program = `#!/bin/sh\nexec '${findProgram("ssh").replaceAll("'", "'\\''")}' -F none "$@"\n`;
    writeFileSync(path.join(folder, "ssh"), program, { mode: 0o755 });
    return folder;
  }

  private get environment(): Readonly<Record<string, string | undefined>> {
    return { ...this.env, EXAMPLE_HOSTS: JSON.stringify(this.hosts), EXAMPLE_WITHOUT: this.without };
  }

  private async cdktf(words: readonly string[], onLine?: (line: string) => void): Promise<void> {
    const outcome = await this.programs.run(process.execPath, [this.framework.program, ...words], {
      cwd: this.folder,
      env: this.environment,
      ...(onLine && { onLine }),
    });
    if (outcome.code === 0) return;
    const lines = outcome.output.split("\n").map((line) => terraformLine(line, stack));
    throw new Surprise(`${this.cli} ${words.join(" ")}`, "that it succeeds", lines.slice(-60).join("\n").trim());
  }

  private cdktfNixos(words: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<Outcome> {
    const program = path.join(__dirname, "../../src/cli/main.js");
    return this.programs.run(process.execPath, [program, ...words], { cwd: this.folder, env });
  }
}

/** Where PATH has a program. @throws Hindrance when it has none */
function findProgram(name: string): string {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.resolve(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  throw new Hindrance(`${name} is not on PATH: install OpenSSH's client.`);
}
