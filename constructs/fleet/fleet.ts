import { writeFileSync } from "node:fs";
import path from "node:path";
import { Construct, type IConstruct } from "constructs";
import type { DesiredContainer } from "../../src/model/container";
import { NixosError, type Problem, problemText } from "../../src/model/error";
import { fleetProblems } from "../../src/model/fleet";
import { options } from "../../src/model/options";
import type { Option } from "../../src/model/options/option";
import type { DesiredHost } from "../../src/model/host";
import type { Observation } from "../../src/model/observed";
import type { ModuleFile } from "../../src/model/module-file";
import { checkSyntax, fileDigest } from "../../src/nix";
import { observeSync } from "../../src/observe/sync";
import {
  type AppInput,
  hostNeeds,
  type Plan,
  planApp,
  planDestroy,
  settleAddresses,
  syntaxText,
  withKept,
} from "../../src/plan";
import { CallSite } from "../framework/call-site";
import { refuseMixedAtSynth } from "../framework/framework";
import { hclProblems } from "../framework/hcl";
import type { Stack } from "../framework/library";
import { Addresses } from "./addresses";
import { Outcome } from "./outcome";
import { planWithSources, type SourceOf, withSources } from "./problem-source";
import { refuse, tell } from "../framework/refusal";
import { removedProblems } from "./removed";
import { readSettings, type Settings } from "./settings";

/** A container as its construct registers it. */
export interface RegisteredContainer {
  readonly stack: Stack;
  readonly container: DesiredContainer;
}

/** A stack and the hosts it declares or deploys to. */
interface StackHosts {
  readonly stack: Stack;
  readonly hosts: Set<string>;
}

const fleets = new WeakMap<IConstruct, Fleet>();

/** This copy of the package, and where every copy finds whose constructs an app has. */
const copy = { folder: path.join(__dirname, "../..") };
const owner = Symbol.for("cdktf-nixos-containers");

/** Two copies of the package would each see, plan and deploy their own part of an app. */
function refuseOtherCopy(construct: IConstruct): void {
  const root = construct.node.root as IConstruct & { [owner]?: typeof copy };
  const first = (root[owner] ??= copy);
  if (first === copy) return;
  const { folder } = copy;
  refuse([
    {
      code: "input",
      what:
        first.folder === folder
          ? `cdktf-nixos-containers was loaded anew, from ${folder}, after this app was begun with it`
          : `two copies of cdktf-nixos-containers make this app: ${first.folder} and ${folder}`,
      where: { construct: construct.node.path },
      remedy:
        "let all of an app import one: see `npm ls cdktf-nixos-containers`; under jest, import it and make the app after the last jest.resetModules()",
    },
  ]);
}

/** Everything of one app: what its constructs declare, what was observed, and the plan between the two. */
export class Fleet {
  /** The fleet of the app that a construct stands in. */
  static of(construct: IConstruct): Fleet {
    refuseOtherCopy(construct);
    const { root } = construct.node;
    const fleet = fleets.get(root) ?? new Fleet(root);
    fleets.set(root, fleet);
    return fleet;
  }

  readonly settings: Settings;
  readonly addresses = new Addresses();
  private readonly problems: Problem[] = [];
  private readonly checks: (() => readonly Problem[])[] = [];
  private readonly hosts = new Map<string, DesiredHost>();
  private readonly containers: RegisteredContainer[] = [];
  private readonly stacks = new Map<string, StackHosts>();
  private readonly callSites = new Map<string, CallSite>();
  private readonly made: IConstruct[] = [];
  private outcome?: Outcome;
  private reported?: Outcome;

  private constructor(private readonly root: IConstruct) {
    this.settings = readSettings(root, this.problems);
    refuseMixedAtSynth(root);
    this.addCheck(() => removedProblems(this.made));
  }

  /** Who owns what a stack deploys. */
  ownerOf(stack: Stack): string {
    return `${this.settings.owner ?? "unowned"}/${stack.node.id}`.normalize("NFC"); // as Terraform passes it on
  }

  /** Notes where a host or container was made, for the problems that lie in it. */
  addCallSite(construct: IConstruct): void {
    this.callSites.set(construct.node.path, new CallSite(this.root));
    this.keep(construct);
  }

  /** Notes a construct that must stay in the tree. */
  keep(construct: IConstruct): void {
    this.made.push(construct);
  }

  addProblems(problems: readonly Problem[]): void {
    this.problems.push(...problems);
  }

  /** Notes a check of what users can still change until the synth. */
  addCheck(check: () => readonly Problem[]): void {
    this.checks.push(check);
  }

  /** Refuses what the checks find, of the whole app. */
  check(): void {
    refuse(this.checks.flatMap((check) => check()));
  }

  addHost(stack: Stack, host: DesiredHost, problems: readonly Problem[]): void {
    this.hosts.set(host.construct, host);
    this.useHost(stack, host.construct);
    this.problems.push(...problems);
  }

  addContainer(stack: Stack, container: DesiredContainer, problems: readonly Problem[]): void {
    this.containers.push({ stack, container });
    this.useHost(stack, container.host);
    this.problems.push(...problems);
  }

  /** Notes that a stack deploys to a host, be it another stack's. */
  useHost(stack: Stack, host: string): void {
    const known = this.stacks.get(stack.node.path) ?? { stack, hosts: new Set() };
    known.hosts.add(host);
    this.stacks.set(stack.node.path, known);
    this.outcome = undefined;
  }

  /** What a value was declared as, if it is a host of this app. */
  findHost(host: unknown): DesiredHost | undefined {
    return Construct.isConstruct(host) && host.node.root === this.root ? this.hosts.get(host.node.path) : undefined;
  }

