import { type Engine, engineName, findEngine } from "../support/engine";
import { providerMirror, providerMirrorLine } from "../support/provider-mirror";
import { Hindrance } from "./surprise";

/** The resources that carry the containers, why these, and what makes terraform find their provider. */
export interface Resources {
  readonly kind: "null_resource" | "terraform_data";
  readonly reason: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Terraform or OpenTofu. @throws Hindrance when there is none */
export function requireEngine(): Engine {
  const engine = findEngine(process.env);
  if (engine) return engine;
  throw new Hindrance(
    `${engineName(process.env)} cannot be run, and the demo shows the real one. Install Terraform 1.5 or later (https://developer.hashicorp.com/terraform/install), ` +
      "or OpenTofu 1.6 or later and set TERRAFORM_BINARY_NAME=tofu.",
  );
}

/** null_resource where its provider can be had without waiting for it, terraform_data elsewhere or when asked for. */
export function chooseResources(): Resources {
  const mirror = providerMirror(process.env, { mayBuild: false, registrySeconds: 10 });
  const asked = process.env["CDKTF_NIXOS_RESOURCES"] === "terraform_data";
  if (asked) return { kind: "terraform_data", reason: "CDKTF_NIXOS_RESOURCES asks for it", env: mirror.env };
  const kind = mirror.kind === "none" ? "terraform_data" : "null_resource";
  return { kind, reason: providerMirrorLine(mirror), env: mirror.env };
}
