import { referenceText, terraformString, terraformText } from "../framework/escape";
import { dialledHost, scriptPath } from "./machine";
import type { Provisioner, Reached, Script, Transport } from "./transport";

/** Terraform's own SSH client: it uploads the program as a file, and runs that on a terminal. */
export const remoteExec: Transport = {
  create: (reached, script) => provisioner(connectionBlock(reached), script),
  destroy: (self, script) => {
    const { "remote-exec": run } = provisioner(machineConnection(self), script);
    return { "remote-exec": { when: "destroy", ...run } };
  },
};

function provisioner(connection: Readonly<Record<string, unknown>>, script: Script): Provisioner {
  return { "remote-exec": { connection, inline: [script.map(({ template }) => template).join("\n")] } };
}

/** A `connection` block of literals. */
export function connectionBlock({ connection, scriptDir }: Omit<Reached, "host">): Record<string, unknown> {
  const { identityFile, certificateFile, agentIdentity, bastion } = connection;
  return {
    type: "ssh",
    host: dialledHost(connection.host),
    port: connection.port,
    user: terraformText(connection.user),
    host_key: referenceText(connection.hostKey),
    agent: connection.agent && identityFile === undefined,
    ...(identityFile !== undefined && { private_key: fileExpression(identityFile) }),
    ...(certificateFile !== undefined && { certificate: fileExpression(certificateFile) }),
    ...(agentIdentity !== undefined && { agent_identity: terraformText(agentIdentity) }),
    ...(bastion && {
      bastion_host: dialledHost(bastion.host),
      bastion_port: bastion.port,
      bastion_user: terraformText(bastion.user),
      bastion_host_key: referenceText(connection.hostKey),
      ...(bastion.identityFile !== undefined && { bastion_private_key: fileExpression(bastion.identityFile) }),
    }),
    script_path: scriptPath(scriptDir),
    timeout: "60s",
  };
}

/** The `connection` block that reads a machine's triggers back. */
function machineConnection(self: string): Record<string, string> {
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

function fileExpression(path: string): string {
  return `\${file(${terraformString(path)})}`;
}
