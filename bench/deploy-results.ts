import type { Load } from "./hosts";
import { median, medianOf, sum, type Taken } from "./measure";
import { type Result, seconds, shares, times } from "./result";

/** Hosts that are deployed to. */
export const count = 5;
export const containersPerHost = 10;
/** Changes at a time. */
export const parallelism = 10;

/** What a deploy took, here and on the hosts. */
export interface Measured extends Taken {
  readonly load: Load;
}

/** A first deploy with Terraform, and the one after it. */
export interface Deployed extends Measured {
  /** Seconds of each step of the first deploy. */
  readonly first: Readonly<Record<string, number>>;
  /** Seconds of `terraform init`, which a project needs once. */
  readonly init: number;
  /** Seconds of each step of a deploy that has nothing to do. */
  readonly empty: Readonly<Record<string, number>>;
}

/** The first deploy beside the floor, the same work by hand. */
export function firstDeploy(floor: readonly Measured[], ours: readonly Deployed[]): Result {
  const ratio = medianOf(ours, wall) / medianOf(floor, wall);
  const applied = medianOf(ours, ({ first }) => first["terraform apply"]);
  const excess = (field: (one: Measured) => number): number => medianOf(ours, field) - medianOf(floor, field);
  const sessions = (all: readonly Measured[]): string =>
    `${median(all.map(({ load }) => load.sessions))} commands over ${median(all.map(({ load }) => sum(load.connections)))} connections`;
  return {
    what: `deploy: first, ${count * containersPerHost} containers on ${count} hosts, against a loop by hand`,
    figure: times(ratio),
    target: "≤ 1.50 ×",
    met: ratio <= 1.5,
    details: [
      `first deploy  ${seconds(medianOf(ours, wall))}: ${shares(medians(ours.map(({ first }) => first)))}`,
      `by hand       ${seconds(medianOf(floor, wall))}: ${parallelism} ssh at a time, of which ${seconds((count * containersPerHost * 0.65) / parallelism)} are builds and starts`,
      `on the hosts  ${sessions(ours)}; by hand ${sessions(floor)}`,
      `CPU           ${load(ours)}`,
      `  by hand     ${load(floor)}`,
      `median of ${ours.length}, each on new hosts; terraform init, once a project, took ${seconds(medianOf(ours, ({ init }) => init))} more`,
    ],
    reasons: [
      `before anything is applied, ${seconds(medianOf(ours, wall) - applied)} go into looking at the hosts and showing the plan; the loop looks at nothing`,
      `terraform apply alone is ${times(applied / medianOf(floor, wall))} the loop`,
      `the programs on the hosts take ${seconds(excess((one) => one.load.programs))} of CPU more than the loop's (checks, journal, locks, Terraform's four sessions a container), and all ${count} hosts share the cores of this machine`,
      `Terraform, its provider, node and ssh take ${seconds(excess((one) => one.cpu))} of CPU more, the SSH server of the hosts ${seconds(excess((one) => one.load.server))}`,
    ],
  };
}

/** The shares of a deploy that has nothing to do. */
export function emptyDeploy(ours: readonly Deployed[]): Result {
  const parts = medians(ours.map(({ empty: parts_ }) => parts_));
  return {
    what: `deploy: nothing to do, ${count * containersPerHost} containers on ${count} hosts`,
    figure: seconds(sum(Object.values(parts))),
    met: true,
    details: [shares(parts), "Terraform's plan was empty each time"],
    reasons: [],
  };
}

const wall = (one: Taken): number => one.wall;

/** The median of each step. */
function medians(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  return Object.fromEntries(Object.keys(all[0]).map((step) => [step, medianOf(all, (one) => one[step])]));
}

function load(all: readonly Measured[]): string {
  const part = (field: (one: Measured) => number): string => seconds(medianOf(all, field));
  return `here ${part(({ cpu }) => cpu)}, programs on the hosts ${part((one) => one.load.programs)}, their SSH server ${part((one) => one.load.server)}`;
}
