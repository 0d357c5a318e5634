import { Construct } from "constructs";
import type { DesiredContainer } from "../src/model/container";
import { distinct, type Problem } from "../src/model/error";
import type { DesiredHost } from "../src/model/host";
import { convergeCall, type Dialect, programText, reapCall, teardownCall } from "../src/script";
import { type Carrier, makeCarrier, selfTriggers } from "./carrier";
import { terraformText } from "./escape";
import { Fleet } from "./fleet";
import { libraryOf } from "./framework";
import type { Dependable, Stack } from "./library";
import { ProblemGuard } from "./problem-guard";
import { connectionOf, machineTriggers, operatorTriggers } from "./transport/machine";
import { remoteExec } from "./transport/remote-exec";
import type { Reached, Script } from "./transport/transport";
import { applyTrigger, containerTriggers } from "./triggers";

const childId = "nixos-hosts";

/** What a stack deploys to hosts, as resources: the programs, the teardown, a reap for each host, and each container. */
export class StackHosts extends Construct {
  /** The one of a stack; made when first asked for. */
  static of(stack: Stack): StackHosts {
    return (stack.node.tryFindChild(childId) as StackHosts | undefined) ?? new StackHosts(stack);
  }

  private readonly fleet = Fleet.of(this);
  private readonly owner: string;
  private readonly programs = new Set<string>();
  private readonly labels = new Map<string, string>();
  private readonly containers = new Map<string, Map<string, Carrier>>();
  private readonly teardown: Carrier;
  private readonly guard: ProblemGuard;

  private constructor(private readonly stack: Stack) {
    super(stack, childId);
    this.owner = this.fleet.ownerOf(stack);
    requireEngine(stack);
    this.guard = new ProblemGuard(this, () => this.problems());
    this.teardown = makeCarrier(this, "teardown", "nixos-teardown", () => ({
      triggers: {
        owner: terraformText(this.owner),
        ...Object.fromEntries(
          Object.keys(
            machineTriggers({ host: anyHost, connection: connectionOf(anyHost, undefined), scriptDir: "." }),
          ).map((key) => [key, `\${each.value.${key}}`]),
        ),
      },
      forEach: this.machines(),
      literal: false,
      createBeforeDestroy: true,
      ignoredTriggers: operatorTriggers,
      dependsOn: this.guard.addresses(),
      provisioner: remoteExec.destroy(
        selfTriggers(this),
        script(
          teardownCall(this.owner, "${each.key}", `${this.teardown.address}["\${each.key}"]`, this.dialect),
          terraformText(programText("teardown")),
        ),
      ),
    }));
  }

  /** Notes that the stack has, or deploys to, a host: its removals need a resource of their own. */
  use(host: DesiredHost): void {
    if (this.labels.has(host.construct)) return;
    const label = this.uniqueLabel(host);
    this.labels.set(host.construct, label);
    this.containers.set(host.construct, new Map());
    const reap = this.program("reap");
    makeCarrier(this, `reap-${label}`, `${label}_nixos-removals`, () => {
      const removal = this.fleet.plan.removalOn(this.stack.node.path, host.construct);
      const gone = removal.containers.filter(({ problem }) => !problem).map(({ name, base }) => ({ name, base }));
      return {
        literal: !host.addressUnknown,
        triggers: { apply: applyTrigger(removal.apply) },
        provisioner: remoteExec.create(this.reached(host), script(reapCall(this.owner, gone, "", this.dialect), reap)),
        dependsOn: [
          this.teardown.address,
          ...[...(this.containers.get(host.construct)?.values() ?? [])].map(({ address }) => address),
        ],
      };
    });
  }

  addContainer(
    scope: Construct,
    container: DesiredContainer,
    host: DesiredHost,
    dependsOn: readonly Dependable[],
  ): Carrier {
    this.use(host);
    const label = this.labels.get(host.construct) ?? "";
    const neighbours = this.containers.get(host.construct) ?? new Map<string, Carrier>();
    const converge = this.program("converge");
    const taken = neighbours.has(container.name)
      ? `${label}_${container.name}_${neighbours.size}`
      : `${label}_${container.name}`;
    const carrier = makeCarrier(
      scope,
      "container",
      taken,
      () => {
        const plan = this.fleet.plan.containerAt(container.construct);
        const call = convergeCall(
          container,
          {
            action: plan.action,
            base: plan.base,
            stateVersion: plan.stateVersion,
            stopFirst: plan.stopFirst,
            machine: this.machineOf(host) ?? "",
            systemControl: this.fleet.plan.systemControlOf(host),
            apply: "",
          },
          this.dialect,
        );
        return {
          literal: !host.addressUnknown,
          triggers: containerTriggers(container, plan),
          provisioner: remoteExec.create(this.reached(host), script(call, converge)),
          dependsOn: [
            this.teardown.address,
            ...plan.after.map((name) => neighbours.get(name)?.address).filter((address) => address !== undefined),
          ],
        };
      },
      dependsOn,
    );
    neighbours.set(container.name, carrier);
    return carrier;
  }

