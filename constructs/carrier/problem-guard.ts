import type { Construct } from "constructs";
import { type Problem, problemText } from "../../src/model/error";
import { terraformText } from "../framework/escape";
import { libraryOf, perLibrary } from "../framework/framework";
import { makeLocal, nameOwn } from "./own-element";

const logicalId = "nixos-problems";

/**
 * Makes Terraform's plan of a stack fail while there are problems on its hosts, and `destroy` still work.
 * Everything else of the stack depends on it, so `-target` does not lead around it. Without problems it is not there at all.
 */
export class ProblemGuard {
  constructor(
    scope: Construct,
    private readonly problems: () => readonly Problem[],
  ) {
    nameOwn(new (guardClassOf(libraryOf(scope)))(scope, "problems", problems), "terraform_data", logicalId);
    // A precondition must refer to something.
    makeLocal(scope, "problem-count", "nixos_problems", () => problems().length);
  }

  /** What depends on the guard says so with this. */
  addresses(): string[] {
    return this.problems().length > 0 ? [`terraform_data.${logicalId}`] : [];
  }
}

const guardClassOf = perLibrary(
  (library) =>
    class GuardResource extends library.TerraformResource {
      constructor(
        scope: Construct,
        id: string,
        private readonly problems: () => readonly Problem[],
      ) {
        super(scope, id, { terraformResourceType: "terraform_data" });
      }

      override toTerraform(): unknown {
        const problems = this.problems();
        if (problems.length === 0) return {};
        const precondition = problems.map((problem) => ({
          condition: "${local.nixos_problems == 0}",
          error_message: terraformText(problemText(problem)),
        }));
        return { resource: { terraform_data: { [logicalId]: { lifecycle: { precondition } } } } };
      }
    },
);
