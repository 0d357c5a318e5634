/** How a deploy reaches a host: Terraform's own SSH client, or the real one. */
export type Transport = "remote-exec" | "ssh";

/** What goes through Terraform's own client unless told otherwise. */
export function usesTerraformSsh(host: { readonly transport?: Transport }): boolean {
  return host.transport !== "ssh";
}

/** The way out wherever Terraform's own client is what stands in the way. */
export const sshTransport = 'set transport: "ssh" on the host, which deploys through ssh itself';
