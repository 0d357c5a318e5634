import { existsSync } from "node:fs";
import type { Login } from "./arguments";
import type { Framework } from "./framework";
import { type DemoHost, realHost, startEmbedded } from "./host";
import { Programs } from "./programs";
import { Project } from "./project";
import type { Resources } from "./provider";
import { Hindrance } from "./surprise";
import { namesTaken, sweep } from "./traces";

/** Everything the demo starts and makes, and the one who clears it away. */
export class Backstage {
  /** What an earlier demo had left on the real host, and this one has removed. */
  leftovers: readonly string[] = [];
  private readonly programs = new Programs(`${process.pid}-${Date.now()}`);
  /** Programs that clear up, when no others may run any more. */
  private readonly sweepers = new Programs(`${process.pid}-${Date.now()}-sweep`);
  private starting: readonly Promise<DemoHost>[] = [];
  /** The real host, once the demo may make something on it. */
  private claimed?: DemoHost;
  private project?: Project;
  private clearing?: Promise<void>;

  /** The two hosts, or twice the real one; that has none of the demo's containers when it is handed out. */
  async openHosts(login: Login | undefined): Promise<readonly [DemoHost, DemoHost]> {
    if (login) {
      await this.claim(realHost(login, this.sweepers));
      const host = realHost(login, this.programs);
      return [host, host];
    }
    const both = [startEmbedded("web1", this.programs), startEmbedded("web2", this.programs)] as const;
    this.starting = both;
    return Promise.all(both);
  }

  openProject(hosts: readonly DemoHost[], framework: Framework, engine: string, resources: Resources): Project {
    const props = [...new Set(hosts)].map((host) => host.props);
    const settings = { ...resources.env, CDKTF_NIXOS_RESOURCES: resources.kind };
    this.project = new Project(this.programs, props, framework, engine, settings, this.claimed === undefined);
    return this.project;
  }

  /** Lets nothing more begin. */
  close(): void {
    this.programs.close();
  }

  /** Ends and removes everything, once, whoever asks. */
  clear(): Promise<void> {
    this.clearing ??= this.clearAll();
    return this.clearing;
  }

  private async clearAll(): Promise<void> {
    await this.programs.end();
    const folder = this.project?.folder;
    try {
      if (this.claimed) await sweep(this.claimed);
    } finally {
      for (const started of await Promise.allSettled(this.starting)) {
        if (started.status === "fulfilled") await started.value.stop();
      }
      this.project?.remove();
    }
    if (folder !== undefined && existsSync(folder)) throw new Error(`${folder} is still there`);
  }

  /** Sees that the demo meets no container of somebody else; what an earlier demo has left is removed. */
  private async claim(host: DemoHost): Promise<void> {
    const { foreign, ours, hasTool } = await namesTaken(host);
    if (!hasTool) {
      throw new Hindrance(`${host.name} has no nixos-container: set boot.enableContainers = true; and rebuild it.`);
    }
    if (foreign.length > 0) {
      throw new Hindrance(
        `${host.name} has containers named ${foreign.join(", ")} that are not the demo's: it would have to touch them, and does not. Choose another host.`,
      );
    }
    this.claimed = host;
    this.leftovers = ours;
    if (ours.length > 0) await sweep(host);
  }
}
