import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { cacheFolder, writeWhole } from "./cache";
import type { Engine, Environment } from "./engine";
import { engineName, findEngine, installProblem, quietEnvironment } from "./engine";
import { nullAddresses, nullProviderDouble } from "./null-provider-double";

/** Which hashicorp/null serves the null_resources of a demo or a test on this machine. */
export interface ProviderMirror {
  /**
   * `real`: the engine installs it by itself; `mirror`: it comes from CDKTF_NIXOS_TERRAFORM_MIRROR;
   * `double`: ours, built from test/null-provider; `none`: there is none, terraform_data has to do.
   */
  readonly kind: "real" | "mirror" | "double" | "none";
  /** Why this one, in words for whoever watches the run. */
  readonly reason: string;
  /** To be laid over the environment of cdktf and of the engine. */
  readonly env: Readonly<Record<string, string>>;
}

/** Names a filesystem mirror that holds hashicorp/null: `DIR/registry.terraform.io/hashicorp/null/…`. */
const mirrorVariable = "CDKTF_NIXOS_TERRAFORM_MIRROR";

/** How much time the decision may take. */
export interface Patience {
  /**
   * Whether the double is built when it is not there yet, which takes about a minute.
   * @default true
   */
  readonly mayBuild?: boolean;
  /**
   * Seconds the registry gets to hand out the provider.
   * @default 30
   */
  readonly registrySeconds?: number;
}

/** Minutes for which the registry's answer is taken as still true. */
const answerMinutes = 10;

const decided = new Map<string, ProviderMirror>();

/** Decides once per process and environment: a mirror the user names, the real registry, the double, or none. */
export function providerMirror(env: Environment = process.env, patience: Patience = {}): ProviderMirror {
  const key = JSON.stringify(Object.entries(env).sort());
  const mirror = decided.get(key) ?? decide(env, patience);
  decided.set(key, mirror);
  return mirror;
}

/** One line that says which provider is used, for the top of a run. */
export function providerMirrorLine(mirror: ProviderMirror): string {
  const names = {
    real: "the real one",
    mirror: "the one in a mirror",
    double: "our double",
    none: "none, so terraform_data is used",
  };
  return `hashicorp/null: ${names[mirror.kind]} (${mirror.reason})`;
}

function decide(env: Environment, { mayBuild = true, registrySeconds = 30 }: Patience): ProviderMirror {
  const quiet = quietEnvironment(env);
  const engine = findEngine(env);
  if (!engine) return { kind: "none", reason: `${engineName(env)} cannot be run`, env: quiet };
  const problems: string[] = [];

  const named = env[mirrorVariable];
  if (named) {
    const mirrored = mirrorEnvironment(path.resolve(named), quiet);
    const problem = installProblem(engine, { ...env, ...mirrored }, 60);
    if (!problem) return { kind: "mirror", reason: `${mirrorVariable}=${named}`, env: mirrored };
    problems.push(`${mirrorVariable}=${named}: ${problem}`);
  }

  const registry = registryProblem(engine, env, quiet, registrySeconds);
  if (!registry) return { kind: "real", reason: [...problems, `${engine.binary} installs it`].join("; "), env: quiet };
  problems.push(registry);

  const double = nullProviderDouble(engine, env, mayBuild);
  if ("mirror" in double) {
    return { kind: "double", reason: problems.join("; "), env: mirrorEnvironment(double.mirror, quiet) };
  }
  return { kind: "none", reason: [...problems, double.problem].join("; "), env: quiet };
}

/** What makes an engine take hashicorp/null from a mirror, and everything else from where it always does. */
export function mirrorEnvironment(mirror: string, quiet: Readonly<Record<string, string>>): Record<string, string> {
  const addresses = JSON.stringify(nullAddresses);
  const config = `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = ${addresses}
  }
  direct {
    exclude = ${addresses}
  }
}
`;
  const file = path.join(cacheFolder, `cli-${digest(config)}.tfrc`);
  writeWhole(file, config);
  return {
    ...quiet,
    TF_CLI_CONFIG_FILE: file,
    // cdktf runs `providers lock`, which knows no mirrors but this flag's; the engine reads it as a shell would
    TF_CLI_ARGS_providers_lock: `-fs-mirror=${mirror.replace(/[^\w/.@:+-]/g, "\\$&")}`,
  };
}

/** Why the engine cannot install the provider by itself, or undefined where it can; remembered for some minutes. */
function registryProblem(
  engine: Engine,
  env: Environment,
  quiet: Readonly<Record<string, string>>,
  registrySeconds: number,
): string | undefined {
  const settings = Object.entries(env).filter(([name]) => /^TF_|_proxy$|^HOME$/i.test(name));
  const file = path.join(
    cacheFolder,
    `registry-${digest(JSON.stringify([engine, registrySeconds, settings.sort()]))}.json`,
  );
  try {
    const answer = JSON.parse(readFileSync(file, "utf8")) as { readonly at: number; readonly problem?: string };
    if (Date.now() - answer.at < answerMinutes * 60_000) return answer.problem;
  } catch {
    // nobody asked yet
  }
  const impatient = { TF_REGISTRY_DISCOVERY_RETRY: "0", TF_REGISTRY_CLIENT_TIMEOUT: "5" };
  const problem = installProblem(engine, { ...env, ...impatient, ...quiet }, registrySeconds);
  writeWhole(file, JSON.stringify({ at: Date.now(), problem }));
  return problem;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
