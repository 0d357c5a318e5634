import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { IConstruct } from "constructs";
import type { Problem } from "../../src/model/error";
import { closestName } from "../../src/model/suggestion";
import { type Transport, transportRemedy, transports } from "../../src/model/transport";

/** The context key, in cdktf.json or on the App, that these settings stand under. */
export const contextKey = "cdktf-nixos";

/** Settings of a whole app: the object under `cdktf-nixos` in the context of cdktf.json. */
export interface Settings {
  /**
   * Whether the hosts are contacted at synth. What is synthesized with "off" refuses to be deployed.
   * Environment: CDKTF_NIXOS_OBSERVE.
   * @default "on"
   */
  readonly observe: "on" | "off";
  /**
   * The resource that carries a container: null_resource of hashicorp/null, or Terraform's built-in terraform_data,
   * for machines that cannot download a provider. Environment: CDKTF_NIXOS_RESOURCES.
   * @default "null_resource"
   */
  readonly resources: "null_resource" | "terraform_data";
  /**
   * How a deploy reaches the hosts that do not say so themselves: through Terraform's own SSH client, or through the ssh
   * of the machine that deploys. Environment: CDKTF_NIXOS_TRANSPORT.
   * @default "remote-exec"
   */
  readonly transport: Transport;
  /**
   * Names the project in the owner that is written on the hosts; the stack's id is added. Two checkouts of a copied
   * repository must differ. Environment: CDKTF_NIXOS_OWNER.
   * @default the projectId of cdktf.json
   */
  readonly owner?: string;
}

const choices = {
  observe: ["on", "off"],
  resources: ["null_resource", "terraform_data"],
  transport: transports,
} as const;

const keys = ["observe", "resources", "transport", "owner"];

/** Reads the settings from the environment, else from the context, else the defaults; reports every problem. */
export function readSettings(scope: IConstruct, problems: Problem[]): Settings {
  const refuse = (what: string, remedy: string): void =>
    void problems.push({ code: "settings", what, where: {}, remedy });
  const context: unknown = scope.node.tryGetContext(contextKey) ?? {};
  const given: Record<string, unknown> = {};
  if (typeof context !== "object" || context === null || Array.isArray(context)) {
    refuse(
      `the context ${contextKey} is ${JSON.stringify(context)}, not an object`,
      'write it like { "resources": "terraform_data" }',
    );
  } else Object.assign(given, context);
  for (const key of Object.keys(given)) {
    if (keys.includes(key)) continue;
    const meant = closestName(key, keys);
    refuse(
      `the context ${contextKey} has an unknown key ${JSON.stringify(key)}`,
      meant === undefined ? "use observe, resources, transport or owner" : `did you mean ${meant}?`,
    );
  }
  const read = (key: keyof Settings): unknown =>
    process.env[`CDKTF_NIXOS_${key.toUpperCase()}`] || (given[key] ?? undefined);
  const chosen = <K extends keyof typeof choices>(key: K): (typeof choices)[K][number] => {
    const value = read(key) ?? choices[key][0];
    const found = choices[key].find((choice) => choice === value);
    if (found === undefined)
      refuse(
        `${key} is ${JSON.stringify(value)}`,
        key === "transport" ? transportRemedy(value) : `use ${choices[key].map((c) => `"${c}"`).join(" or ")}`,
      );
    return found ?? choices[key][0];
  };
  const settings = { observe: chosen("observe"), resources: chosen("resources"), transport: chosen("transport") };
  const owner = read("owner") ?? projectId();
  if (owner === undefined) {
    if (settings.observe === "on") {
      refuse(
        "cdktf.json has no projectId, so what is deployed would have no owner",
        `add "projectId": "<a uuid>" to cdktf.json, or set the context ${contextKey}.owner`,
      );
    }
    return settings;
  }
  if (typeof owner !== "string" || !/^[A-Za-z0-9._@:-]{1,100}$/.test(owner)) {
    refuse(
      `owner is ${JSON.stringify(owner)}`,
      "use 1 to 100 letters, digits, dots, colons, hyphens, underscores and @",
    );
    return settings;
  }
  return { ...settings, owner };
}

/** The projectId of the cdktf.json in the working directory, where cdktf runs every app; its context lacks it. */
function projectId(): string | undefined {
  const path = join(process.cwd(), "cdktf.json");
  if (!existsSync(path)) return undefined;
  try {
    const config = JSON.parse(readFileSync(path, "utf8")) as { projectId?: unknown };
    return typeof config.projectId === "string" && config.projectId !== "" ? config.projectId : undefined;
  } catch {
    return undefined;
  }
}
