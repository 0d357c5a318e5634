import type { Problem } from "../../src/model/error";
import { Fleet } from "../fleet/fleet";
import { libraryOf, stackOf } from "../framework/framework";
import { hclProblem } from "../framework/hcl";
import type { Element } from "../framework/library";
import type { Construct, IConstruct } from "constructs";
import { refuse } from "../framework/refusal";

/** The elements of ours in a stack, by address. */
const ownOf = new WeakMap<Construct, Map<string, Element>>();

type Overrides = Readonly<Record<string, unknown>>;

/**
 * Gives an element of ours the name that others of ours refer to, and users find in plans and state: it keeps it,
 * whatever an aspect that names things does. It is never written in HCL, and not altered from outside of it.
 */
export function nameOwn(element: Element, type: string, name: string): void {
  const fixed: Partial<Record<string, unknown>> = {
    friendlyUniqueId: name,
    overrideLogicalId: () => undefined,
    resetOverrideLogicalId: () => undefined,
    toHclTerraform: () => refuse([hclProblem]),
  };
  for (const [key, value] of Object.entries(fixed)) Object.defineProperty(element, key, { value });
  const fleet = Fleet.of(element);
  fleet.keep(element);
  fleet.addCheck(() => stackOverrides(element, type, name));
  const stack = stackOf(element);
  let own = ownOf.get(stack);
  if (own === undefined) {
    const made = (own = new Map<string, Element>());
    ownOf.set(stack, made);
    fleet.addCheck(() => namesakes(stack, made)); // one walk through the stack for all of them
  }
  own.set(`${type}.${name}`, element);
}

/** A local of ours. */
export function makeLocal(scope: Construct, id: string, name: string, value: () => unknown): void {
  const local = new (libraryOf(scope).TerraformLocal)(scope, id, undefined);
  nameOwn(local, "local", name);
  Object.defineProperty(local, "toTerraform", { value: () => ({ locals: { [name]: value() } }) });
}

/** What the overrides of its stack would do to an element of ours, behind its back. */
function stackOverrides(element: Element, type: string, name: string): Problem[] {
  const stack = stackOf(element);
  const { rawOverrides = {} } = stack as unknown as { rawOverrides?: Overrides };
  const address = `${type}.${name}`;
  const refused = (what: string): Problem => ({
    code: "input",
    what,
    where: { construct: stack.node.path },
    remedy: `take it out of the stack's overrides; what may be set is set on the construct ${element.node.path}`,
  });
  const blocks =
    type === "local" ? rawOverrides["locals"] : (rawOverrides["resource"] as Overrides | undefined)?.[type];
  const entries = (["moved", "removed", "import"] as const).filter((kind) =>
    [rawOverrides[kind] ?? []].flat().some((entry) => names(entry, kind === "import" ? "to" : "from", address)),
  );
  return [
    ...(name in ((blocks as object | undefined) ?? {}) ? [refused(`an override of the stack alters ${address}`)] : []),
    ...entries.map((kind) => refused(`an override of the stack has a \`${kind}\` block for ${address}`)),
  ];
}

/** Elements of the user's that would be written under a name of ours, so that only one of the two would be. */
function namesakes(stack: Construct, own: ReadonlyMap<string, Element>): Problem[] {
  const { TerraformResource, TerraformLocal } = libraryOf(stack);
  const addressOf = (other: IConstruct): string | undefined => {
    if (other instanceof TerraformResource) return `${other.terraformResourceType}.${other.friendlyUniqueId}`;
    return other instanceof TerraformLocal ? `local.${other.friendlyUniqueId}` : undefined;
  };
  return stack.node.findAll().flatMap((other) => {
    const address = addressOf(other);
    const ours = address === undefined ? undefined : own.get(address);
    if (ours === undefined || ours === other) return [];
    return {
      code: "input",
      what: `${other.node.path} is written as ${address}, which is the name of ${ours.node.path}`,
      where: { construct: other.node.path },
      remedy: "give it another id, or another logical id (overrideLogicalId)",
    };
  });
}

function names(entry: unknown, end: string, address: string): boolean {
  const named = (entry as Overrides | null)?.[end];
  return named === address || (typeof named === "string" && named.startsWith(`${address}[`));
}
