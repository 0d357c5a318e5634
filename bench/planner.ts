import { performance } from "node:perf_hooks";
import { planApp } from "../src/plan";
import { median } from "./measure";
import { fleet, type Mix, mixes } from "./planner-fleet";
import { type Benchmark, type Result, seconds, times } from "./result";

const hosts = 100;
const rounds = 9;

/** How long the planner takes for 10,000 observed containers, and whether half as many take half as long. */
export const planner: Benchmark = {
  name: "planner",
  run(): Result[] {
    const half = fleet(hosts, 50);
    const whole = fleet(hosts, 100);
    const spent: { half: number[]; whole: number[] } = { half: [], whole: [] };
    planApp(half);
    planApp(whole); // once before: the first run compiles
    for (let round = 0; round < rounds; round++) {
      spent.half.push(time(() => planApp(half)));
      spent.whole.push(time(() => planApp(whole)));
    }
    const took = median(spent.whole);
    const growth = took / 10_000 / (median(spent.half) / 5_000);
    const first = time(() => planApp(fleet(hosts, 100)));
    return [
      {
        what: "planner: 10,000 containers on 100 hosts",
        figure: seconds(took),
        target: "< 1 s",
        met: took < 1,
        details: [`median of ${rounds}; ${inWords(planApp(whole).containers.map(({ action }) => action))}`],
        reasons: [`with the making of its input, one run took ${seconds(first)}`],
      },
      {
        what: "planner: time a container, 10,000 against 5,000",
        figure: times(growth),
        target: "≤ 1.30 × (linear)",
        met: growth <= 1.3,
        details: [
          `${microseconds(took / 10_000)} a container at 100 a host, ${microseconds(median(spent.half) / 5_000)} at 50 a host`,
        ],
        reasons: ["some work of the planner grows faster than the number of containers on a host"],
      },
    ];
  },
};

function time(task: () => unknown): number {
  const begin = performance.now();
  task();
  return (performance.now() - begin) / 1000;
}

function microseconds(value: number): string {
  return `${(value * 1e6).toFixed(0)} µs`;
}

/** Counts the planned actions, and fails when they are not those of the mix: a planner that plans nothing is fast. */
function inWords(actions: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const action of actions) counts.set(action, (counts.get(action) ?? 0) + 1);
  for (const mix of Object.values<Mix>(mixes)) {
    const expected = Math.round(actions.length * mix.share);
    if (counts.get(mix.action) !== expected)
      throw new Error(`${counts.get(mix.action) ?? 0} containers were planned as ${mix.action}, not ${expected}`);
  }
  return [...counts].map(([action, count]) => `${count} ${action}`).join(", ");
}
