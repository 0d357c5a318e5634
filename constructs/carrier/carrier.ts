import type { Construct } from "constructs";
import type { Problem } from "../../src/model/error";
import type { CallSite } from "../framework/call-site";
import { type Fault, judge } from "./carrier-rules";
import { notePolicy } from "./destroy-policy";
import { Fleet } from "../fleet/fleet";
import { libraryOf, nullResourceOf, perLibrary, stackOf } from "../framework/framework";
import type { Dependable, Library } from "../framework/library";
import { withLiteral } from "../framework/literal";
import { ensureNullProvider, nullMetadata } from "../framework/null-provider";
import type { Outcome } from "../fleet/outcome";
import { nameOwn } from "./own-element";
import type { Provisioner } from "../transport/transport";
import { watchCalls } from "../framework/watched-calls";

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
 * What users set on it through CDKTF's escape hatches stands beside what it carries, or is refused.
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
  const stack = stackOf(scope);
  if (resources === "null_resource") ensureNullProvider(library, stack);
  const carrier = new (carrierClassesOf(library)[resources])(scope, id, carried, dependsOn);
  nameOwn(carrier, resources, logicalId);
  fleet.addCheck(() => carrier.examine().problems);
  notePolicy(stack, () => carrier.examine().preventDestroy);
  return {
    address: `${resources}.${logicalId}`,
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

/** What users may set, under the names that Terraform has for it; an override names it by itself. */
const hatches = {
  count: "count",
  forEach: "for_each",
  provider: "provider",
  lifecycle: "lifecycle",
  provisioners: "provisioner",
  connection: "connection",
  addOverride: "",
  moveTo: "moved",
  moveToId: "moved",
  importFrom: "import",
};

/** What CDKTF makes of a resource. */
interface Fragment {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly import?: unknown;
}

interface Examined {
  readonly fragment: Fragment;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly preventDestroy: boolean;
  readonly problems: readonly Problem[];
}

function carrierClass(library: Library, Base: Library["TerraformResource"], kind: keyof typeof kinds) {
  const { triggersKey, config } = kinds[kind];
  return class CarrierResource extends Base {
    private readonly sites: ReadonlyMap<string, CallSite>;

    constructor(
      scope: Construct,
      id: string,
      private readonly carried: () => Carried,
      dependsOn: readonly Dependable[],
    ) {
      super(scope, id, { ...config, dependsOn: [...dependsOn] });
      this.sites = watchCalls(this, hatches);
    }

    /** What users have set on it, judged. */
    examine(): Examined {
      const fragment = super.toTerraform() as Fragment;
      const address = `${kind}.${this.friendlyUniqueId}`;
      const given = fragment.resource?.[kind]?.[this.friendlyUniqueId];
      const { attributes, faults, preventDestroy } = judge(address, triggersKey, given ?? {});
      const problem = ({ member, what, remedy }: Fault): Problem => {
        const source = this.sites.get(member)?.text;
        const where = { construct: this.node.path, ...(source !== undefined && { source }) };
        return { code: "input", what, where, remedy };
      };
      return {
        fragment,
        attributes,
        preventDestroy,
        problems: [...faults, ...misplaced(address, fragment, given !== undefined)].map(problem),
      };
    }

    override toTerraform(): unknown {
      const { fragment, attributes, problems } = this.examine();
      if (problems.length > 0) Fleet.of(this).check();
      const carried = this.carried();
      const content = contentOf(triggersKey, carried);
      const whole = carried.literal ? withLiteral(library, attributes, content, merged) : merged(attributes, content);
      return { ...fragment, resource: { [kind]: { [this.friendlyUniqueId]: whole } } };
    }
  };
}

/** What would take the resource out of the stack, or another thing for it. */
function misplaced(address: string, fragment: Fragment, isThere: boolean): Fault[] {
  const moved = {
    member: "moved",
    what: `${address} is moved away, and nothing would be deployed by it any more`,
    remedy: "take moveTo and moveToId out; moveFromId, on the one that stays, takes an older record over",
  };
  const imported = {
    member: "import",
    what: `something is imported as ${address}, which is a record that deploying makes`,
    remedy: "take importFrom out; `adopt: true` takes over a container that is there",
  };
  return [...(isThere ? [] : [moved]), ...(fragment.import === undefined ? [] : [imported])];
}

/** What a carrier carries, as Terraform's attributes. */
function contentOf(triggersKey: "triggers" | "triggers_replace", carried: Carried): object {
  const lifecycle = {
    ...(carried.createBeforeDestroy && { create_before_destroy: true }),
    ...(carried.ignoredTriggers && {
      // Of terraform_data's object, Terraform takes an index for the whole attribute, and would never plan it again.
      ignore_changes: carried.ignoredTriggers.map((trigger) =>
        triggersKey === "triggers" ? `triggers["${trigger}"]` : `triggers_replace.${trigger}`,
      ),
    }),
  };
  return {
    [triggersKey]: carried.triggers,
    provisioner: [carried.provisioner],
    ...(carried.forEach && { for_each: carried.forEach }),
    ...(carried.dependsOn && carried.dependsOn.length > 0 && { depends_on: carried.dependsOn }),
    ...(Object.keys(lifecycle).length > 0 && { lifecycle }),
  };
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
