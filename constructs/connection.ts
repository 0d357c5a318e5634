import type { DesiredHost } from "../src/model/host";
import type { Connection } from "../src/model/observed";
import { terraformString, terraformText } from "./escape";

/** How Terraform reaches a host: what ssh resolved for it, or the construct's own props when it was not observed. */
export function connectionOf(host: DesiredHost, resolved: Connection | undefined): Connection {
  return (
    resolved ?? {
      host: host.address,
      port: host.port ?? 22,
      user: host.user ?? "root",
      agent: host.identityFile === undefined,
      ...(host.identityFile !== undefined && { identityFile: host.identityFile }),
      hostKey: host.hostKey ?? "",
    }
  );
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
    host: literalHost(connection.host),
    port: connection.port,
    user: terraformText(connection.user),
    host_key: terraformText(connection.hostKey),
    agent: connection.agent && identityFile === undefined,
    ...(identityFile !== undefined && { private_key: fileExpression(identityFile) }),
    ...(certificateFile !== undefined && { certificate: fileExpression(certificateFile) }),
    ...(agentIdentity !== undefined && { agent_identity: terraformText(agentIdentity) }),
    ...(bastion && {
      bastion_host: terraformText(bastion.host),
      bastion_port: bastion.port,
      bastion_user: terraformText(bastion.user),
      bastion_host_key: terraformText(connection.hostKey),
      ...(bastion.identityFile !== undefined && { bastion_private_key: fileExpression(bastion.identityFile) }),
    }),
    script_path: scriptPath(scriptDir),
    timeout: "60s",
  };
}

/** What a destroy-time provisioner must know of a machine, as triggers: the new configuration may not know it any more. */
export function machineTriggers(connection: Connection, scriptDir: string): Record<string, string> {
  return {
    address: literalHost(connection.host),
    port: String(connection.port),
    user: terraformText(connection.user),
    host_key: terraformText(connection.hostKey),
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

/** An address as it stands, unless it is one of Terraform's own references. */
function literalHost(host: string): string {
  return host.includes("${TfToken[") ? host : terraformText(host);
}

function fileExpression(path: string): string {
  return `\${file(${terraformString(path)})}`;
}
