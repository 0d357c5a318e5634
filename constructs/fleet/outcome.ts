import { distinct, type Problem } from "../../src/model/error";
import type { DesiredHost } from "../../src/model/host";
import type { Connection, Observation } from "../../src/model/observed";
import type {
  ContainerPlan,
  HostNeed,
  HostPlan,
  Plan,
  PlannedContainer,
  RemovalPlan,
  SettledAddresses,
} from "../../src/plan";

/** What the code declares once every address is chosen. */
export interface Declared {
  /** In the order of the code. */
  readonly declared: readonly PlannedContainer[];
  readonly addresses: ReadonlyMap<string, SettledAddresses>;
  /** What the hosts' own configuration needs for it. */
  readonly needs: readonly HostNeed[];
}

/** A plan with the ways to look things up in it. */
export class Outcome {
  private readonly containers: ReadonlyMap<string, ContainerPlan>;
  private readonly hosts: ReadonlyMap<string, HostPlan>;
  private readonly removals: ReadonlyMap<string, RemovalPlan>;
  private readonly desired: ReadonlyMap<string, PlannedContainer>;

  constructor(
    readonly plan: Plan,
    /** What a destroy would do instead. */
    readonly destroy: Plan,
    private readonly observations: ReadonlyMap<string, Observation>,
    private readonly settled: Declared,
  ) {
    this.desired = new Map(settled.declared.map((container) => [container.construct, container]));
    this.containers = new Map(plan.containers.map((container) => [container.construct ?? "", container]));
    this.hosts = new Map(plan.hosts.map((host) => [host.host, host]));
    this.removals = new Map(plan.removals.map((removal) => [`${removal.stack}\n${removal.host}`, removal]));
  }

  get problems(): readonly Problem[] {
    return distinct([
      ...this.plan.hosts.flatMap((host) => host.problems),
      ...[...this.plan.containers, ...this.plan.removals.flatMap((removal) => removal.containers)].flatMap(
        (container) => container.problems,
      ),
    ]);
  }

  containerAt(construct: string): ContainerPlan {
    return found(this.containers.get(construct));
  }

  /** The containers of the code, in its order. */
  get declared(): readonly PlannedContainer[] {
    return this.settled.declared;
  }

  get needs(): readonly HostNeed[] {
    return this.settled.needs;
  }

  declaredAt(construct: string): PlannedContainer {
    return found(this.desired.get(construct));
  }

  addressesOf(construct: string): SettledAddresses {
    return found(this.settled.addresses.get(construct));
  }

  hostAt(construct: string): HostPlan {
    return found(this.hosts.get(construct));
  }

  removalOn(stack: string, host: string): RemovalPlan {
    return found(this.removals.get(`${stack}\n${host}`));
  }

  connectionTo(host: DesiredHost): Connection | undefined {
    const observation = this.observations.get(host.construct);
    return observation?.kind === "unobserved" ? undefined : observation?.connection;
  }

  systemControlOf(host: DesiredHost): "writable" | "read-only" {
    const observation = this.observations.get(host.construct);
    return observation?.kind === "observed" ? observation.host.systemControl : "writable";
  }

  /** The lines of the drop-in that a container's unit was seen with; undefined when nobody looked. */
  dropInOf(host: DesiredHost, container: string): readonly string[] | undefined {
    const observation = this.observations.get(host.construct);
    return observation?.kind === "observed" ? (observation.host.containers.get(container)?.dropIn ?? []) : undefined;
  }

  scriptDirOf(host: DesiredHost): string {
    const observation = this.observations.get(host.construct);
    return observation?.kind === "observed" ? observation.host.scriptDir : ".";
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a construct of cdktf-nixos-containers is not in its own plan");
  return value;
}
