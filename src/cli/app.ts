import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { NixosError, type Problem } from "../model/error";
import type { HostNeed, Plan } from "../plan";
import { usefulOutput } from "./failure-output";
import { Interruption } from "./interruption";
import type { Project } from "./project";

/** What an app told: its plan, or why there is none. */
export interface Told {
  readonly plan?: Plan;
  /** What a destroy does. */
  readonly destroy?: Plan;
  /** What the hosts' own configuration needs. */
  readonly needs?: readonly HostNeed[];
  readonly problems: readonly Problem[];
  /** What it printed on stderr. */
  readonly stderr: string;
}

/** The version of what the constructs hand over. */
const handover = 1;

const mismatch = "install one release of cdktf-nixos-containers for both: run `npx cdktf-nixos` in the project";

/**
 * Runs the app of a project as cdktf does, and takes the plan that its constructs write.
 * @throws NixosError when the app fails by itself, or writes no plan
 * @throws Interruption when a signal asked for the end of it
 */
export async function runApp(project: Project, directory: string): Promise<Told> {
  const folder = mkdtempSync(path.join(tmpdir(), "cdktf-nixos-plan-"));
  const planFile = path.join(folder, "plan.json");
  try {
    const run = await runChild(project, directory, {
      CDKTF_OUTDIR: path.join(folder, "cdktf.out"),
      CDKTF_CONTEXT_JSON: JSON.stringify(project.context),
      CDKTF_NIXOS_PLAN_FILE: planFile,
    });
    const told = existsSync(planFile) ? readPlan(planFile) : undefined;
    if (run.failure !== undefined && (told === undefined || told.problems.length === 0)) {
      throw appError(
        `the app failed: ${project.app} ${run.failure}`,
        "mend what it says; `cdktf synth` fails in the same way",
        usefulOutput(run.output),
      );
    }
    if (!told) {
      throw appError(
        "the app declares no NixOS host, so there is nothing to plan",
        "declare a NixosHost and call app.synth(); both this program and the app must be of the same cdktf-nixos-containers",
        run.output,
      );
    }
    return { ...told, stderr: run.stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The signals that ask for the end. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

interface Run {
  /** How it failed, such as `exited with status 1`; undefined when it did not. */
  readonly failure?: string;
  readonly stderr: string;
  /** What explains a failure: stderr, or stdout where stderr is empty. */
  readonly output: string;
}

function runChild(project: Project, directory: string, settings: Readonly<Record<string, string>>): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(project.app, {
      cwd: directory,
      shell: true,
      detached: true, // a process group of its own: a signal reaches what the shell started too
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...settings },
    });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
    let interruption: Interruption | undefined;
    const forward = (signal: NodeJS.Signals): void => {
      try {
        // Who asks twice has waited long enough.
        if (child.pid !== undefined) process.kill(-child.pid, interruption ? "SIGKILL" : signal);
      } catch {
        // It has ended already.
      }
      interruption ??= new Interruption(signal);
    };
    for (const signal of endings) process.on(signal, forward);
    const end = (failure: string | undefined): void => {
      for (const signal of endings) process.off(signal, forward);
      if (interruption) {
        reject(interruption);
        return;
      }
      const said = stderr.join("");
      const output = said.trim() === "" ? stdout.join("") : said;
      resolve({ stderr: said, output, ...(failure !== undefined && { failure }) });
    };
    child.on("error", (error) => end(`could not be started: ${error.message}`));
    child.on("close", (status, signal) => {
      end(status === 0 ? undefined : signal ? `was ended by ${signal}` : `exited with status ${String(status)}`);
    });
  });
}

function readPlan(file: string): Omit<Told, "stderr"> {
  const told = JSON.parse(readFileSync(file, "utf8")) as {
    version?: number;
    plan?: Plan;
    destroy?: Plan;
    needs?: readonly HostNeed[];
    problems?: readonly Problem[];
  };
  if (told.version !== handover) {
    throw appError(
      `the app hands over its plan in version ${String(told.version)}, and this program reads version ${handover}`,
      mismatch,
    );
  }
  return {
    problems: told.problems ?? [],
    ...(told.plan && { plan: told.plan }),
    ...(told.destroy && { destroy: told.destroy }),
    ...(told.needs && { needs: told.needs }),
  };
}

function appError(what: string, remedy: string, output = ""): NixosError {
  const detail = output.trimEnd();
  return new NixosError([{ code: "settings", what, where: {}, remedy, ...(detail !== "" && { detail }) }]);
}