  /**
   * Writes values so that Terraform passes them on unread, and triggers so that it fills them in.
   * Terraform composes the characters of every text (Unicode NFC): what that would change goes to the host as base64.
   */
  private get dialect(): Dialect {
    const self = selfTriggers(this);
    return {
      literal: terraformText,
      trigger: (name, value) =>
        value === value.normalize("NFC")
          ? `\${base64encode(${self}[${JSON.stringify(name)}])}`
          : Buffer.from(value, "utf8").toString("base64"),
    };
  }

  /** A reference to a program's text, which stands once in the stack. */
  private program(name: "converge" | "reap"): string {
    if (!this.programs.has(name)) {
      this.programs.add(name);
      const local = new (libraryOf(this).TerraformLocal)(this, name, terraformText(programText(name)));
      local.overrideLogicalId(`nixos_${name}`);
    }
    return `\${local.nixos_${name}}`;
  }

  private reached(host: DesiredHost): Reached {
    const { plan } = this.fleet;
    return { host, connection: connectionOf(host, plan.connectionTo(host)), scriptDir: plan.scriptDirOf(host) };
  }

  /** The machines this stack deploys to, by machine-id; a host that could not be observed is not among them, and the plan fails. */
  private machines(): Record<string, Record<string, string>> {
    const { plan } = this.fleet;
    const machines: Record<string, Record<string, string>> = {};
    for (const host of this.fleet.hostsOf(this.stack)) {
      const key = this.machineOf(host);
      if (key === undefined) continue;
      machines[key] = machineTriggers(this.reached(host));
    }
    return machines;
  }

  /** The key of a host's teardown; undefined for one that could not be observed. */
  private machineOf(host: DesiredHost): string | undefined {
    const { machineId } = this.fleet.plan.hostAt(host.construct);
    if (machineId !== undefined) return machineId;
    return host.addressUnknown ? `address of ${this.labels.get(host.construct) ?? host.label}` : undefined;
  }

  private problems(): Problem[] {
    const { plan } = this.fleet;
    const here = this.stack.node.path;
    return distinct([
      ...this.fleet.hostsOf(this.stack).flatMap((host) => plan.hostAt(host.construct).problems),
      ...plan.plan.containers.filter(({ stack }) => stack === here).flatMap(({ problems }) => problems),
      ...plan.plan.removals
        .filter(({ stack }) => stack === here)
        .flatMap(({ containers }) => containers.flatMap(({ problems }) => problems)),
    ]);
  }

  /** The host's id as part of Terraform's names; its whole path where two hosts of the stack share an id. */
  private uniqueLabel(host: DesiredHost): string {
    const plain = (text: string): string => text.replace(/[^A-Za-z0-9-]/g, "-").replace(/^[^A-Za-z]/, "h$&");
    const taken = new Set(this.labels.values());
    return (
      [plain(host.label), plain(host.construct)].find((label) => !taken.has(label)) ??
      `${plain(host.construct)}-${this.labels.size}`
    );
  }
}

/** What a program is called with, and its text. */
function script(call: readonly string[], program: string): Script {
  return [...call, program].map((template) => ({ template }));
}

const anyHost: DesiredHost = { address: "", construct: "", label: "", addressUnknown: false };

/** The oldest Terraform that knows plantimestamp; OpenTofu's own numbers begin above it. An older one says so itself. */
function requireEngine(stack: Stack): void {
  const { rawOverrides } = stack as unknown as { rawOverrides: { terraform?: { required_version?: string } } };
  if (rawOverrides.terraform?.required_version === undefined) {
    stack.addOverride("terraform.required_version", ">= 1.5.0");
  }
}
