import { containersPerHost, count, parallelism } from "./deploy-results";
import { onFreshHosts } from "./deploy";
import type { Hosts } from "./hosts";
import { inTurn, medianOf, sum, taken } from "./measure";
import { type Benchmark, type Result, seconds, times } from "./result";
import { Workspace } from "./workspace";

const rounds = 3;

/** Seconds of two deploys, synth and plan included, and what the first one asked of the hosts. */
interface Deploys {
  readonly first: number;
  readonly firstApply: number;
  readonly change: number;
  readonly changeApply: number;
  readonly connections: number;
}

/** A first deploy of 50 containers on 5 hosts and one change of many, over Terraform's remote-exec and over ssh, side by side. */
export const transport: Benchmark = {
  name: "transport",
  async run(say): Promise<Result[]> {
    const { a, b } = await inTurn(
      rounds,
      (round) => {
        say(`round ${round + 1} of ${rounds}: remote-exec`);
        return onFreshHosts((hosts) => deploys(hosts, "remote-exec"));
      },
      (round) => {
        say(`round ${round + 1} of ${rounds}: ssh`);
        return onFreshHosts((hosts) => deploys(hosts, "ssh"));
      },
    );
    const many = `${count * containersPerHost} containers on ${count} hosts`;
    const connections = (all: readonly Deploys[]): number => medianOf(all, (one) => one.connections);
    const reached = `connections of the first deploy, the plan's included: remote-exec ${connections(a)}, ssh ${connections(b)}`;
    return [
      compared(`transport: first deploy of ${many}`, a, b, "first", "firstApply", [reached]),
      compared(`transport: one change of ${many}`, a, b, "change", "changeApply", []),
    ];
  },
};

function compared(
  what: string,
  remoteExec: readonly Deploys[],
  ssh: readonly Deploys[],
  whole: "first" | "change",
  apply: "firstApply" | "changeApply",
  details: readonly string[],
): Result {
  const line = (name: string, all: readonly Deploys[]): string =>
    `${name}  ${seconds(medianOf(all, (one) => one[whole]))}, of which terraform apply ${seconds(medianOf(all, (one) => one[apply]))}`;
  const ratio = (field: typeof whole | typeof apply): string =>
    times(medianOf(ssh, (one) => one[field]) / medianOf(remoteExec, (one) => one[field]));
  return {
    what: `${what}, ssh against remote-exec`,
    figure: ratio(whole),
    met: true,
    details: [
      line("remote-exec", remoteExec),
      line("ssh        ", ssh),
      `terraform apply alone ${ratio(apply)}`,
      ...details,
      `median of ${ssh.length}, in turn, each on new hosts`,
    ],
    reasons: [],
  };
}

async function deploys(hosts: Hosts, way: "remote-exec" | "ssh"): Promise<Deploys> {
  const workspace = new Workspace({ CDKTF_NIXOS_RESOURCES: "terraform_data", CDKTF_NIXOS_TRANSPORT: way });
  const deploy = async (): Promise<{ whole: number; apply: number }> => {
    const synth = await taken(() => workspace.synth("containers"));
    await workspace.terraform(["init", "-input=false"]);
    const plan = await taken(() => workspace.terraform(["plan", "-input=false", "-out=planned"]));
    const apply = await taken(() =>
      workspace.terraform(["apply", "-input=false", `-parallelism=${parallelism}`, "planned"]),
    );
    return { whole: synth.wall + plan.wall + apply.wall, apply: apply.wall };
  };
  try {
    const fleet = { hosts: hosts.facts.map(({ props }) => props), containersPerHost };
    workspace.declare(fleet);
    const before = sum((await hosts.load()).connections);
    const first = await deploy();
    const connections = sum((await hosts.load()).connections) - before;
    workspace.declare({ ...fleet, changed: true });
    const change = await deploy();
    return {
      first: first.whole,
      firstApply: first.apply,
      change: change.whole,
      changeApply: change.apply,
      connections,
    };
  } finally {
    workspace.remove();
  }
}
