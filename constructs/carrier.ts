import type { Construct } from "constructs";
import { Fleet } from "./fleet";
import { libraryOf, nullResourceOf, perLibrary, stackOf } from "./framework";
import type { Dependable, Library } from "./library";
import { ensureNullProvider, nullMetadata } from "./null-provider";
import { withLiteral } from "./literal";
import type { Outcome } from "./outcome";
import type { Provisioner } from "./transport/transport";

/** What a carrier says to Terraform, computed when it is synthesized. */
export interface Carried {
  readonly triggers: Readonly<Record<string, string>>;
  readonly provisioner: Provisioner;
  readonly dependsOn?: readonly string[];
  readonly forEach?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly createBeforeDestroy?: boolean;
  readonly ignoredTriggers?: readonly string[];
  /** Whether it holds none of CDKTF's tokens, which stand for values known after apply. */
  readonly literal: boolean;
}

/** A resource whose only purpose is its triggers and its provisioner: a null_resource or a terraform_data. */
export interface Carrier extends Dependable {
  /** Address in the stack, such as `null_resource.web1_database`. */
  readonly address: string;
}

/** The expression under which a provisioner finds its own triggers. */
export function selfTriggers(scope: Construct): string {
  return Fleet.of(scope).settings.resources === "null_resource" ? "self.triggers" : "self.triggers_replace";
}

/**
 * Makes the carrier that the app's settings ask for; `carry` is called when it is synthesized, once for each plan of the app.
 * What users do to it through CDKTF's escape hatches stands beside what it carries.
 */
export function makeCarrier(
  scope: Construct,
  id: string,
  logicalId: string,
  carry: () => Carried,
  dependsOn: readonly Dependable[] = [],
): Carrier {
  const fleet = Fleet.of(scope);
  let known: { readonly plan: Outcome; readonly carried: Carried } | undefined;
  const carried = (): Carried => {
    const { plan } = fleet;
    if (known?.plan !== plan) known = { plan, carried: carry() };
    return known.carried;
  };
  const library = libraryOf(scope);
  const { resources } = fleet.settings;
  if (resources === "null_resource") ensureNullProvider(library, stackOf(scope));
  const carrier = new (carrierClassesOf(library)[resources])(scope, id, carried, dependsOn);
  carrier.overrideLogicalId(logicalId);
  return {
    address: `${carrier.terraformResourceType}.${logicalId}`,
    get fqn() {
      return carrier.fqn;
    },
  };
}

/** The two kinds of resource, and where each keeps its triggers. */
const kinds = {
  null_resource: {
    triggersKey: "triggers",
    config: { terraformResourceType: "null_resource", terraformGeneratorMetadata: nullMetadata },
  },
  terraform_data: { triggersKey: "triggers_replace", config: { terraformResourceType: "terraform_data" } },
} as const;

/** The class of a library's carriers, of both kinds. */
const carrierClassesOf = perLibrary((library) => ({
  null_resource: carrierClass(library, nullResourceOf(library), "null_resource"),
  terraform_data: carrierClass(library, library.TerraformResource, "terraform_data"),
}));

function carrierClass(library: Library, Base: Library["TerraformResource"], kind: keyof typeof kinds) {
  const { triggersKey, config } = kinds[kind];
  return class CarrierResource extends Base {
    constructor(
      scope: Construct,
      id: string,
      private readonly carried: () => Carried,
      dependsOn: readonly Dependable[],
    ) {
      super(scope, id, { ...config, dependsOn: [...dependsOn] });
    }

    override toTerraform(): unknown {
      return withCarried(library, super.toTerraform(), triggersKey, this.carried());
    }
  };
}

function withCarried(library: Library, base: unknown, key: "triggers" | "triggers_replace", carried: Carried): unknown {
  const { resource } = base as { resource: Record<string, Record<string, object>> };
  const lifecycle = {
    ...(carried.createBeforeDestroy && { create_before_destroy: true }),
    ...(carried.ignoredTriggers && {
      // Of terraform_data's object, Terraform takes an index for the whole attribute, and would never plan it again.
      ignore_changes: carried.ignoredTriggers.map((trigger) =>
        key === "triggers" ? `${key}["${trigger}"]` : `${key}.${trigger}`,
      ),
    }),
  };
  const content = {
    [key]: carried.triggers,
    provisioner: [carried.provisioner],
    ...(carried.forEach && { for_each: carried.forEach }),
    ...(carried.dependsOn && carried.dependsOn.length > 0 && { depends_on: carried.dependsOn }),
    ...(Object.keys(lifecycle).length > 0 && { lifecycle }),
  };
  for (const byId of Object.values(resource)) {
    for (const [id, attributes] of Object.entries(byId)) {
      byId[id] = carried.literal ? withLiteral(library, attributes, content, merged) : merged(attributes, content);
    }
  }
  return base;
}

/** Both, lists and blocks joined: ours come first in a list, and win in a block. */
function merged(theirs: object, ours: object): object {
  const all = new Map<string, unknown>(Object.entries(theirs));
  for (const [name, value] of Object.entries(ours)) all.set(name, joined(all.get(name), value));
  return Object.fromEntries(all);
}

function joined(theirs: unknown, ours: unknown): unknown {
  if (typeof theirs !== "object" || theirs === null) return ours;
  if (Array.isArray(ours))
    return [...(ours as unknown[]), ...(Object.values(theirs) as unknown[]).filter((one) => !ours.includes(one))];
  return merged(theirs, ours as object);
}
