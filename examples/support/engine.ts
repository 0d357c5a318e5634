import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { nullMetadata } from "../../constructs/framework/null-provider";

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Terraform or OpenTofu, as found on this machine. */
export interface Engine {
  /** The program: `terraform`, or what TERRAFORM_BINARY_NAME says. */
  readonly binary: string;
  readonly version: string;
  /** Such as `linux_amd64`: the name providers are filed under. */
  readonly platform: string;
}

/** The version of hashicorp/null that the constructs ask for, to the digit; those of @cdktf/provider-null ask for the same. */
export const nullVersion = nullMetadata.providerVersion;

/** cdktf locks providers for this platform, whatever the machine. */
export const lockedPlatform = "linux_amd64";

/** What every run of an engine gets here: no call home, no questions, and no warning about a CLI configuration that is not there. */
export function quietEnvironment(env: Environment): Record<string, string> {
  const configFile = env["TF_CLI_CONFIG_FILE"];
  const missing = configFile !== undefined && !existsSync(configFile);
  return { CHECKPOINT_DISABLE: "1", CI: "1", ...(missing ? { TF_CLI_CONFIG_FILE: "/dev/null" } : {}) };
}

/** The engine that cdktf will run, or undefined where there is none. */
export function findEngine(env: Environment): Engine | undefined {
  const binary = engineName(env);
  const run = spawnSync(binary, ["version", "-json"], {
    encoding: "utf8",
    env: { ...env, ...quietEnvironment(env) },
    timeout: 20_000,
  });
  if (run.status !== 0) return undefined;
  const told = JSON.parse(run.stdout) as { readonly terraform_version: string; readonly platform: string };
  return { binary, version: told.terraform_version, platform: told.platform };
}

/** The name of the engine that cdktf will run. */
export function engineName(env: Environment): string {
  return env["TERRAFORM_BINARY_NAME"] || "terraform";
}

/** Why `cdktf deploy` could not install hashicorp/null in this environment, or undefined where it could: `init` and `providers lock` are tried. */
export function installProblem(engine: Engine, env: Environment, timeoutSeconds: number): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), "cdktf-nixos-probe-"));
  try {
    const required_providers = { null: { source: "hashicorp/null", version: nullVersion } };
    writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify({ terraform: { required_providers } }));
    const deadline = Date.now() + timeoutSeconds * 1000;
    const commands = [
      ["init", "-no-color", "-input=false", "-backend=false"],
      ["providers", "lock", "-no-color", `-platform=${lockedPlatform}`],
    ];
    for (const command of commands) {
      const run = spawnSync(engine.binary, command, {
        cwd: folder,
        encoding: "utf8",
        env: { ...env, TF_DATA_DIR: undefined, TF_WORKSPACE: undefined },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: Math.max(1, deadline - Date.now()),
        killSignal: "SIGKILL",
      });
      if (run.signal !== null) return `${engine.binary} ${command[0]} did not finish within ${timeoutSeconds} s`;
      if (run.status !== 0) return `${engine.binary} ${command[0]}: ${firstError(run.stderr + run.stdout)}`;
    }
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first error an engine printed, on one line: its title and the last cause it names. */
function firstError(output: string): string {
  const [title = "", ...details] = output
    .slice(output.indexOf("Error: "))
    .replace(/^Error: /, "")
    .split("\n");
  const cause = details
    .join(" ")
    .split("To see which modules")[0]
    ?.split(": ")
    .at(-1)
    ?.replace(/[\s│╷╵]+/g, " ")
    .trim();
  return cause ? `${title.trim()}: ${cause}` : title.trim();
}
