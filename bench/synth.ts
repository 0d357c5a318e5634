import type { Phases } from "./apps/phases";
import { inTurn, medianOf, taken, type Taken } from "./measure";
import { type Benchmark, type Result, seconds, shares, times } from "./result";
import { Workspace } from "./workspace";

const hosts = 100;
const containersPerHost = 10;
const rounds = 7;

/** How long an app of 1,000 containers takes to synthesize, against one of as many null_resources; whole processes both. */
export const synth: Benchmark = {
  name: "synth",
  async run(say): Promise<Result[]> {
    const count = hosts * containersPerHost;
    const [ours, bare] = [new Workspace({ CDKTF_NIXOS_OBSERVE: "off" }), new Workspace()];
    ours.declare({
      hosts: Array.from({ length: hosts }, (_, number) => ({ address: `host${number}.example.org` })),
      containersPerHost,
    });
    try {
      const measured = await inTurn(
        rounds,
        async (round) => {
          say(`round ${round + 1} of ${rounds}`);
          return { ...(await taken(() => bare.synth("null-resources", String(count)))), ...bare.phases() };
        },
        async () => ({ ...(await taken(() => ours.synth("containers"))), ...ours.phases() }),
      );
      const ratio = medianOf(measured.b, wall) / medianOf(measured.a, wall);
      const cpuRatio = medianOf(measured.b, cpu) / medianOf(measured.a, cpu);
      const spent = { ours: phaseShares(measured.b), bare: phaseShares(measured.a) };
      return [
        {
          what: "synth: 1,000 containers, not observed, against 1,000 null_resources",
          figure: times(ratio),
          target: "≤ 1.50 ×",
          met: ratio <= 1.5,
          details: [
            `containers      ${seconds(medianOf(measured.b, wall))}: ${shares(spent.ours)}`,
            `null_resources  ${seconds(medianOf(measured.a, wall))}: ${shares(spent.bare)}`,
            `median of ${rounds}; in CPU time the ratio is ${times(cpuRatio)}`,
          ],
          reasons: Object.entries(spent.ours)
            .map(([phase, took]) => ({ phase, more: took - spent.bare[phase] }))
            .filter(({ more }) => more > 0.01)
            .sort((one, other) => other.more - one.more)
            .map(({ phase, more }) => `${phase}: ${seconds(more)} more than in the bare app`),
        },
        {
          what: "synth: its cdk.tf.json",
          figure: megabytes(ours.stackSize()),
          met: true,
          details: [
            `${(ours.stackSize() / count / 1000).toFixed(1)} kB a container; the bare app's is ${megabytes(bare.stackSize())}`,
          ],
          reasons: [],
        },
      ];
    } finally {
      ours.remove();
      bare.remove();
    }
  },
};

type Measured = Taken & Phases;

const wall = (one: Taken): number => one.wall;
const cpu = (one: Taken): number => one.cpu;

/** Medians of how long each phase of an app's process took. */
function phaseShares(measured: readonly Measured[]): Record<string, number> {
  return {
    "start and modules": medianOf(measured, ({ loaded }) => loaded),
    constructs: medianOf(measured, ({ loaded, constructed }) => constructed - loaded),
    synth: medianOf(measured, ({ constructed, synthesized }) => synthesized - constructed),
    exit: medianOf(measured, ({ wall: whole, synthesized }) => Math.max(0, whole - synthesized)),
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
