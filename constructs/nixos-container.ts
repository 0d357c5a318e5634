import { Construct } from "constructs";
import { type ContainerSettings, type DesiredContainer, parseSettings } from "../src/model/container";
import type { Problem, Where } from "../src/model/error";
import type { AddressField } from "../src/model/options/network/address-pair";
import type { Network } from "../src/model/options/network/network";
import { type ConfigSource, configFiles, isPath, literalStateVersion, treeDigest } from "../src/nix";
import type { Carrier } from "./carrier/carrier";
import { Fleet } from "./fleet/fleet";
import { addressToken } from "./framework/address-token";
import { isKind, libraryOf, refuseMixed, stackAbove, stackOf } from "./framework/framework";
import type { Dependable, Stack } from "./framework/library";
import type { NixosHost } from "./nixos-host";
import { StackHosts } from "./stack-hosts";

/** What a container is to be. */
export interface NixosContainerProps extends ContainerSettings {
  /** The host it runs on. */
  readonly host: NixosHost;
  /**
   * Its NixOS configuration: the text of a module, the path of a module or of a folder with a default.nix
   * (a single line that begins with `./`, `../` or `/`), an expression (`nix`), or a plain object of options.
   */
  readonly config: ConfigSource;
  /**
   * What must be there before this container is changed: resources, data sources or other containers of the same stack.
   * A change of theirs does not by itself change the container.
   * @default none
   */
  readonly dependsOn?: readonly Dependable[];
}

/**
 * A NixOS container on a {@link NixosHost}, driven with `nixos-container` over SSH.
 *
 * At synth it is compared with the live host; deploying does what the comparison shows, and nothing else.
 */
export class NixosContainer extends Construct implements Dependable {
  /** Name on its host. */
  readonly name: string;
  readonly host: NixosHost;
  /**
   * IPv4 address of the container, without a prefix length; undefined when it has none. One that is chosen (`"auto"`) is a token of
   * CDKTF's: it can be put into texts, into the `config` of other containers, and into whatever is Terraform's.
   */
  readonly localAddress?: string;
  /** IPv4 address of the host's side; undefined when it has none. */
  readonly hostAddress?: string;
  /** IPv6 address of the container, without a prefix length; undefined when it has none. */
  readonly localAddress6?: string;
  /** IPv6 address of the host's side; undefined when it has none. */
  readonly hostAddress6?: string;

  private readonly carrier?: Carrier;

  constructor(scope: Construct, id: string, props: NixosContainerProps) {
    super(scope, id);
    const { host, config, dependsOn, ...settings } = props;
    const fleet = Fleet.of(this);
    fleet.addCallSite(this);
    const desiredHost = fleet.findHost(host);
    const where = {
      construct: this.node.path,
      container:
        typeof settings.name === "string" && !libraryOf(this).Token.isUnresolved(settings.name) ? settings.name : id,
      ...(desiredHost && { host: host.node.id }),
    };
    const problems: Problem[] = [];
    const parsed = parseSettings(id, settings, where, problems);
    const source = configFiles(config, { name: parsed.name, where, problems });
    const stateVersion = stateVersionOf(parsed, source, where, problems);
    this.name = parsed.name;
    this.host = host;
    const stack = stackOf(this);
    this.localAddress = this.addressOf("localAddress", parsed.network);
    this.hostAddress = this.addressOf("hostAddress", parsed.network);
    this.localAddress6 = this.addressOf("localAddress6", parsed.network);
    this.hostAddress6 = this.addressOf("hostAddress6", parsed.network);
    const resources = StackHosts.of(stack);
    const dependencies = dependables(dependsOn ?? [], stack, where, problems);
    if (!desiredHost) {
      fleet.addProblems([...problems, { code: "input", where, ...hostFault(host) }]);
      return;
    }
    const container: DesiredContainer = {
      ...parsed,
      ...(stateVersion !== undefined && { stateVersion }),
      construct: this.node.path,
      host: host.node.path,
      owner: fleet.ownerOf(stack),
      config: {
        ...source,
        ...fleet.addresses.usesIn(source.files, where, problems),
        inline: !isPath(config),
        digest: treeDigest(source.files),
      },
    };
    fleet.addContainer(stack, container, problems);
    this.carrier = resources.addContainer(this, container, desiredHost, dependencies);
  }

