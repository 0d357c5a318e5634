import { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Aspects, TerraformResource, TerraformStack } from "cdktf";
import type { Construct, IConstruct } from "constructs";
import { Fleet } from "./fleet";
import { withLiteral } from "./literal";
import type { Outcome } from "./outcome";

/** What a carrier says to Terraform, computed when it is synthesized. */
export interface Carried {
  readonly triggers: Readonly<Record<string, string>>;
  readonly provisioner: Readonly<Record<string, unknown>>;
  readonly dependsOn?: readonly string[];
  readonly forEach?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly createBeforeDestroy?: boolean;
  readonly ignoredTriggers?: readonly string[];
  /** Whether it holds none of CDKTF's tokens, which stand for values known after apply. */
  readonly literal: boolean;
}

/** A resource whose only purpose is its triggers and its remote-exec: a null_resource or a terraform_data. */
export interface Carrier {
  /** Address in the stack, such as `null_resource.web1_database`. */
  readonly address: string;
}

/** The expression under which a provisioner finds its own triggers. */
export function selfTriggers(scope: Construct): string {
  return Fleet.of(scope).settings.resources === "null_resource" ? "self.triggers" : "self.triggers_replace";
}

/** Makes the carrier that the app's settings ask for; `carry` is called when it is synthesized, once for each plan of the app. */
export function makeCarrier(scope: Construct, id: string, logicalId: string, carry: () => Carried): Carrier {
  const fleet = Fleet.of(scope);
  let known: { readonly plan: Outcome; readonly carried: Carried } | undefined;
  const carried = (): Carried => {
    const { plan } = fleet;
    if (known?.plan !== plan) known = { plan, carried: carry() };
    return known.carried;
  };
  const nulls = fleet.settings.resources === "null_resource";
  if (nulls) ensureNullProvider(TerraformStack.of(scope));
  const carrier = nulls ? new NullCarrier(scope, id, carried) : new DataCarrier(scope, id, carried);
  carrier.overrideLogicalId(logicalId);
  return { address: `${carrier.terraformResourceType}.${logicalId}` };
}

class NullCarrier extends NullResource {
  constructor(
    scope: Construct,
    id: string,
    private readonly carried: () => Carried,
  ) {
    super(scope, id);
  }

  override toTerraform(): unknown {
    return withCarried(super.toTerraform(), "triggers", this.carried());
  }
}

class DataCarrier extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    private readonly carried: () => Carried,
  ) {
    super(scope, id, { terraformResourceType: "terraform_data" });
  }

  override toTerraform(): unknown {
    return withCarried(super.toTerraform(), "triggers_replace", this.carried());
  }
}

function withCarried(base: unknown, key: "triggers" | "triggers_replace", carried: Carried): unknown {
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
    provisioner: [{ "remote-exec": carried.provisioner }],
    ...(carried.forEach && { for_each: carried.forEach }),
    ...(carried.dependsOn && carried.dependsOn.length > 0 && { depends_on: carried.dependsOn }),
    ...(Object.keys(lifecycle).length > 0 && { lifecycle }),
  };
  for (const byId of Object.values(resource)) {
    for (const [id, attributes] of Object.entries(byId)) {
      byId[id] = carried.literal ? withLiteral(attributes, content) : { ...attributes, ...content };
    }
  }
  return base;
}

const provided = new WeakSet<IConstruct>();

/** Adds the null provider to the stack when the user has not, once all constructs stand. */
function ensureNullProvider(stack: TerraformStack): void {
  if (provided.has(stack)) return;
  provided.add(stack);
  Aspects.of(stack).add({
    visit(node: IConstruct): void {
      if (node !== stack) return;
      const present = stack.node
        .findAll()
        .some((child) => NullProvider.isTerraformProvider(child) && child.terraformResourceType === "null");
      if (!present) new NullProvider(stack, "nixos-null");
    },
  });
}
