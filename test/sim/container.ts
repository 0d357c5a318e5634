import fs from "node:fs";
import type { CommandResult, EmbeddedHost } from "../../src/sim";
import { output } from "./client";

/** A container of an embedded host, as root there writes and asks for it. */
export class Container {
  constructor(
    readonly host: EmbeddedHost,
    readonly name: string,
  ) {}

  /** A command that must succeed; its output without the last newline. */
  ok(command: string): Promise<string> {
    return output(this.host, command, "root");
  }

  run(command: string): Promise<CommandResult> {
    return this.host.run(command, { user: "root" });
  }

  create(): Promise<string> {
    return this.ok(`nixos-container create ${this.name}`);
  }

  conf(text: string): Promise<void> {
    return this.host.edit(`/etc/nixos-containers/${this.name}.conf`, text);
  }

  flags(flags: string, more = ""): Promise<void> {
    return this.conf(`EXTRA_NSPAWN_FLAGS=${flags}\n${more}`);
  }

  get dropInDirectory(): string {
    return `/etc/systemd/system.control/container@${this.name}.service.d`;
  }

  /** Writes the drop-in of ours, without a daemon-reload. */
  write(text: string): Promise<void> {
    return this.host.edit(`${this.dropInDirectory}/90-cdktf-nixos.conf`, text);
  }

  async dropIn(text: string): Promise<void> {
    await this.write(text);
    await this.ok("systemctl daemon-reload");
  }

  /** "up", or why it does not start; it is stopped again, and forgotten, in the latter case. */
  async start(): Promise<string> {
    const since = (await this.journal()).length;
    const { code } = await this.run(`nixos-container start ${this.name}`);
    if (code === 0) return "up";
    const why = (await this.journal()).slice(since);
    await this.ok(`systemctl stop container@${this.name} && systemctl reset-failed container@${this.name}`);
    return why;
  }

  stop(): Promise<string> {
    return this.ok(`nixos-container stop ${this.name}`);
  }

  /** Starts it afresh. */
  async restart(): Promise<string> {
    await this.stop();
    return this.start();
  }

  show(property: string): Promise<string> {
    return this.ok(`systemctl show container@${this.name} -p ${property} --value`);
  }

  journal(): Promise<string> {
    return this.ok(`journalctl -u container@${this.name} -o cat`);
  }

  /** What /proc shows of its first process. */
  async proc(file: string): Promise<string> {
    return fs.readFileSync(this.host.path(`/proc/${await this.leader()}/${file}`), "utf8");
  }

  leader(): Promise<string> {
    return this.ok(`machinectl show ${this.name} -p Leader --value`);
  }

  /** What the kernel holds it to; undefined when it does not run. */
  limit(file: string): string | undefined {
    const path = this.host.path(`/sys/fs/cgroup/machine.slice/container@${this.name}.service/${file}`);
    return fs.existsSync(path) ? fs.readFileSync(path, "utf8").trimEnd() : undefined;
  }
}
