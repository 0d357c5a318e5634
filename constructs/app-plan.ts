import type { IConstruct } from "constructs";
import type { DesiredContainer } from "../src/model/container";
import { NixosError, type Problem } from "../src/model/error";
import type { ContainerPlan, HostPlan, Plan, RemovalPlan } from "../src/plan";
import { allContainers, allProblems, hasChanges, planText, summaryText } from "../src/render";
import { Fleet } from "./fleet/fleet";

/**
 * What a deploy of an app would do, as data: for unit tests, policies and reports.
 * Its hosts are looked at once, when it is asked for; with `observe: "off"` nothing is known of them, every container's action is
 * "none" and its base "any", and `problems` says so.
 */
export class AppPlan implements Plan {
  readonly version: 1;
  readonly hosts: readonly HostPlan[];
  /** The containers that the code declares, in its order. */
  readonly containers: readonly ContainerPlan[];
  /** What is removed, by stack and host. */
  readonly removals: readonly RemovalPlan[];
  /** Every problem that stands in the way of the deploy, once; bad input is thrown instead. */
  readonly problems: readonly Problem[];
  readonly #declared: readonly DesiredContainer[];

  /** Made by {@link planOf}. */
  constructor(plan: Plan, declared: readonly DesiredContainer[]) {
    this.version = plan.version;
    this.hosts = plan.hosts;
    this.containers = plan.containers;
    this.removals = plan.removals;
    this.problems = allProblems(plan);
    this.#declared = declared;
  }

  /** Whether a deploy would do anything. */
  get hasChanges(): boolean {
    return hasChanges(this);
  }

  /** One line, such as `1 to create, 4 unchanged`. */
  get summary(): string {
    return summaryText(this);
  }

  /**
   * What becomes of one container, of the code or removed: its action, effect, changes, diffs, notes and problems.
   * @param name its construct's path, else its name on its host
   * @throws NixosError when there is none, or more than one of that name
   */
  container(name: string): ContainerPlan {
    return only(allContainers(this), name, ({ construct }) => construct, "container");
  }

  /**
   * What one container of the code shall be, every default filled in: network, bindMounts, the files of its configuration.
   * @param name its construct's path, else its name on its host
   * @throws NixosError when there is none, or more than one of that name
   */
  declared(name: string): DesiredContainer {
    return only(this.#declared, name, ({ construct }) => construct, "container of the code");
  }

  /**
   * One host.
   * @param name its construct's path, else its construct's id
   * @throws NixosError when there is none, or more than one of that name
   */
  host(name: string): HostPlan {
    const hosts = this.hosts.map((host) => ({ host, name: host.label }));
    return only(hosts, name, ({ host }) => host.host, "host").host;
  }

  /** What `cdktf-nixos plan` prints. */
  toString(): string {
    return planText(this);
  }
}

/**
 * The plan of an app, from its App or any construct in it. Call it when all constructs are made; `app.synth()` is not needed.
 * An app is looked at once: make it anew to see what has changed since.
 * @throws NixosError for bad input: all of it
 * @example expect(planOf(app).container("web")).toMatchObject({ action: "update", effect: "reload" });
 */
export function planOf(app: IConstruct): AppPlan {
  const { plan, declared } = Fleet.of(app).look();
  return new AppPlan(plan, declared);
}

function only<T extends { readonly name: string }>(
  all: readonly T[],
  name: string,
  pathOf: (one: T) => string | undefined,
  what: string,
): T {
  const atPath = all.filter((one) => pathOf(one) === name);
  const found = atPath.length > 0 ? atPath : all.filter((one) => one.name === name);
  const [first, second] = found;
  if (first && !second) return first;
  const named = (list: readonly T[]): string => list.map((one) => pathOf(one) ?? one.name).join(", ");
  throw new NixosError([
    {
      code: "input",
      what: `the plan has ${second ? `${found.length} ${what}s` : `no ${what}`} ${JSON.stringify(name)}`,
      where: {},
      remedy: second
        ? `give the path of one: ${named(found)}`
        : all.length === 0
          ? `declare one; the plan has none`
          : `give the name or the path of one that it has: ${named(all)}`,
    },
  ]);
}
