import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** Wall time and the CPU time that child processes took meanwhile, in seconds. */
export interface Taken {
  readonly wall: number;
  readonly cpu: number;
}

/** Runs a task and says how long it took. */
export async function taken(task: () => Promise<unknown>): Promise<Taken> {
  const begin = performance.now();
  const cpu = cpuOfChildren();
  await task();
  return { wall: (performance.now() - begin) / 1000, cpu: cpuOfChildren() - cpu };
}

/**
 * Runs two tasks in turn, A B A B, so that whatever else the machine does disturbs both alike.
 * @returns what each call returned
 */
export async function inTurn<A, B>(
  rounds: number,
  a: (round: number) => Promise<A>,
  b: (round: number) => Promise<B>,
): Promise<{ readonly a: readonly A[]; readonly b: readonly B[] }> {
  const all: { a: A[]; b: B[] } = { a: [], b: [] };
  for (let round = 0; round < rounds; round++) {
    all.a.push(await a(round));
    all.b.push(await b(round));
  }
  return all;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The median of one field. */
export function medianOf<T>(values: readonly T[], field: (value: T) => number): number {
  return median(values.map(field));
}

/** CPU seconds of the child processes that have ended, theirs included. */
export function cpuOfChildren(): number {
  // Fields 16 and 17 of proc(5)'s stat, in ticks of 1/100 s; the second field may hold spaces.
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Runs tasks, at most so many at a time. */
export async function atMost(width: number, tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = [...tasks];
  const worker = async (): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task();
  };
  await Promise.all(Array.from({ length: width }, worker));
}
