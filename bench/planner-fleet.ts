import { containerModule } from "../src/model/module";
import { renderConf } from "../src/model/conf";
import { parseSettings } from "../src/model/container";
import type { ModuleFile } from "../src/model/module-file";
import type { ObservedContainer } from "../src/model/observed";
import { fileDigest, treeDigest } from "../src/nix";
import type { AppInput, PlannedContainer, PlannedHost } from "../src/plan";

/** One kind of container in the fleet: the action its plan must come to, and how many of all are of it. */
export interface Mix {
  readonly action: string;
  readonly share: number;
}

/** What the fleet is made of. */
export const mixes = {
  inSync: { action: "none", share: 0.6 },
  absent: { action: "create", share: 0.1 },
  otherText: { action: "update", share: 0.2 },
  stopped: { action: "start", share: 0.1 },
} as const satisfies Record<string, Mix>;

const stack = "fleet";
const owner = `bench/${stack}`;
const nixpkgs = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-25.05";
const release = "25.05.20250612.abcdef0";

/** An app of so many hosts with so many containers each, observed: 6 of 10 in sync, 2 with another text, 1 absent, 1 stopped. */
export function fleet(hosts: number, containersPerHost: number): AppInput {
  const planned: PlannedHost[] = [];
  const containers: PlannedContainer[] = [];
  for (let number = 0; number < hosts; number++) {
    const construct = `${stack}/host${number}`;
    const wanted = Array.from({ length: containersPerHost }, (_, index) => container(construct, index));
    containers.push(...wanted);
    planned.push(observedHost(construct, number, wanted.flatMap(observed)));
  }
  return { hosts: planned, containers, owners: [{ stack, owner, hosts: planned.map(({ host }) => host.construct) }] };
}

function moduleFile(index: number, port: number): ModuleFile {
  return {
    path: "configuration.nix",
    text: `{ pkgs, ... }:\n{\n  services.nginx.enable = true;\n  services.nginx.defaultHTTPListenPort = ${port};\n  networking.firewall.allowedTCPPorts = [ ${port} ];\n  environment.systemPackages = [ pkgs.vim ];\n  environment.etc.number.text = "${index}";\n}\n`,
  };
}

function container(host: string, index: number): PlannedContainer {
  const name = `web${index}`;
  const network = {
    hostAddress: `10.${100 + (index >> 8)}.${index & 255}.1`,
    localAddress: `10.${100 + (index >> 8)}.${index & 255}.2`,
    forwardPorts: [{ hostPort: 8000 + index, containerPort: 80 }],
  };
  const settings = { stateVersion: "25.05", network, bindMounts: { "/data": { hostPath: "/srv" } }, autoStart: true };
  const files = [moduleFile(index, 80)];
  const config = { entry: "configuration.nix", files, digest: treeDigest(files) };
  return { ...parseSettings(name, settings, {}, []), stack, construct: `${host}/${name}`, host, owner, config };
}

/** What is on the host of a container: nothing, or what a deploy left, as the mix wants it. */
function observed(wanted: PlannedContainer): ObservedContainer[] {
  const index = Number(wanted.name.slice("web".length));
  const kind = index % 10;
  if (kind === 9) return [];
  const files = kind === 7 || kind === 8 ? [moduleFile(index, 8080)] : wanted.config.files;
  const digest = treeDigest(files);
  const folder = `modules-${digest.slice(0, 16)}`;
  const system = `/nix/store/${digest.slice(0, 32)}-nixos-system-${wanted.name}`;
  const texts = new Map(files.map(({ path, text }): [string, string] => [`${folder}/config/${path}`, text]));
  texts.set(`${folder}/container.nix`, containerModule(wanted.config.entry, "25.05"));
  const up = kind !== 6;
  const journal = {
    owner,
    token: `in sync\nplanned at 2026-01-01T00:00:00Z`,
    config: digest,
    module: folder,
    nixos: fileDigest(folder),
    system,
    stateVersion: "25.05",
    nixpkgs,
    nixpkgsRelease: release,
    removal: wanted.removalPolicy,
    protect: wanted.protect,
    machine: fileDigest(wanted.host).slice(0, 32),
  };
  return [
    {
      name: wanted.name,
      conf: renderConf(wanted).trimEnd().split("\n"),
      declarative: false,
      root: "dir",
      profile: system,
      unit: up ? "up" : "down",
      active: up ? "active running" : "inactive dead",
      ...(up && { running: system, since: 2000 }),
      boot: true,
      dropIn: [],
      journal,
      nixos: journal.nixos,
      modules: new Map([...texts].map(([path, text]) => [path, fileDigest(text)])),
      texts,
      confTime: 1000,
      release,
      digest: fileDigest(`${wanted.construct} ${digest}`),
    },
  ];
}

function observedHost(construct: string, number: number, containers: readonly ObservedContainer[]): PlannedHost {
  const label = `host${number}`;
  const address = `${label}.example.org`;
  return {
    host: { construct, label, address, addressUnknown: false },
    observation: {
      kind: "observed",
      connection: { host: address, port: 22, user: "root", agent: true, hostKey: "ssh-ed25519 AAAA" },
      host: {
        machineId: fileDigest(construct).slice(0, 32),
        hostname: label,
        os: "NixOS 25.05",
        confDir: "/etc/nixos-containers",
        stateDir: "/var/lib/nixos-containers",
        nixpkgs,
        nixpkgsRelease: release,
        interfaces: ["lo", "eth0"],
        bridges: [],
        addresses: ["lo 127.0.0.1/8", "eth0 192.0.2.10/24"],
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
        sources: new Map([["/srv", "dir"]]),
        syntax: new Map(),
      },
    },
  };
}
