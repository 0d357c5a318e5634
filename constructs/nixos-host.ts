import { Construct } from "constructs";
import { type DesiredHost, hostProblems, type HostSettings, jumpHost } from "../src/model/host";
import { pinnedKeys, sharedTypes } from "../src/model/host-key";
import { withoutNulls } from "../src/model/shape";
import { sshTransport, usesTerraformSsh } from "../src/model/transport";
import { Fleet } from "./fleet/fleet";
import { libraryOf, stackOf } from "./framework/framework";
import { StackHosts } from "./stack-hosts";

/** Where a NixOS host is and how to log in to it. */
export type NixosHostProps = HostSettings;

/**
 * A NixOS host that containers are deployed to.
 *
 * It needs `boot.enableContainers = true;` and an SSH server. Any user but root needs sudo without a password.
 * @example new NixosHost(this, "web1", { address: "web1.example.org" })
 */
export class NixosHost extends Construct {
  /** Name, IP address or ssh alias, as given. */
  readonly address: string;

  constructor(scope: Construct, id: string, given: NixosHostProps) {
    super(scope, id);
    const props = withoutNulls(given);
    Fleet.of(this).addCallSite(this);
    this.address = props.address;
    const { hostKey, proxyJump, ...settings } = props;
    const jump = jumpHost(proxyJump);
    const transport = props.transport ?? Fleet.of(this).settings.transport;
    const host: DesiredHost = {
      ...settings,
      ...(hostKey !== undefined && { hostKey: pinnedKeys(hostKey) }),
      ...(jump && { proxyJump: jump.address }),
      ...(jump?.hostKey !== undefined && { jumpHostKey: pinnedKeys(jump.hostKey) }),
      construct: this.node.path,
      label: id,
      transport,
      addressUnknown: libraryOf(this).Token.isUnresolved(props.address),
    };
    const where = { construct: this.node.path, host: id };
    const problems = hostProblems({ ...props, transport }, where);
    const terraform = usesTerraformSsh(host); // ssh itself knows more than keys by name: authorities, for one
    if (terraform && host.addressUnknown && hostKey === undefined) {
      problems.push({
        code: "input",
        what: "address is only known after apply, and no hostKey is pinned, so nothing would tell the host from another",
        where,
        remedy:
          "set hostKey to all of the host's public keys (`cat /etc/ssh/ssh_host_*_key.pub`), or at least to its ecdsa key, else its rsa one: " +
          `Terraform asks for ecdsa, then rsa, before ed25519; or ${sshTransport}, by what its known_hosts says`,
      });
    }
    for (const type of terraform && host.addressUnknown ? sharedTypes(host.hostKey ?? []) : []) {
      problems.push({
        code: "input",
        what: `hostKey has several keys of the type ${type}, and Terraform looks at one of a type alone`,
        where,
        remedy: "give the one that the host has now",
      });
    }
    const stack = stackOf(this);
    Fleet.of(this).addHost(stack, host, problems);
    StackHosts.of(stack).use(host);
  }
}
