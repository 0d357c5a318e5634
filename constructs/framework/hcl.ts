import type { IConstruct } from "constructs";
import type { Problem } from "../../src/model/error";

/** Why none of ours is written in HCL: the frameworks' own renderers lose parts of it, and what is lost would not be deployed. */
export const hclProblem: Problem = {
  code: "settings",
  what: "HCL output is not supported by cdktf-nixos-containers: what it deploys stands in JSON alone",
  where: {},
  remedy: "leave --hcl, the environment's SYNTH_HCL_OUTPUT and the App's hclOutput out",
};

/** The problem of an app that is to be written in HCL, told before any host is contacted. */
export function hclProblems(root: IConstruct): Problem[] {
  const asked = (root as { hclOutput?: unknown }).hclOutput === true;
  return asked || ["true", "1"].includes(process.env["SYNTH_HCL_OUTPUT"] ?? "") ? [hclProblem] : [];
}
