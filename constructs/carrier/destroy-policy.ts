import type { Construct } from "constructs";
import { libraryOf, perLibrary } from "../framework/framework";
import type { Stack } from "../framework/library";
import { nameOwn } from "./own-element";

const name = "nixos-prevent-destroy";
const noted = new WeakMap<Stack, (() => boolean)[]>();

/** Notes a carrier of the stack, and how to ask whether `prevent_destroy` is set on it. */
export function notePolicy(stack: Stack, isPrevented: () => boolean): void {
  const asked = noted.get(stack) ?? [];
  asked.push(isPrevented);
  noted.set(stack, asked);
}

/**
 * Where `prevent_destroy` goes that is set on carriers. Each change replaces a carrier, which is but a record, so it must not stand there;
 * what it is to prevent is a `destroy` of the stack, and that Terraform refuses for this resource, which nothing ever replaces.
 */
export function addDestroyPolicy(scope: Construct, stack: Stack): void {
  const isPrevented = (): boolean => noted.get(stack)?.some((asks) => asks()) ?? false;
  nameOwn(new (policyClassOf(libraryOf(scope)))(scope, isPrevented), "terraform_data", name);
}

const policyClassOf = perLibrary(
  (library) =>
    class PolicyResource extends library.TerraformResource {
      constructor(
        scope: Construct,
        private readonly isPrevented: () => boolean,
      ) {
        super(scope, "prevent-destroy", { terraformResourceType: "terraform_data" });
      }

      override toTerraform(): unknown {
        if (!this.isPrevented()) return {};
        return { resource: { terraform_data: { [name]: { lifecycle: { prevent_destroy: true } } } } };
      }
    },
);
