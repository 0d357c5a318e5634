import type { Plan } from "./plan";

/** The stacks of a plan, sorted: those that use a host. */
export function stacksOf(plan: Plan): readonly string[] {
  return [...new Set([...plan.containers, ...plan.removals].map(({ stack }) => stack))].sort();
}

/** The part of a plan that belongs to one stack: its containers, what it removes, and the hosts of both. */
export function planOfStack(plan: Plan, stack: string): Plan {
  const containers = plan.containers.filter((container) => container.stack === stack);
  const removals = plan.removals.filter((removal) => removal.stack === stack);
  const used = new Set([...containers, ...removals].map(({ host }) => host));
  return { ...plan, hosts: plan.hosts.filter(({ host }) => used.has(host)), containers, removals };
}
