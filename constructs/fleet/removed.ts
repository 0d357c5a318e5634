import type { IConstruct } from "constructs";
import type { Problem } from "../../src/model/error";

/** What was taken out of the tree of constructs after it was made: the rest knows of it, and would be deployed as if it were there. */
export function removedProblems(made: readonly IConstruct[]): Problem[] {
  const removed = new Set(made.map(removedPart).filter((part) => part !== undefined));
  return [...removed].map(({ node: { path } }) => ({
    code: "input",
    what: `${path} was taken out of the tree of constructs (tryRemoveChild) after it was made`,
    where: { construct: path },
    remedy: "do not make what is not to be deployed; to remove a container, leave it out of the code",
  }));
}

/** The outermost of a construct and those it stands in that its own scope no longer has. */
function removedPart({ node }: IConstruct): IConstruct | undefined {
  return node.scopes.find(
    (part, index) => index > 0 && node.scopes[index - 1]?.node.tryFindChild(part.node.id) !== part,
  );
}
