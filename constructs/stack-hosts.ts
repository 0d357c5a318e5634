import { Construct } from "constructs";
import type { DesiredContainer } from "../src/model/container";
import { distinct, type Problem } from "../src/model/error";
import type { DesiredHost } from "../src/model/host";
import type { Transport as TransportName } from "../src/model/transport";
import {
  convergeCall,
  type Dialect,
  plainDialect,
  programText,
  reapCall,
  sshClient,
  teardownCall,
} from "../src/script";
import { type Carrier, makeCarrier, selfTriggers } from "./carrier/carrier";
import { addDestroyPolicy } from "./carrier/destroy-policy";
import { terraformText } from "./framework/escape";
import { Fleet } from "./fleet/fleet";
import { refuseMixedInTests } from "./framework/framework";
import type { Dependable, Stack } from "./framework/library";
import { makeLocal } from "./carrier/own-element";
import { ProblemGuard } from "./carrier/problem-guard";
import { StackFiles } from "./carrier/stack-files";
import { connectionOf, machineTriggers, operatorTriggers } from "./transport/machine";
import { remoteExec } from "./transport/remote-exec";
import { ssh } from "./transport/ssh";
import type { Piece, Reached, Script, Transport } from "./transport/transport";
import { applyTrigger, containerTriggers } from "./carrier/triggers";

const childId = "nixos-hosts";
const guardId = "nixos-addresses";

/** What a stack deploys to hosts, as resources: the programs, the teardown, a reap for each host, and each container. */
export class StackHosts extends Construct {
  /** Lets no stack be deployed that holds addresses which are not known. */
  static guardAddresses(stack: Stack): void {
    if (stack.node.tryFindChild(childId) ?? stack.node.tryFindChild(guardId)) return;
    new ProblemGuard(new Construct(stack, guardId), () => Fleet.of(stack).addresses.unknownIn(stack));
  }

  /** The one of a stack; made when first asked for. */
  static of(stack: Stack): StackHosts {
    return (stack.node.tryFindChild(childId) as StackHosts | undefined) ?? new StackHosts(stack);
  }

  private readonly fleet = Fleet.of(this);
  private readonly owner: string;
  private readonly shares = new Set<string>();
  private readonly transports: Readonly<Record<TransportName, Transport>>;
  private readonly labels = new Map<string, string>();
  private readonly containers = new Map<string, Map<string, Carrier>>();
  private readonly teardown: Carrier;
  private readonly guard: ProblemGuard;

  private constructor(private readonly stack: Stack) {
    super(stack, childId);
    this.owner = this.fleet.ownerOf(stack);
    const files = new StackFiles(stack, this, "files");
    this.transports = {
      "remote-exec": remoteExec,
      ssh: ssh({ client: () => "${local.nixos_ssh}", keep: (name, text) => files.keep(name, text) }),
    };
    requireEngine(stack);
    refuseMixedInTests(stack);
    addDestroyPolicy(this, stack);
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
      provisioner: this.transportOfStack().destroy(
        selfTriggers(this),
        this.script(
          (dialect) => teardownCall(this.owner, "${each.key}", `${this.teardown.address}["\${each.key}"]`, dialect),
          { template: terraformText(programText("teardown")), text: programText("teardown"), shared: true },
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
    if (host.transport === "ssh") this.shared("ssh", sshClient());
    makeCarrier(this, `reap-${label}`, `${label}_nixos-removals`, () => {
      const removal = this.fleet.plan.removalOn(this.stack.node.path, host.construct);
      const gone = removal.containers.filter(({ problem }) => !problem).map(({ name, base }) => ({ name, base }));
      return {
        literal: !host.addressUnknown,
        triggers: { apply: applyTrigger(removal.apply) },
        provisioner: this.transportOf(host).create(
          this.reached(host),
          this.script((dialect) => reapCall(this.owner, gone, unknown, dialect), reap),
        ),
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
        const desired = this.fleet.plan.declaredAt(container.construct);
        const { action, base, stateVersion, stopFirst, otherName } = plan;
        const dropIn = this.fleet.plan.dropInOf(host, container.name);
        const promise = {
          ...{ action, base, stateVersion, stopFirst, apply: unknown },
          free: desired.chosen?.free ?? [],
          machine: this.machineOf(host) ?? "",
          systemControl: this.fleet.plan.systemControlOf(host),
          ...(otherName !== undefined && { otherName }),
          ...(dropIn && { dropIn }),
        };
        const call = (dialect: Dialect): string[] => convergeCall(desired, promise, dialect);
        return {
          literal: !host.addressUnknown,
          triggers: containerTriggers(desired, plan),
          provisioner: this.transportOf(host).create(this.reached(host), this.script(call, converge)),
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

  /** A program, with what it is called with: once as Terraform fills it in, once as it comes out. */
  private script(call: (dialect: Dialect) => readonly string[], program: Piece): Script {
    const texts = call(plainDialect);
    const pieces = call(this.dialect).map((template, index): Piece => {
      const text = texts[index];
      return text === undefined || text.includes(encoded(unknown)) ? { template } : { template, text };
    });
    return [...pieces, program];
  }

  private program(name: "converge" | "reap"): Piece {
    return { template: this.shared(name, programText(name)), text: programText(name), shared: true };
  }

  /** A reference to a text which stands once in the stack. */
  private shared(name: string, text: string): string {
    if (!this.shares.has(name)) {
      this.shares.add(name);
      makeLocal(this, name, `nixos_${name}`, () => terraformText(text));
    }
    return `\${local.nixos_${name}}`;
  }

  /** The transport of a stack's teardown, which serves all its machines: ssh reaches those too that Terraform reaches. */
  private transportOfStack(): Transport {
    const hosts = this.fleet.hostsOf(this.stack);
    const { transport } = this.fleet.settings;
    return this.transports[
      hosts.some((host) => host.transport === "ssh") ? "ssh" : hosts.length > 0 ? "remote-exec" : transport
    ];
  }

  private transportOf(host: DesiredHost): Transport {
    return this.transports[host.transport ?? this.fleet.settings.transport];
  }

  private reached(host: DesiredHost): Reached {
    const { plan } = this.fleet;
    return { host, connection: connectionOf(host, plan.connectionTo(host)), scriptDir: plan.scriptDirOf(host) };
  }

  /** The machines this stack deploys to, by machine-id; a host that could not be observed is not among them, and the plan fails. */
  private machines(): Record<string, Record<string, string>> {
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
      ...this.fleet.addresses.unknownIn(this.stack),
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

/** Stands for the value of the trigger that Terraform fills in when it applies. */
const unknown = "\0known after apply";

function encoded(value: string): string {
  return plainDialect.trigger("", value);
}

const anyHost: DesiredHost = { address: "", construct: "", label: "", addressUnknown: false };

/** The oldest Terraform that knows plantimestamp; OpenTofu's own numbers begin above it. An older one says so itself. */
function requireEngine(stack: Stack): void {
  const { rawOverrides } = stack as unknown as { rawOverrides: { terraform?: { required_version?: string } } };
  if (rawOverrides.terraform?.required_version === undefined) {
    stack.addOverride("terraform.required_version", ">= 1.5.0");
  }
}
