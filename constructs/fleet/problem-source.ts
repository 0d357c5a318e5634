import type { Problem } from "../../src/model/error";
import type { ContainerPlan, Plan } from "../../src/plan";

/** Tells where in the user's code a construct was made, by its path. */
export type SourceOf = (construct: string) => string | undefined;

/** The problems, each with the place in the code of the construct it lies in. */
export function withSources(problems: readonly Problem[], sourceOf: SourceOf): Problem[] {
  return problems.map((problem) => {
    const { construct } = problem.where;
    const source = construct === undefined ? undefined : sourceOf(construct);
    return source === undefined ? problem : { ...problem, where: { ...problem.where, source } };
  });
}

/** The plan with such problems. */
export function planWithSources(plan: Plan, sourceOf: SourceOf): Plan {
  const container = (one: ContainerPlan): ContainerPlan => {
    if (one.problems.length === 0) return one;
    const problems = withSources(one.problems, sourceOf);
    const [problem] = problems;
    return { ...one, problems, ...(problem && { problem }) };
  };
  return {
    ...plan,
    hosts: plan.hosts.map((host) => ({ ...host, problems: withSources(host.problems, sourceOf) })),
    containers: plan.containers.map(container),
    removals: plan.removals.map((removal) => ({ ...removal, containers: removal.containers.map(container) })),
  };
}
