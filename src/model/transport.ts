/** How a deploy reaches a host: through Terraform's own SSH client, or through the ssh of the machine that deploys. */
export const transports = ["remote-exec", "ssh"] as const;
export type Transport = (typeof transports)[number];

/** What goes through Terraform's own client unless told otherwise. */
export function usesTerraformSsh(host: { readonly transport?: Transport }): boolean {
  return host.transport !== "ssh";
}

/** The way out wherever Terraform's own client is what stands in the way. */
export const sshTransport = 'set transport: "ssh" on the host, which deploys through ssh itself';

/** What to write in place of a transport that is none. */
export function transportRemedy(given: unknown): string {
  const meant = /ssh|^s+h+$/i.test(String(given))
    ? "ssh"
    : /remote|exec|terraform|provisioner/i.test(String(given))
      ? "remote-exec"
      : "";
  return meant === ""
    ? 'use "remote-exec" (Terraform\'s own SSH client, the default) or "ssh" (the ssh of the machine that deploys)'
    : `did you mean "${meant}"?`;
}
