import { TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { type ContainerSettings, type DesiredContainer, parseSettings } from "../src/model/container";
import { NixosError, type Problem } from "../src/model/error";
import { type ConfigSource, configFiles, treeDigest } from "../src/nix";
import { Fleet } from "./fleet";
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
}

/**
 * A NixOS container on a {@link NixosHost}, driven with `nixos-container` over SSH.
 *
 * At synth it is compared with the live host; deploying does what the comparison shows, and nothing else.
 */
export class NixosContainer extends Construct {
  /** Name on its host. */
  readonly name: string;
  readonly host: NixosHost;
  /** IPv4 address of the container, without a prefix length; undefined when it has none. */
  readonly localAddress?: string;
  /** IPv4 address of the host's side; undefined when it has none. */
  readonly hostAddress?: string;
  /** IPv6 address of the container, without a prefix length; undefined when it has none. */
  readonly localAddress6?: string;
  /** IPv6 address of the host's side; undefined when it has none. */
  readonly hostAddress6?: string;

  constructor(scope: Construct, id: string, props: NixosContainerProps) {
    super(scope, id);
    const { host, config, ...settings } = props;
    if (!(host as NixosHost | undefined)?.node) {
      throw new NixosError([
        {
          code: "input",
          what: "host is not a NixosHost",
          where: { construct: this.node.path },
          remedy: "pass the NixosHost the container runs on",
        },
      ]);
    }
    const where = {
      construct: this.node.path,
      container: Token.isUnresolved(settings.name) ? id : (settings.name ?? id),
      host: host.node.id,
    };
    const problems: Problem[] = [];
    const parsed = parseSettings(id, settings, where, problems);
    const source = configFiles(config, { name: parsed.name, where, problems });
    const stack = TerraformStack.of(this);
    const fleet = Fleet.of(this);
    const desiredHost = fleet.hostOf(this, host);
    const container: DesiredContainer = {
      ...parsed,
      construct: this.node.path,
      host: host.node.path,
      owner: fleet.ownerOf(stack),
      config: { ...source, digest: treeDigest(source.files) },
    };
    this.name = parsed.name;
    this.host = host;
    this.localAddress = parsed.network.localAddress?.split("/")[0];
    this.hostAddress = parsed.network.hostAddress;
    this.localAddress6 = parsed.network.localAddress6?.split("/")[0];
    this.hostAddress6 = parsed.network.hostAddress6;
    fleet.addContainer(stack, container, problems);
    StackHosts.of(stack).addContainer(this, container, desiredHost);
  }
}