  /** An address that was given, or a token for one that is chosen when the hosts are looked at. */
  private addressOf(field: AddressField, { auto = [], ...given }: Network): string | undefined {
    const isChosen = auto.includes(field.endsWith("6") ? "localAddress6" : "localAddress");
    if (!isChosen || given[field] !== undefined) return given[field]?.split("/")[0];
    const fleet = Fleet.of(this);
    const use = { construct: this.node.path, field };
    const token = addressToken(libraryOf(this), (scope, preparing) => {
      const { addresses, unknown } = fleet.plan.addressesOf(this.node.path);
      const stack = stackAbove(scope);
      if (unknown !== undefined && preparing && stack && stack !== stackAbove(this)) {
        fleet.addresses.addUnknown(stack, use, unknown);
        StackHosts.guardAddresses(stack);
      }
      return addresses[field]?.split("/")[0];
    });
    return fleet.addresses.add(token, use);
  }

  /** Its address for Terraform, so that other resources can depend on it. */
  get fqn(): string {
    return this.carrier?.fqn ?? this.node.path;
  }
}

/** The state version that the code gives: in the props, or in the configuration, which goes before them on the host. */
function stateVersionOf(
  { stateVersion }: Pick<DesiredContainer, "stateVersion">,
  { entry, files }: Pick<DesiredContainer["config"], "entry" | "files">,
  where: Where,
  problems: Problem[],
): string | undefined {
  const literal = literalStateVersion(files.find(({ path }) => path === entry)?.text ?? "");
  if (literal !== undefined && stateVersion !== undefined && literal !== stateVersion) {
    problems.push({
      code: "input",
      what: `stateVersion is ${JSON.stringify(stateVersion)}, and config sets system.stateVersion to ${JSON.stringify(literal)}, which goes before it`,
      where,
      remedy: "give one of them, or the same in both: what the container was made with",
    });
  }
  return literal ?? stateVersion;
}

/** What Terraform's depends_on may name. */
function isDependable(one: unknown): one is Construct & Dependable {
  return (
    Construct.isConstruct(one) &&
    (one instanceof NixosContainer ||
      ["TerraformResource", "TerraformDataSource", "TerraformModule"].some((kind) => isKind(one, kind)))
  );
}

/** Those of the dependencies that Terraform can wait for; a problem for each of the others. */
function dependables(given: unknown, stack: Stack, where: Where, problems: Problem[]): Dependable[] {
  const refuse = (what: string, remedy: string): void => void problems.push({ code: "input", what, where, remedy });
  if (!Array.isArray(given)) {
    refuse("dependsOn is not a list", "give a list of resources of this stack");
    return [];
  }
  refuseMixed(stack.node.root, given.filter(isDependable));
  return given.filter((one: unknown, index): one is Dependable => {
    if (!isDependable(one)) {
      refuse(`dependsOn[${index}] is nothing that Terraform knows`, "give resources, data sources or other containers");
      return false;
    }
    if (stackAbove(one) === stack) return true;
    refuse(
      `dependsOn[${index}] (${one.node.path}) stands in another stack`,
      "Terraform orders the resources of one stack: let this stack depend on the other with addDependency",
    );
    return false;
  });
}

/** Why a container cannot run on what it was given as its host: callers that no compiler checks pass undefined, or an address. */
function hostFault(host: unknown): Pick<Problem, "what" | "remedy"> {
  if (Construct.isConstruct(host) && Fleet.of(host).findHost(host)) {
    const what = `the host ${host.node.path} belongs to another app`;
    return { what, remedy: "declare the host and its containers in the same App" };
  }
  const remedy = "pass the NixosHost the container runs on, which must be made before it";
  return { what: "host is not a NixosHost", remedy };
}
