import { randomBytes, randomInt } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { ContainerPlan } from "../../src/plan";
import type { EmbeddedHost, EmbeddedHostOptions } from "../../src/sim";
import { embeddedMachine, type Machine, machines, realHosts } from "../support/machine";
import {
  type AppSpec,
  chosenResources,
  type Outcome,
  Project,
  type StackPlan,
  type StackSpec,
} from "../support/project";
import { sweep } from "./sweep";

/** A container as a scenario writes it. */
export type ContainerSpec = { readonly id: string; readonly host?: string; readonly group?: string } & Readonly<
  Record<string, unknown>
>;

/** A module that evaluates everywhere, with a mark that tells one version of it from another. */
export function moduleText(mark: string): string {
  return `{ ... }:\n{\n  environment.etc."cdktf-nixos-test".text = "${mark}";\n}\n`;
}

/** What begins every name of one run: real hosts get names that cannot meet another run's, or anything of theirs. */
export function newPrefix(): string {
  return realHosts().length === 0 ? "" : `t${randomBytes(2).toString("hex")}`;
}

/** The first three numbers of the addresses that this test file uses: on real hosts another run may be under way. */
export const net = realHosts().length === 0 ? "10.231.7" : `10.${randomInt(64, 192)}.${randomInt(256)}`;

/** A test of what no real host can be asked for: there it is skipped, with the reason. */
export function testEmbedded(name: string, reason: string, run: () => Promise<void>): void {
  if (realHosts().length === 0) {
    test(name, run);
    return;
  }
  process.stderr.write(`skipped on a real host: ${name} (${reason})\n`);
  test.skip(`${name} (skipped on a real host: ${reason})`, run);
}

/** One project and its machines; every container it makes is its own, and is removed at the end. */
export class World {
  static async open(count = 1, prefix = newPrefix()): Promise<World> {
    const hosts = await machines(count);
    for (const host of hosts) {
      // Any command of the tool makes the directories that tell its layout.
      const { code, output } = host.kind === "real" ? await host.sh("nixos-container list") : { code: 0, output: "" };
      if (code !== 0) throw new Error(`nixos-container cannot be run on ${host.props["address"]}: ${output}`);
    }
    return new World(hosts, new Project(chosenResources(), `test-${randomBytes(4).toString("hex")}`), prefix);
  }

  /** A world on embedded hosts of kinds that no real one can be asked to be. */
  static async embedded(...options: readonly EmbeddedHostOptions[]): Promise<World> {
    const hosts = await Promise.all(options.map((option, index) => embeddedMachine(`host${index + 1}`, option)));
    return new World(hosts, new Project(chosenResources(), `test-${randomBytes(4).toString("hex")}`), "");
  }

  /** Another checkout against the same hosts: of the same project unless told otherwise, with a state of its own. */
  static sameHosts(world: World, projectId = world.project.projectId): World {
    return new World(world.hosts, new Project(chosenResources(), projectId), world.prefix);
  }

  private constructor(
    readonly hosts: readonly Machine[],
    readonly project: Project,
    private readonly prefix: string,
  ) {}

  /** The name a container has on its host. */
  named(id: string): string {
    return `${this.prefix}${id}`;
  }

  get machine(): Machine {
    return this.hosts[0];
  }

  /** The first machine, which must be an embedded host. */
  get embedded(): EmbeddedHost {
    const { embedded } = this.machine;
    if (!embedded) throw new Error("this is a real host");
    return embedded;
  }

  /** A stack with every host, and the containers given; a container without a host is on the first. */
  stack(containers: readonly ContainerSpec[], options: Partial<StackSpec> = {}): AppSpec {
    return {
      stacks: [
        {
          id: "fleet",
          hosts: this.hostSpecs(),
          ...options,
          containers: containers.map((container) => this.container(container)),
        },
      ],
    };
  }

  container({
    id,
    ...props
  }: ContainerSpec): { readonly id: string; readonly host: string } & Readonly<Record<string, unknown>> {
    return { id, name: this.named(id), host: "host1", config: moduleText("one"), ...props };
  }

