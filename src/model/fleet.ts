import type { DesiredContainer } from "./container";
import type { Problem } from "./error";
import { options } from "./options";
import { containerWords } from "./options/option";

/** Everything wrong between the containers of an app: what two of one host may not share. */
export function fleetProblems(containers: readonly DesiredContainer[]): Problem[] {
  const problems: Problem[] = [];
  const hosts = new Map<string, DesiredContainer[]>();
  for (const container of containers) {
    const neighbours = hosts.get(container.host);
    if (neighbours) neighbours.push(container);
    else hosts.set(container.host, [container]);
  }
  for (const neighbours of hosts.values()) {
    const clashes = options.flatMap((option) => option.clashes?.(neighbours) ?? []);
    problems.push(
      ...sharedClaims(neighbours),
      ...clashes.map(({ container, what, remedy }) => problem(container, what, remedy)),
    );
  }
  return problems;
}

function sharedClaims(neighbours: readonly DesiredContainer[]): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, DesiredContainer>();
  for (const container of neighbours) {
    for (const { key, text, remedy } of options.flatMap((option) => option.claims?.(container) ?? [])) {
      const other = first.get(key);
      if (!other) first.set(key, container);
      else if (other !== container)
        problems.push(problem(container, `${text} ${containerWords(other)} on the same host`, remedy));
    }
  }
  return problems;
}

function problem(container: DesiredContainer, what: string, remedy: string): Problem {
  const { construct, name, host } = container;
  return { code: "input", what, where: { construct, container: name, host: host.split("/").at(-1) ?? host }, remedy };
}
