import type { DesiredHost } from "../src/model/host";
import type { Connection } from "../src/model/observed";
import { hostKeyText } from "../src/observe/known-hosts";
import { terraformString, terraformText } from "./escape";

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

/** A `connection` block of literals. */
export function connectionBlock(connection: Connection, scriptDir: string): Record<string, unknown> {
  const { identityFile, certificateFile, agentIdentity, bastion } = connection;
  return {
    type: "ssh",
    host: referenceText(connection.host),
    port: connection.port,
    user: terraformText(connection.user),
    host_key: referenceText(connection.hostKey),
    agent: connection.agent && identityFile === undefined,
    ...(identityFile !== undefined && { private_key: fileExpression(identityFile) }),
    ...(certificateFile !== undefined && { certificate: fileExpression(certificateFile) }),
    ...(agentIdentity !== undefined && { agent_identity: terraformText(agentIdentity) }),
    ...(bastion && {
      bastion_host: terraformText(bastion.host),
      bastion_port: bastion.port,
      bastion_user: terraformText(bastion.user),
      bastion_host_key: referenceText(connection.hostKey),
      ...(bastion.identityFile !== undefined && { bastion_private_key: fileExpression(bastion.identityFile) }),
    }),
    script_path: scriptPath(scriptDir),
    timeout: "60s",
  };
}

/** What a destroy-time provisioner must know of a machine, as triggers: the new configuration may not know it any more. */
export function machineTriggers(connection: Connection, scriptDir: string): Record<string, string> {
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

/** The `connection` block that reads those triggers back; `self` is `self.triggers` or its like. */
export function machineConnection(self: string): Record<string, string> {
  const file = (trigger: string): string => `\${try(file(${self}.${trigger}), null)}`;
  return {
    type: "ssh",
    host: `\${${self}.address}`,
    port: `\${${self}.port}`,
    user: `\${${self}.user}`,
    host_key: `\${${self}.host_key}`,
    agent: `\${${self}.agent == "true"}`,
    agent_identity: `\${${self}.agent_identity}`,
    private_key: file("identity"),
    certificate: file("certificate"),
    bastion_host: `\${${self}.bastion_host}`,
    bastion_port: `\${${self}.bastion_port}`,
    bastion_user: `\${${self}.bastion_user}`,
    bastion_host_key: `\${${self}.host_key}`,
    bastion_private_key: file("bastion_identity"),
    script_path: `\${${self}.script_path}`,
    timeout: "60s",
  };
}

/** A text that Terraform shall read literally, unless its address is one of Terraform's own references. */
function referenceText(text: string): string {
  return text.includes("${TfToken[") ? text : terraformText(text);
}

function fileExpression(path: string): string {
  return `\${file(${terraformString(path)})}`;
}
