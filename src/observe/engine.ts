import type { Context } from "./context";
import type { Engines } from "./terraform-ssh";

/** The engine that will deploy, as it names itself. */
export interface Engine {
  readonly name: keyof Engines;
  readonly version: readonly [number, number];
}

/** Asks the engine that cdktf runs which it is; undefined when it does not answer. */
export async function askEngine(context: Context): Promise<Engine | undefined> {
  const program = process.env["TERRAFORM_BINARY_NAME"] || "terraform";
  const answer = await context.run(program, ["version"], { timeout: 30, env: { CHECKPOINT_DISABLE: "1" } });
  const [, name, major, minor] = /^(Terraform|OpenTofu) v(\d+)\.(\d+)/m.exec(answer.stdout.toString("utf8")) ?? [];
  return name === undefined ? undefined : { name: name as keyof Engines, version: [Number(major), Number(minor)] };
}

export function isAtLeast({ name, version: [major, minor] }: Engine, engines: Engines): boolean {
  const [wantedMajor, wantedMinor] = engines[name];
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
