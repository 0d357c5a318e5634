import { createHash } from "node:crypto";
import { dropInLines } from "../../../src/model/drop-in";
import { confEntries, renderConf } from "../../../src/model/conf";
import { type ContainerConfig, type ContainerSettings, parseSettings } from "../../../src/model/container";
import { contentDigest, type ModuleFile } from "../../../src/model/module-file";
import { linesOf } from "../../../src/model/options";
import type { Problem } from "../../../src/model/error";
import type { DesiredHost } from "../../../src/model/host";
import type { Connection, Journal, Observation, ObservedContainer, ObservedHost } from "../../../src/model/observed";
import type { AppInput, ContainerPlan, Plan, PlannedContainer, PlannedHost } from "../../../src/plan";
import { planApp } from "../../../src/plan";

/** A small model of what converge makes of a host, written without the planner's own code. */

const sha = (text: string): string => createHash("sha256").update(text).digest("hex");

export const nixpkgs = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-25.05";
export const release = "25.05.20250612.abcdef0";

/** A configuration of these files; the first one is its entry. */
export function config(files: Readonly<Record<string, string>> = { "configuration.nix": "{ }\n" }): ContainerConfig {
  const listed: ModuleFile[] = Object.entries(files).map(([path, text]) => ({ path, text }));
  listed.sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = listed.map(({ path, text }) => `${sha(text)}  ${path}\n`).join("");
  return { entry: Object.keys(files)[0] ?? "", files: listed, digest: sha(lines) };
}

