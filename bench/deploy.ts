import { handWritten, desired } from "./containers";
import { Hosts, loadBetween, sshArguments } from "./hosts";
import {
  containersPerHost,
  count,
  type Deployed,
  emptyDeploy,
  firstDeploy,
  type Measured,
  parallelism,
} from "./deploy-results";
import { atMost, inTurn, sum, taken } from "./measure";
import type { Benchmark, Result } from "./result";
import { run } from "./run";
import { Workspace } from "./workspace";

const rounds = 3;
/** What the real tool takes, in seconds; and hosts on which no build waits for another. */
const options = { durations: { build: 0.35, start: 0.3 }, cores: 16, memory: 64 };

/** How long a first deploy of 50 containers on 5 hosts takes, against a loop written by hand; and a deploy that has nothing to do. */
export const deploy: Benchmark = {
  name: "deploy",
  async run(say): Promise<Result[]> {
    const { a, b } = await inTurn(
      rounds,
      (round) => {
        say(`round ${round + 1} of ${rounds}: by hand`);
        return onFreshHosts(byHand);
      },
      (round) => {
        say(`round ${round + 1} of ${rounds}: with Terraform`);
        return onFreshHosts(withTerraform);
      },
    );
    return [firstDeploy(a, b), emptyDeploy(b)];
  },
};

export async function onFreshHosts<T>(task: (hosts: Hosts) => Promise<T>): Promise<T> {
  const hosts = await Hosts.start(count, options);
  try {
    return await task(hosts);
  } finally {
    await hosts.stop();
  }
}

/** The floor: one ssh a container, ten at a time, the same commands of nixos-container. */
async function byHand(hosts: Hosts): Promise<Measured> {
  const before = await hosts.load();
  const tasks = Array.from({ length: containersPerHost }, (_, index) =>
    hosts.facts.map((facts) => async () => {
      const input = handWritten(desired(`web${index}`, index));
      await run("ssh", [...sshArguments(facts), "sh -s"], { input });
    }),
  ).flat();
  const time = await taken(() => atMost(parallelism, tasks));
  return { ...time, load: loadBetween(before, await hosts.load()) };
}

async function withTerraform(hosts: Hosts): Promise<Deployed> {
  const workspace = new Workspace({ CDKTF_NIXOS_RESOURCES: "terraform_data" });
  try {
    workspace.declare({ hosts: hosts.facts.map(({ props }) => props), containersPerHost });
    const before = await hosts.load();
    const synth = await taken(() => workspace.synth("containers"));
    const init = await taken(() => workspace.terraform(["init", "-input=false"]));
    const plan = await taken(() => workspace.terraform(["plan", "-input=false", "-out=planned"]));
    const apply = await taken(() =>
      workspace.terraform(["apply", "-input=false", `-parallelism=${parallelism}`, "planned"]),
    );
    const load = loadBetween(before, await hosts.load());
    const steps = [synth, plan, apply];
    return {
      wall: sum(steps.map(({ wall }) => wall)),
      cpu: sum(steps.map(({ cpu }) => cpu)),
      load,
      first: { "observe and synth": synth.wall, "terraform plan": plan.wall, "terraform apply": apply.wall },
      init: init.wall,
      empty: await empty(workspace),
    };
  } finally {
    workspace.remove();
  }
}

/** Deploys again: the host is as wanted, so Terraform's plan must be empty. */
async function empty(workspace: Workspace): Promise<Record<string, number>> {
  const off = await taken(() => workspace.synthWith({ CDKTF_NIXOS_OBSERVE: "off" }, "containers"));
  const observed = await taken(() => workspace.synth("containers"));
  // With -detailed-exitcode, 0 is an empty plan; anything else fails here.
  const plan = await taken(() => workspace.terraform(["plan", "-input=false", "-detailed-exitcode"]));
  return { observation: Math.max(0, observed.wall - off.wall), synth: off.wall, "terraform plan": plan.wall };
}
