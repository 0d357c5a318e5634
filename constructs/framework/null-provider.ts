import type { IConstruct } from "constructs";
import { perLibrary } from "./framework";
import type { Library, Stack } from "./library";

/** The provider that CDKTF's own classes for it, in version 11, were made for: a stack is the same with them and without. */
export const nullMetadata = { providerName: "null", providerVersion: "3.2.4", providerVersionConstraint: "~> 3.0" };

const providerClassOf = perLibrary((library) => class NullProvider extends library.TerraformProvider {});

const provided = new WeakSet<IConstruct>();

/** Adds the null provider to the stack when the user has not, once all constructs stand. */
export function ensureNullProvider(library: Library, stack: Stack): void {
  if (provided.has(stack)) return;
  provided.add(stack);
  library.Aspects.of(stack).add({
    visit(node: IConstruct): void {
      if (node !== stack) return;
      const present = stack.node
        .findAll()
        .some(
          (child) =>
            library.TerraformProvider.isTerraformProvider(child) &&
            (child as { terraformResourceType?: unknown }).terraformResourceType === "null",
        );
      if (present) return;
      new (providerClassOf(library))(stack, "nixos-null", {
        terraformResourceType: "null",
        terraformGeneratorMetadata: nullMetadata,
        terraformProviderSource: "null",
      });
    },
  });
}