export interface Wanted extends ContainerSettings {
  readonly stack?: string;
  readonly host?: string;
  readonly owner?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** A container as the code wants it; fails when its settings are not sound. */
export function container(name: string, wanted: Wanted = {}): PlannedContainer {
  const { stack = "shop", host = "shop/web1", owner = `project/${stack}`, files, ...settings } = wanted;
  const problems: Problem[] = [];
  const parsed = parseSettings(name, settings, {}, problems);
  if (problems.length > 0) throw new Error(problems.map(({ what }) => what).join("; "));
  return { ...parsed, stack, construct: `${stack}/${name}`, host, owner, config: config(files) };
}

/** The module folder's name: any that tells different builds apart will do. */
function moduleFolder(wanted: PlannedContainer, stateVersion: string): string {
  const parts = [wanted.config.digest, wanted.config.entry, stateVersion, ...insideOf(wanted)];
  return `modules-${sha(parts.join(" ")).slice(0, 16)}`;
}

/** What its options set inside, a line each. */
function insideOf(wanted: PlannedContainer): string[] {
  const lines = linesOf(wanted, { systemControl: "writable" }).filter(({ place }) => place === "module");
  return lines.map(({ key, value }) => `  ${key} = ${value};`);
}

function containerNix(entry: string, stateVersion: string, inside: readonly string[]): string {
  const version = stateVersion === "" ? [] : [`  system.stateVersion = lib.mkDefault "${stateVersion}";`];
  const lines = ["# Written by cdktf-nixos-containers; the next deploy writes it again.", "{ lib, ... }:", "{"];
  return [...lines, `  imports = [ ./config/${entry} ];`, ...version, ...inside, "}", ""].join("\n");
}

/** What a host holds of a container after a successful deploy of it. */
export function converged(
  wanted: PlannedContainer,
  {
    stateVersion = wanted.stateVersion ?? "25.05",
    token = `2026-01-01T00:00:00Z ${wanted.name}`,
    built = { nixpkgs, release },
  } = {},
): ObservedContainer & { readonly journal: Journal } {
  const folder = moduleFolder(wanted, stateVersion);
  const system = `/nix/store/${sha(folder + built.nixpkgs).slice(0, 32)}-nixos-system-${wanted.name}`;
  const files = new Map([
    [`${folder}/container.nix`, containerNix(wanted.config.entry, stateVersion, insideOf(wanted))],
    ...wanted.config.files
      .filter(({ bytes }) => bytes === undefined)
      .map(({ path, text }) => [`${folder}/config/${path}`, text] as const),
  ]);
  const journal: Journal = {
    owner: wanted.owner,
    token,
    config: wanted.config.digest,
    module: folder,
    nixos: sha(`configuration.nix of ${folder}`),
    system,
    stateVersion,
    nixpkgs: built.nixpkgs,
    nixpkgsRelease: built.release,
    removal: wanted.removalPolicy,
    protect: wanted.protect,
    machine: machineOf(wanted.host),
  };
  const opaque = wanted.config.files
    .filter(({ bytes }) => bytes !== undefined)
    .map((file) => [`${folder}/config/${file.path}`, contentDigest(file)] as const);
  return {
    name: wanted.name,
    conf: [
      ...renderConf(wanted).trimEnd().split("\n"),
      ...(stateVersion === "" ? [] : [`CDKTF_NIXOS_STATE_VERSION=${stateVersion}`]),
    ],
    declarative: false,
    root: "dir",
    profile: system,
    unit: wanted.running ? "up" : "down",
    active: wanted.running ? "active running" : "inactive dead",
    ...(wanted.running && { running: system, since: 2000 }),
    boot: wanted.autoStart && wanted.running,
    dropIn: dropInLines(wanted),
    journal,
    nixos: journal.nixos,
    modules: new Map([...[...files].map(([path, text]) => [path, sha(text)] as const), ...opaque]),
    texts: files,
    confTime: 1000,
    release: built.release,
    digest: sha(JSON.stringify([journal, [...confEntries(wanted)]])),
  };
}

/** A container that somebody made with `nixos-container create`. */
export function unmanaged(name: string, change: Partial<ObservedContainer> = {}): ObservedContainer {
  const system = `/nix/store/${"u".repeat(32)}-nixos-system-${name}`;
  return {
    name,
    conf: ["PRIVATE_NETWORK=1", "HOST_ADDRESS=10.233.1.1", "LOCAL_ADDRESS=10.233.1.2", "HOST_BRIDGE=", "HOST_PORT="],
    declarative: false,
    root: "dir",
    profile: system,
    unit: "up",
    active: "active running",
    running: system,
    boot: false,
    dropIn: [],
    nixos: sha("theirs"),
    modules: new Map(),
    texts: new Map(),
    since: 2000,
    confTime: 1000,
    release: "24.11.20250101.0000000",
    digest: sha(`unmanaged ${name}`),
    ...change,
  };
}

const connection: Connection = {
  host: "web1.example.org",
  port: 22,
  user: "root",
  agent: true,
  hostKey: "ssh-ed25519 AAAA",
};

/** A host on which everything is in place. */
export function observedHost(
  containers: readonly ObservedContainer[] = [],
  change: Partial<ObservedHost> = {},
): ObservedHost {
  return {
    machineId: "11111111111111111111111111111111",
    hostname: "web1",
    os: "NixOS 25.05",
    confDir: "/etc/nixos-containers",
    stateDir: "/var/lib/nixos-containers",
    nixpkgs,
    nixpkgsRelease: release,
    interfaces: ["lo", "eth0", "eth1", "br0"],
    bridges: ["br0"],
    addresses: ["lo 127.0.0.1/8", "eth0 192.0.2.10/24", "ve-old 10.233.1.1/32"],
    ipForward: true,
    systemControl: "writable",
    devices: new Map(),
    access: new Map(),
    underWay: new Map(),
    failures: new Map(),
    hostKeys: [],
    scriptDir: ".",
    troubles: [],
    reaps: new Map(),
    containers: new Map(containers.map((seen) => [seen.name, seen])),
    sources: new Map(),
    syntax: new Map(),
    ...change,
  };
}

export function host(construct = "shop/web1", change: Partial<DesiredHost> = {}): DesiredHost {
  const label = construct.split("/").at(-1) ?? construct;
  return { construct, label, address: `${label}.example.org`, addressUnknown: false, ...change };
}

/** The machine-id of the host that a construct stands for. */
export function machineOf(construct: string): string {
  return sha(construct).slice(0, 32);
}

/** A host and what was seen on it. */
export function seen(
  construct: string,
  containers: readonly ObservedContainer[],
  change: Partial<ObservedHost> = {},
): PlannedHost {
  const machineId = machineOf(construct);
  return {
    host: host(construct),
    observation: { kind: "observed", host: observedHost(containers, { machineId, ...change }), connection },
  };
}

export function unseen(construct: string, observation: Observation): PlannedHost {
  return { host: host(construct), observation };
}

/** An app of these hosts and containers, in which every stack uses every host. */
export function app(
  hosts: readonly PlannedHost[],
  containers: readonly PlannedContainer[],
  stacks: readonly string[] = ["shop"],
): AppInput {
  const paths = hosts.map((planned) => planned.host.construct);
  return { hosts, containers, owners: stacks.map((stack) => ({ stack, owner: `project/${stack}`, hosts: paths })) };
}

/** The plan of one container on one host where this was seen. */
export function planOne(
  wanted: PlannedContainer,
  observed: ObservedContainer | undefined,
  change: Partial<ObservedHost> = {},
): ContainerPlan {
  const plan = planApp(app([seen(wanted.host, observed ? [observed] : [], change)], [wanted]));
  return only(plan.containers);
}

/** The plan of a host on which these were seen, for these containers. */
export function planHost(
  containers: readonly PlannedContainer[],
  observed: readonly ObservedContainer[],
  change: Partial<ObservedHost> = {},
): Plan {
  return planApp(app([seen("shop/web1", observed, change)], containers));
}

/** The only element of a list. */
export function only<T>(list: readonly T[]): T {
  const [first, ...rest] = list;
  if (first === undefined || rest.length > 0) throw new Error(`expected one element, not ${list.length}`);
  return first;
}

/** The plan of a container by its name. */
export function named(plans: readonly ContainerPlan[], name: string): ContainerPlan {
  return only(plans.filter((plan) => plan.name === name));
}

/** `property: before → after (effect)` of each change. */
export function changesOf(plan: ContainerPlan): string[] {
  return plan.changes.map(
    ({ property, before = "none", after = "none", effect }) => `${property}: ${before} → ${after} (${effect})`,
  );
}

/** What Terraform's trigger would say. */
export function applyText({ apply }: Pick<ContainerPlan, "apply">): string {
  return apply.kind === "run" ? `run ${apply.words}` : `settled ${apply.token}`;
}
