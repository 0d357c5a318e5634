import { deploy } from "./deploy";
import { observe } from "./observe";
import { planner } from "./planner";
import type { Benchmark, Result } from "./result";
import { synth } from "./synth";
import { resultTable } from "./table";
import { transport } from "./transport";

const benchmarks: readonly Benchmark[] = [planner, synth, observe, deploy, transport];

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    const known = benchmarks.map(({ name }) => name).join(", ");
    throw new Error(`no benchmark is called ${unknown.join(", ")}; there are ${known}`);
  }
  const results: Result[] = [];
  for (const benchmark of benchmarks) {
    if (names.length > 0 && !names.includes(benchmark.name)) continue;
    results.push(...(await benchmark.run((text) => process.stderr.write(`${benchmark.name}: ${text}\n`))));
  }
  console.log(resultTable(results));
}

process.once("SIGINT", () => process.exit(130)); // what stands in temporary folders goes on exit
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
