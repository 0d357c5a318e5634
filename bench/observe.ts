import { pinnedKeys } from "../src/model/host-key";
import { observeSync } from "../src/observe/sync";
import { type HostFacts, Hosts, loadBetween, sshArguments } from "./hosts";
import { convergeProgram, desired } from "./containers";
import { atMost, inTurn, medianOf, type Taken, taken } from "./measure";
import { type Benchmark, type Result, seconds, times } from "./result";
import { run } from "./run";

const count = 20;
const containersPerHost = 10;
const rounds = 5;

/** How long the observation of 20 hosts takes, against plain `ssh HOST true` to all of them at once. */
export const observe: Benchmark = {
  name: "observe",
  async run(say): Promise<Result[]> {
    say(`making ${containersPerHost} containers on each of ${count} hosts`);
    const hosts = await Hosts.start(count, { cores: 16, memory: 64 });
    try {
      await furnish(hosts);
      const observed = async (round: number): Promise<Measured> => {
        say(`round ${round + 1} of ${rounds}`);
        return measured(hosts, () => observeAll(hosts.facts));
      };
      const plain = (): Promise<Measured> =>
        measured(hosts, () =>
          atMost(
            count,
            hosts.facts.map((facts) => () => run("ssh", [...sshArguments(facts), "true"])),
          ),
        );
      await plain(); // once before: nobody has to wait for the first file read
      const { a, b } = await inTurn(rounds, observed, plain);
      return results(a, b);
    } finally {
      await hosts.stop();
    }
  },
};

interface Measured extends Taken {
  readonly connections: readonly number[];
  readonly server: number;
  readonly programs: number;
}

async function measured(hosts: Hosts, task: () => Promise<unknown>): Promise<Measured> {
  const before = await hosts.load();
  const time = await taken(task);
  return { ...time, ...loadBetween(before, await hosts.load()) };
}

function results(ours: readonly Measured[], plain: readonly Measured[]): Result[] {
  const ratio = medianOf(ours, wall) / medianOf(plain, wall);
  const connections = ours.flatMap((one) => one.connections);
  const most = Math.max(...connections);
  const more = (field: (one: Measured) => number): number => medianOf(ours, field) - medianOf(plain, field);
  const onHost = more(({ programs }) => programs) / count;
  return [
    {
      what: `observe: connections a host (${count} hosts, ${containersPerHost} containers each)`,
      figure: `${most}`,
      target: "1",
      met: connections.every((number) => number === 1),
      details: [],
      reasons: [`in ${ours.length} observations the hosts counted ${connections.join(", ")}`],
    },
    {
      what: "observe: against `ssh HOST true` to all at once",
      figure: times(ratio),
      target: "≤ 2.00 ×",
      met: ratio <= 2,
      details: [line("observation", ours), line("ssh … true", plain)],
      reasons: [
        `the probe's programs take ${seconds(onHost)} of CPU more on each host, and all ${count} hosts share the cores of this machine`,
        `${seconds(more(({ cpu }) => cpu))} of CPU more is taken here: node, \`ssh -G\`, parsing`,
      ],
    },
  ];
}

const wall = (one: Taken): number => one.wall;

function line(name: string, all: readonly Measured[]): string {
  const part = (field: (one: Measured) => number): string => seconds(medianOf(all, field));
  return `${name.padEnd(12)} ${part(wall)}; of CPU: here ${part(({ cpu }) => cpu)}, programs on the hosts ${part(({ programs }) => programs)}, their SSH server ${part(({ server }) => server)}`;
}

/** Observes every host, as a synth does; fails when one cannot be observed or lacks a container. */
function observeAll(facts: readonly HostFacts[]): Promise<void> {
  const observations = observeSync({
    hosts: facts.map(({ props }, number) => ({
      host: {
        ...props,
        hostKey: pinnedKeys(props.hostKey ?? []),
        proxyJump: undefined,
        construct: `host${number}`,
        label: `host${number}`,
        addressUnknown: false,
      },
      sources: [],
      owners: ["bench/bench"],
      syntax: [],
    })),
  });
  for (const observation of observations) {
    if (observation.kind === "failed") throw new Error(`${observation.what}\n${observation.detail ?? ""}`);
    if (observation.kind !== "observed" || observation.host.containers.size !== containersPerHost)
      throw new Error(`a host was not seen as it is: ${JSON.stringify(observation)}`);
  }
  return Promise.resolve();
}

/** Makes the containers with the program that Terraform would run, without the network between. */
async function furnish(hosts: Hosts): Promise<void> {
  const tasks = hosts.facts.flatMap((_, host) =>
    Array.from({ length: containersPerHost }, (__, index) => async () => {
      const name = `web${index}`;
      const program = convergeProgram(desired(name, index));
      await hosts.run(host, `cat >"$HOME/${name}.sh" && sh "$HOME/${name}.sh"`, program);
    }),
  );
  await atMost(4, tasks);
}