  hostSpecs(): { readonly id: string }[] {
    return this.hosts.map(({ props }, index) => ({ id: `host${index + 1}`, ...props }));
  }

  /** Deploys, and proves that a second plan is empty. */
  async deploy(spec: AppSpec): Promise<Outcome> {
    const outcome = await this.project.deploy(spec);
    await this.settled(spec);
    return outcome;
  }

  /** Proves that there is nothing to do. */
  async settled(spec: AppSpec): Promise<void> {
    const plan = await this.project.plan(spec);
    if (!plan.empty) throw new Error(`the plan is not empty:\n${plan.output}`);
  }

  /** Proves that the host has nothing to do for one container, whatever Terraform's state says. */
  async settledOnHost(spec: AppSpec, id: string): Promise<void> {
    const { action, changes } = await this.planned(spec, id);
    if (action !== "none") throw new Error(`${id}: ${action} ${JSON.stringify(changes)}`);
  }

  /** Proves that there is something to do, and says what. */
  async unsettled(spec: AppSpec): Promise<StackPlan> {
    const plan = await this.project.plan(spec);
    if (plan.empty) throw new Error("the plan is empty");
    return plan;
  }

  /** What our own plan says of one container. */
  async planned(spec: AppSpec, id: string): Promise<ContainerPlan> {
    const { plan, text } = await this.project.ownPlan(spec);
    const all = [...plan.containers, ...plan.removals.flatMap((removal) => removal.containers)];
    const found = all.find(({ name }) => name === this.named(id));
    if (!found) throw new Error(`no plan for ${id}:\n${text}`);
    return found;
  }

  /** Runs a command on a machine, with $N for the container's name and $CONF, $ROOT, $PROFILE, $OURS for its places; fails if it fails. */
  async sh(id: string, command: string, machine: Machine = this.machine): Promise<string> {
    const layout =
      "N=" +
      this.named(id) +
      '; if [ -d "$R/etc/nixos-containers" ]; then D=nixos-containers; else D=containers; fi; CONF=$R/etc/$D/$N.conf; STATE=$R/var/lib/$D; ROOT=$STATE/$N;' +
      " PROFILE=$R/nix/var/nix/profiles/per-container/$N/system; OURS=$R/var/lib/cdktf-nixos/containers/$N; CONTROL=$R/etc/systemd/system.control;";
    const outcome = await machine.sh(`${layout} ${command}`);
    if (outcome.code !== 0) throw new Error(`${command}\nended with ${outcome.code}: ${outcome.output}`);
    return outcome.stdout.trim();
  }

  /** `up`, `down` or `gone`, as nixos-container says. */
  async status(id: string, machine: Machine = this.machine): Promise<string> {
    return this.sh(id, 'nixos-container status "$N" 2>/dev/null || :', machine);
  }

  /** When the container's unit last started: differs after a restart, not after a reload. */
  async started(id: string): Promise<string> {
    return this.sh(id, 'systemctl show "container@$N" -p InvocationID --value');
  }

  readState(stack = "fleet"): string {
    return readFileSync(this.project.statePath(stack), "utf8");
  }

  /** Removes every trace of this world from its hosts, whatever a failed test left; fails when one stays. */
  async close(): Promise<void> {
    const left: string[] = [];
    for (const machine of this.hosts) {
      if (machine.kind === "real") {
        const { code, output } = await machine.sh(sweep(this.prefix, this.owners()));
        if (code !== 0) left.push(output);
      }
      await machine.stop();
    }
    this.project.remove();
    if (left.length > 0) throw new Error(`a host was not left as it was:\n${left.join("\n")}`);
  }

  /** As whom this project's stacks own what they deploy. */
  private owners(): string[] {
    const stacks = this.project.stackFolder("");
    return existsSync(stacks) ? readdirSync(stacks).map((stack) => `${this.project.projectId}/${stack}`) : [];
  }
}
