import type { DesiredHost } from "../../src/model/host";
import type { Connection } from "../../src/model/observed";
import { hostKeyText } from "../../src/observe/known-hosts";
import { referenceText, terraformText } from "../escape";
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

/** Path of the script that Terraform uploads: in a folder only the user can enter, a new name each time. */
export function scriptPath(scriptDir: string): string {
  return scriptDir === "." ? "./.cdktf-nixos-%RAND%.sh" : `./${scriptDir}/.cdktf-nixos-%RAND%.sh`;
}

/** What a destroy-time provisioner must know of a machine, as triggers: the new configuration may not know it any more. */
export function machineTriggers({ connection, scriptDir }: Reached): Record<string, string> {
  return {
    address: referenceText(connection.host),
    port: String(connection.port),
    user: terraformText(connection.user),
    host_key: referenceText(connection.hostKey),
    identity: terraformText(connection.identityFile ?? ""),
    certificate: terraformText(connection.certificateFile ?? ""),
    agent: String(connection.agent && connection.identityFile === undefined),
    agent_identity: terraformText(connection.agentIdentity ?? ""),
    bastion_host: terraformText(connection.bastion?.host ?? ""),
    bastion_port: String(connection.bastion?.port ?? 22),
    bastion_user: terraformText(connection.bastion?.user ?? ""),
    bastion_identity: terraformText(connection.bastion?.identityFile ?? ""),
    script_path: scriptPath(scriptDir),
  };
}

/** The triggers that another operator's machine may fill differently without anything to do. */
export const operatorTriggers = [
  "identity",
  "certificate",
  "agent",
  "agent_identity",
  "bastion_identity",
  "script_path",
] as const;
