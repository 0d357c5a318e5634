import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, TerraformStack } from "./framework";
import type { Construct } from "constructs";
import { NixosContainer, type NixosContainerProps, NixosError, NixosHost } from "../../constructs";

// What the shell that runs the tests has set must not choose for them.
for (const name of ["OBSERVE", "RESOURCES", "OWNER", "PLAN_FILE", "TRANSPORT"])
  delete process.env[`CDKTF_NIXOS_${name}`];
delete process.env["CDKTF_OUTDIR"];
delete process.env["CDKTF_CONTEXT_JSON"];

/** A block of a synthesized stack. */
export type Block = Readonly<Record<string, unknown>>;

/** A synthesized stack, as far as the tests look into it. */
export interface StackJson {
  readonly terraform: { readonly required_providers?: Block; readonly required_version?: string };
  readonly provider?: Readonly<Record<string, readonly Block[]>>;
  readonly locals?: Block;
  readonly resource: Readonly<Record<string, Readonly<Record<string, CarrierJson>>>>;
}

/** A resource with a remote-exec. */
export interface CarrierJson {
  readonly triggers: Readonly<Record<string, string>>;
  readonly triggers_replace: Readonly<Record<string, string>>;
  readonly provisioner: readonly [{ readonly "remote-exec": ProvisionerJson }];
  readonly depends_on?: readonly string[];
  readonly for_each?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly lifecycle?: Block;
}
export interface ProvisionerJson {
  readonly when?: string;
  readonly connection: Readonly<Record<string, string | number | boolean>>;
  readonly inline: readonly string[];
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "cdktf-nixos-constructs-"));
  folders.push(folder);
  return folder;
}

/** An app with these settings beside an owner; hosts are not observed unless the settings say so. */
export function newApp(settings: Block = {}): App {
  const context = { "cdktf-nixos": { observe: "off", owner: "project", ...settings } };
  return new App({
    outdir: temporaryFolder(),
    stackTraces: false,
    context: context as unknown as Record<string, string>,
  });
}

/** A stack of an app of its own. */
export function newStack(settings: Block = {}, id = "prod"): TerraformStack {
  return new TerraformStack(newApp(settings), id);
}

/** A host like `web1` and a container on it, which is sound unless the props make it otherwise. */
export function newHost(scope: Construct, id = "web1"): NixosHost {
  return new NixosHost(scope, id, { address: `${id}.example.org` });
}
export function newContainer(
  scope: Construct,
  host: NixosHost,
  id = "database",
  props: Partial<NixosContainerProps> = {},
): NixosContainer {
  return new NixosContainer(scope, id, { host, config: { services: { postgresql: { enable: true } } }, ...props });
}

/** The stack as `cdktf synth` writes it. */
export function synthText(stack: TerraformStack): string {
  const app = App.of(stack);
  app.synth();
  return readFileSync(path.join(app.outdir, "stacks", stack.node.id, "cdk.tf.json"), "utf8");
}
export function synth(stack: TerraformStack): StackJson {
  return JSON.parse(synthText(stack)) as StackJson;
}

/** What a synth refuses with. */
export function refusal(synthesize: () => unknown): NixosError {
  try {
    synthesize();
  } catch (error) {
    if (error instanceof NixosError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** A resource of a stack by its type and name. */
export function resource(json: StackJson, name: string, type = "null_resource"): CarrierJson {
  const found = json.resource[type]?.[name];
  if (!found) throw new Error(`no ${type}.${name} among ${JSON.stringify(json.resource, undefined, 1).slice(0, 500)}`);
  return found;
}

/** The remote-exec of a resource. */
export function remoteExec(carrier: CarrierJson): ProvisionerJson {
  return carrier.provisioner[0]["remote-exec"];
}