  hostsOf(stack: Stack): readonly DesiredHost[] {
    return [...(this.stacks.get(stack.node.path)?.hosts ?? [])]
      .map((path) => this.hosts.get(path))
      .filter((host) => host !== undefined);
  }

  /**
   * The outcome for the whole app: the first call checks all inputs, observes every host once, and plans.
   * @throws NixosError for bad input
   */
  look(): Outcome {
    this.outcome ??= this.compute();
    return this.outcome;
  }

  /** The same for a synth, which tells what stands in the way, and ends where there is bad input. */
  get plan(): Outcome {
    const outcome = this.lookOrRefuse();
    if (this.reported !== outcome) this.report(outcome);
    this.reported = outcome;
    return outcome;
  }

  private lookOrRefuse(): Outcome {
    try {
      return this.look();
    } catch (error) {
      if (error instanceof NixosError) refuse(error.problems);
      throw error;
    }
  }

  private compute(): Outcome {
    const hosts = [...this.hosts.values()];
    const problems = this.inputProblems();
    const syntax = this.settings.observe === "off" ? [] : checkSyntax(this.moduleFiles(problems));
    const sourceOf: SourceOf = (construct) => this.callSites.get(construct)?.text;
    stopAt(withSources([...problems, ...(syntax ?? [])], sourceOf));
    const observations = this.observe(hosts, syntax === undefined);
    const declared: AppInput = {
      hosts: hosts.map((host, index) => ({ host, observation: observations[index] })),
      containers: this.containers.map(({ stack, container }) => ({ ...container, stack: stack.node.path })),
      owners: [...this.stacks.values()].map(({ stack, hosts: used }) => ({
        stack: stack.node.path,
        owner: this.ownerOf(stack),
        hosts: [...used],
      })),
    };
    const { input, addresses } = settleAddresses(withKept(declared));
    const told = planWithSources(planApp(input), sourceOf);
    stopAt(syntaxProblems(told));
    const destroy = planWithSources(planDestroy(input), sourceOf);
    const found = new Map(hosts.map((host, index) => [host.construct, observations[index]]));
    return new Outcome(told, destroy, found, { declared: input.containers, addresses, needs: hostNeeds(input) });
  }

  private inputProblems(): Problem[] {
    return [
      ...hclProblems(this.root),
      ...this.problems,
      ...fleetProblems(this.containers.map(({ container }) => container)),
      ...this.checks.flatMap((check) => check()),
    ];
  }

  /** The module files that nix is to read; of a configuration with problems of its own it would only tell them again. */
  private moduleFiles(problems: readonly Problem[]): { path: string; text: string; where: Problem["where"] }[] {
    const faulty = new Set(problems.filter(({ code }) => code === "config").map(({ where }) => where.construct));
    return this.containers.flatMap(({ container }) =>
      container.config.files
        .filter((file) => isModule(file) && !faulty.has(container.construct))
        .map(({ path, text }) => ({
          path: container.config.inline && path === container.config.entry ? "config" : path,
          text: syntaxText(container.config, text),
          where: {
            construct: container.construct,
            container: container.name,
            host: this.hosts.get(container.host)?.label,
          },
        })),
    );
  }

  private observe(hosts: readonly DesiredHost[], askSyntax: boolean): Observation[] {
    if (this.settings.observe === "off") return hosts.map(() => ({ kind: "unobserved", reason: "off" }));
    const requests = hosts.map((host) => {
      const here = this.containers.filter(({ container }) => container.host === host.construct);
      const texts = askSyntax
        ? here.flatMap(({ container: { config } }) =>
            config.files.filter(isModule).map(({ text }) => syntaxText(config, text)),
          )
        : [];
      return {
        host,
        mounting: here
          .filter(({ container }) => container.bindMounts.length > 0)
          .map(({ container }) => container.name),
        sources: asked(here, (option, container) => option.sources?.(container)),
        units: asked(here, (option, container) => option.units?.(container)),
        keys: asked(here, (option, container) => option.newKeys?.(container)),
        owners: [...this.stacks.values()]
          .filter((used) => used.hosts.has(host.construct))
          .map(({ stack }) => this.ownerOf(stack)),
        adopted: here.filter(({ container }) => container.adopt).map(({ container }) => container.name),
        syntax: [...new Map(texts.map((text) => [fileDigest(text), text]))].map(([sha256, text]) => ({ sha256, text })),
      };
    });
    return [...observeSync({ hosts: requests })];
  }

  /** What was found on the hosts and stands in the way: told at once, and refused again by each stack's plan. */
  private report(outcome: Outcome): void {
    const problems = outcome.problems;
    tell({ plan: outcome.plan, destroy: outcome.destroy, problems, needs: outcome.needs });
    if (problems.length > 0 && process.env["CDKTF_NIXOS_PLAN_FILE"] === undefined && this.settings.observe === "on") {
      writeFileSync(process.stderr.fd, problems.map((problem) => `${problemText(problem)}\n`).join(""));
    }
  }
}

function stopAt(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new NixosError(problems);
}

/** Whether nix will read a file; what only lies in a folder that travels need not be Nix, whatever its name. */
function isModule({ path, unnamed }: ModuleFile): boolean {
  return path.endsWith(".nix") && unnamed === undefined;
}

/** A module that the host's nix cannot read is bad input, found late: nothing of the app is synthesized. */
function syntaxProblems(plan: Plan): Problem[] {
  return plan.containers.flatMap((container) => container.problems.filter(({ code }) => code === "config"));
}

/** What the options of some containers want to know of their host, each once. */
function asked(
  containers: readonly { readonly container: DesiredContainer }[],
  question: (option: Option, container: DesiredContainer) => readonly string[] | undefined,
): string[] {
  return [
    ...new Set(containers.flatMap(({ container }) => options.flatMap((option) => question(option, container) ?? []))),
  ];
}
