import path from "node:path";
import type { DesiredHost } from "../../src/model/host";
import { fileDigest } from "../../src/nix";
import { expandHome } from "../../src/observe/ssh-token";
import { sshClient } from "../../src/script";
import { referenceText, terraformText } from "../framework/escape";
import type { Piece, Provisioner, Script, Transport } from "./transport";

/** Bytes up to which a text goes by the environment, where each has 128 KiB on Linux, and all together 1 MiB on macOS. */
const long = 96 * 1024;

/** What the ssh transport needs of the stack it serves. */
export interface SshStack {
  /** A reference to the client's text, which stands once in the stack. */
  client(): string;
  /** Has a file of the stack written at synth; its path as Terraform reads it. */
  keep(name: string, text: string): string;
}

/** The ssh of the machine that deploys: whatever it can reach can be deployed to. A local-exec hands it the program. */
export function ssh(stack: SshStack): Transport {
  return {
    create: ({ host, connection }, script) =>
      provisioner(script, stack, {
        CLIENT: stack.client(),
        HOST: referenceText(host.address),
        WHERE: `${terraformText(host.label)} (${referenceText(host.address)})`,
        OPTIONS: terraformText([`User=${connection.user}`, ...sshOptions(host)].join("\n")),
        IDENTITY: terraformText(sshIdentity(host)),
        KNOWN_HOSTS: terraformText(anyName(host.hostKey)),
        JUMP: terraformText(host.jumpHostKey ? (host.proxyJump ?? "") : ""),
        JUMP_KNOWN_HOSTS: terraformText(anyName(host.jumpHostKey)),
        LATE: host.addressUnknown ? "yes" : "",
      }),
    destroy: (self, script) => {
      const { "local-exec": run } = provisioner(script, stack, {
        CLIENT: terraformText(sshClient()),
        HOST: ifAny(self, "ssh_host", plain(self, "address")),
        WHERE: ifAny(self, "ssh_host", plain(self, "address")),
        OPTIONS: `User=\${${self}.user}\n${ifAny(self, "ssh_options", `"${recorded(self).replaceAll("\n", "\\n")}"`)}`,
        IDENTITY: ifAny(self, "ssh_identity", `${self}.identity`),
        KNOWN_HOSTS: ifAny(self, "ssh_known_hosts", `${firstKey(self)}, ""`),
        JUMP: ifAny(self, "ssh_jump", '""'),
        JUMP_KNOWN_HOSTS: ifAny(self, "ssh_jump_known_hosts", '""'),
        RECORDED: recorded(self),
      });
      return { "local-exec": { when: "destroy", ...run } };
    },
  };
}

/** What ssh is told of a host beside its name and user, an option a line: only what its props say. */
export function sshOptions({ port, proxyJump }: DesiredHost): string[] {
  return [
    ...(port === undefined ? [] : [`Port=${port}`]),
    ...(proxyJump === undefined ? [] : [`ProxyJump=${proxyJump}`]),
    ...(proxyJump === "none" ? ["ProxyCommand=none"] : []),
  ];
}

/** Pinned keys as lines of known_hosts. */
export function anyName(keys: readonly string[] = []): string {
  return keys.map((key) => `* ${key}`).join("\n");
}

/** Absolute path of the key that the props name; empty for whatever ssh finds. */
export function sshIdentity({ identityFile }: DesiredHost): string {
  return identityFile === undefined ? "" : path.resolve(expandHome(identityFile));
}

/** A trigger that machines of an earlier release do not have, and what takes its place there. */
function ifAny(self: string, trigger: string, otherwise: string): string {
  return `\${try(${self}.${trigger}, ${otherwise})}`;
}

/** Without brackets, and without a sign that ssh would expand. */
function plain(self: string, trigger: string): string {
  return `replace(replace(replace(${self}.${trigger}, "[", ""), "]", ""), "%", "%%")`;
}

/** Where the host was when it was deployed, for a machine whose ssh does not know its name any more. */
function recorded(self: string): string {
  const jump = `"\\nProxyJump=\${${self}.bastion_user}@[\${${plain(self, "bastion_host")}}]:\${${self}.bastion_port}"`;
  return `HostName=\${${plain(self, "address")}}\nPort=\${${self}.port}\${${self}.bastion_host == "" ? "" : ${jump}}`;
}

/** What an earlier release recorded of a host's keys begins with one of its own, unless it lies behind a jump host; then known_hosts decides. */
function firstKey(self: string): string {
  return `${self}.bastion_host == "" ? "* \${regex("^(?:ssh|ecdsa|sk)-[^\\n]*", ${self}.host_key)}" : ""`;
}

function provisioner(script: Script, stack: SshStack, values: Readonly<Record<string, string>>): Provisioner {
  const sshConfig = process.env["CDKTF_NIXOS_SSH_CONFIG"];
  const environment = {
    ...values,
    PATIENCE: "60",
    RUN: "${plantimestamp()}",
    ...(sshConfig && { SSH_CONFIG: terraformText(path.resolve(sshConfig)) }),
    ...parts(script, stack),
  };
  return {
    "local-exec": {
      // Both stand in Terraform's words when it fails: neither the program nor the client may.
      command: 'eval "$CDKTF_NIXOS_CLIENT"',
      interpreter: ["/bin/sh", "-c"],
      quiet: true,
      environment: Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [`CDKTF_NIXOS_${name}`, value]),
      ),
    },
  };
}

/** The script as numbered texts, and as files of the stack where it would be too long. */
function parts(script: Script, stack: SshStack): Record<string, string> {
  const own = script.flatMap(({ text, shared }) => (shared || text === undefined ? [] : [text]));
  const filed = own.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0) > long;
  const groups: { readonly filed: boolean; readonly pieces: Piece[] }[] = [];
  for (const piece of script) {
    const toFile = filed && !piece.shared && piece.text !== undefined;
    const last = groups.at(-1);
    if (last && toFile && last.filed) last.pieces.push(piece);
    else if (last && !toFile && !last.filed && fits(last.pieces, piece)) last.pieces.push(piece);
    else groups.push({ filed: toFile, pieces: [piece] });
  }
  const values: Record<string, string> = {};
  for (const [index, { filed: isFile, pieces }] of groups.entries()) {
    const number = index + 1;
    if (!isFile) {
      values[`TEXT_${number}`] = pieces.map(({ template }) => template).join("\n");
      continue;
    }
    const text = pieces.map((piece) => `${piece.text ?? ""}\n`).join("");
    const digest = fileDigest(text);
    const file = stack.keep(digest, text);
    values[`FILE_${number}`] = file;
    values[`SHA256_${number}`] = `\${try(filesha256("${file}"), "missing")}`;
  }
  return values;
}

/** Whether one variable holds all of them; one of unknown length has one of its own. */
function fits(pieces: readonly Piece[], next: Piece): boolean {
  const sizes = [...pieces, next].map(({ text }) => (text === undefined ? long : Buffer.byteLength(text) + 1));
  return sizes.reduce((sum, size) => sum + size, 0) <= long;
}
