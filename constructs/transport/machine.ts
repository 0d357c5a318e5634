import { isIPv6 } from "node:net";
import type { DesiredHost } from "../../src/model/host";
import type { Connection } from "../../src/model/observed";
import { hostKeyText, knownHostsName } from "../../src/observe/known-hosts";
import { referenceText, terraformText } from "../framework/escape";
import { anyName, sshIdentity, sshOptions } from "./ssh";
import type { Reached } from "./transport";

/** How Terraform reaches a host: what ssh resolved for it, or the construct's own props when it was not observed. */
export function connectionOf(host: DesiredHost, resolved: Connection | undefined): Connection {
  if (resolved) return resolved;
  const { address, port = 22, user = "root", identityFile, hostKey = [] } = host;
  return {
    host: address,
    port,
    user,
    agent: identityFile === undefined,
    ...(identityFile !== undefined && { identityFile }),
    hostKey: hostKeyText({ host: address, port, keys: hostKey, authorities: [] }) ?? "",
  };
}

/** A host as Terraform dials it: of IPv6 addresses it brackets only what Go takes for one, without a zone and no IPv4 mapped into it. */
export function dialledHost(host: string): string {
  return isIPv6(host) ? `[${terraformText(host)}]` : referenceText(host);
}

/** Path of the script that Terraform uploads: in a folder only the user can enter, a new name each time. */
export function scriptPath(scriptDir: string): string {
  return scriptDir === "." ? "./.cdktf-nixos-%RAND%.sh" : `./${scriptDir}/.cdktf-nixos-%RAND%.sh`;
}

/**
 * What a destroy-time provisioner must know of a machine, as triggers: the new configuration may not know it any more.
 * They are the same for every transport, so that changing it changes nothing here, and a destroy may go the other way.
 */
export function machineTriggers({ host, connection, scriptDir }: Reached): Record<string, string> {
  return {
    address: dialledHost(connection.host),
    port: String(connection.port),
    user: terraformText(connection.user),
    host_key: referenceText(connection.hostKey),
    identity: terraformText(connection.identityFile ?? ""),
    certificate: terraformText(connection.certificateFile ?? ""),
    agent: String(connection.agent && connection.identityFile === undefined),
    agent_identity: terraformText(connection.agentIdentity ?? ""),
    bastion_host: dialledHost(connection.bastion?.host ?? ""),
    bastion_port: String(connection.bastion?.port ?? 22),
    bastion_user: terraformText(connection.bastion?.user ?? ""),
    bastion_identity: terraformText(connection.bastion?.identityFile ?? ""),
    script_path: scriptPath(scriptDir),
    ssh_host: referenceText(host.address),
    ssh_options: terraformText(sshOptions(host).join("\n")),
    ssh_identity: terraformText(sshIdentity(host)),
    ssh_known_hosts: terraformText(knownHosts(connection).join("\n")),
    ssh_jump: terraformText(host.jumpHostKey ? (host.proxyJump ?? "") : ""),
    ssh_jump_known_hosts: terraformText(anyName(host.jumpHostKey)),
  };
}

/** The keys of a host as lines of known_hosts, whatever name ssh has for it; a bastion's are not among them. */
function knownHosts({ host, port, hostKey, bastion }: Connection): string[] {
  const name = knownHostsName(host, port);
  return hostKey.split("\n").flatMap((line, index) => {
    const [, authority = "", named, key] = /^(@cert-authority )?(?:(\S+) )?(\S+ \S+)$/.exec(line) ?? [];
    const isHosts = named === name || (named === undefined && index === 0 && !bastion);
    return isHosts && key !== undefined ? [`${authority}* ${key}`] : [];
  });
}

/** The triggers that another operator's machine may fill differently without anything to do. */
export const operatorTriggers = [
  "identity",
  "certificate",
  "agent",
  "agent_identity",
  "bastion_identity",
  "script_path",
  "ssh_identity",
] as const;
