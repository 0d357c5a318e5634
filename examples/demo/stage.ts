import type { ContainerPlan } from "../../src/plan";
import type { PlanDocument } from "../../src/render";
import type { DemoHost } from "./host";
import type { Narrator } from "./narrator";
import type { Project } from "./project";
import { isTold } from "./terraform-output";

/** What every act of the demo plays on. */
export interface Stage {
  readonly narrator: Narrator;
  readonly project: Project;
  /** The host of `database`. */
  readonly web1: DemoHost;
  /** The host of `foo` and `test`; the same one where there is only one. */
  readonly web2: DemoHost;
  /** What was on the hosts before, by name. */
  readonly before: ReadonlyMap<string, readonly string[]>;
  readonly resources: "null_resource" | "terraform_data";
}

/** The hosts, each once. */
export function hostsOf({ web1, web2 }: Stage): readonly DemoHost[] {
  return web1 === web2 ? [web1] : [web1, web2];
}

/** Terraform's address of a container. */
export function addressOf({ resources, web1, web2 }: Stage, container: string): string {
  return `${resources}.${container === "database" || web1 === web2 ? "web1" : "web2"}_${container}`;
}

/** What a plan does to each container, by name. */
export function actionsOf(document: PlanDocument): Readonly<Record<string, string>> {
  const { plan } = document;
  const all = [...(plan?.containers ?? []), ...(plan?.removals.flatMap(({ containers }) => containers) ?? [])];
  return Object.fromEntries(all.map(({ name, action }) => [name, action]));
}

/** One container of a plan. */
export function containerIn(document: PlanDocument, name: string): ContainerPlan | undefined {
  return document.plan?.containers.find((container) => container.name === name);
}

/** `up`, `down` or `gone`, as nixos-container on the host says. */
export async function statusOn(host: DemoHost, container: string): Promise<string> {
  return host.sh(`nixos-container status ${container} 2>/dev/null || :`);
}

/** Changes when a container is restarted, not when it is reloaded. */
export async function invocationOn(host: DemoHost, container: string): Promise<string> {
  return host.sh(`systemctl show container@${container}.service -p InvocationID --value`);
}

/** The NixOS configuration a container was built from, as it lies on the host. */
export async function configurationOn(host: DemoHost, container: string): Promise<string> {
  return host.sh(`cat "$OURS"/containers/${container}/modules-*/config/configuration.nix`);
}

/** `cdktf deploy`, with the lines that matter as they come. */
export async function applyAndShow({ narrator, project }: Stage, verb: "deploy" | "destroy"): Promise<void> {
  let hidden = 0;
  const began = Date.now();
  narrator.command("$", `npx ${project.cli} ${verb} --auto-approve`);
  await narrator.during(
    `${project.cli} ${verb}`,
    project.apply(verb, (line) => {
      if (isTold(line)) narrator.show([line]);
      else hidden++;
    }),
  );
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  narrator.omit(`${seconds} s; ${hidden} lines not shown: terraform's plan and connections, nix's own output`);
}
