import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { TOOLS } from "./command";
import type { KeyPair } from "./host-keys";
import type { DeclarativeContainer, Nixpkgs, Resolved } from "./options";

/** nixos-container's directories on a host of this layout. */
export function directoriesOf(layout: Resolved["layout"]): { conf: string; state: string } {
  const name = layout === "22.05" ? "nixos-containers" : "containers";
  return { conf: `/etc/${name}`, state: `/var/lib/${name}` };
}

const CHANNELS = "/nix/var/nix/profiles/per-user/root/channels";

/** NIX_PATH as a host with this kind of nixpkgs sets it for every login. */
export function nixPathOf(source: Required<Nixpkgs>["source"]): string {
  switch (source) {
    case "channel":
      return `nixpkgs=${CHANNELS}/nixos:nixos-config=/etc/nixos/configuration.nix:${CHANNELS}`;
    case "flake":
      return "nixpkgs=flake:nixpkgs";
    case "none":
      return "";
  }
}

/** Writes files of a host below its root; every path is the host's own. */
export class Tree {
  constructor(readonly root: string) {}

  /** Where a path of the host lies for real. */
  real(file: string): string {
    return path.join(this.root, file);
  }

  directory(name: string, mode = 0o755): void {
    fs.mkdirSync(this.real(name), { recursive: true });
    fs.chmodSync(this.real(name), mode);
  }

  write(file: string, text: string, mode = 0o644): void {
    fs.mkdirSync(path.dirname(this.real(file)), { recursive: true });
    // Put in place at once: a double may be reading.
    const fresh = `${this.real(file)}.${randomBytes(4).toString("hex")}`;
    fs.writeFileSync(fresh, text, { mode });
    fs.renameSync(fresh, this.real(file));
  }

  /** A link that also resolves below the root: relative, for contents of links are not prefixed. */
  link(from: string, to: string): void {
    fs.mkdirSync(path.dirname(this.real(from)), { recursive: true });
    fs.rmSync(this.real(from), { force: true });
    fs.symlinkSync(path.relative(path.dirname(this.real(from)), this.real(to)), this.real(from));
  }

  /** Everything a freshly booted host of this kind has. */
  furnish(options: Resolved, hostKeys: readonly KeyPair[]): void {
    for (const name of [
      "tmp",
      "etc/nixos",
      "run/lock",
      "nix/store",
      "nix/var/nix/gcroots",
      "proc/self",
      "var/log/journal",
      "var/lib",
    ])
      this.directory(name);
    for (const name of ["root", ...(options.user === "root" ? [] : [`home/${options.user}`])])
      this.directory(name, 0o700);
    this.directory("nix/var/nix/profiles/per-container", 0o700);
    this.furnishEtc(options, hostKeys);
    this.furnishKernel(options);
    this.furnishTools(options);
    this.furnishState();
    const { conf, state } = directoriesOf(options.layout);
    this.directory(conf);
    this.directory(state, 0o700);
    if (options.layout !== "22.05")
      for (const file of ["libpod.conf", "containers.conf", "registries.conf"])
        this.write(`${conf}/${file}`, "[engine]\n");
    for (const container of options.declarative) this.declare(container, conf, release(options.nixpkgs));
  }

  private furnishEtc(options: Resolved, hostKeys: readonly KeyPair[]): void {
    const version = release(options.nixpkgs);
    this.write("/etc/machine-id", `${options.machineId}\n`);
    this.write("/etc/hostname", `${options.name}\n`);
    this.write("/etc/resolv.conf", "nameserver 192.0.2.1\n");
    this.write("/etc/nixos/configuration.nix", "{ boot.enableContainers = true; }\n");
    this.write(
      "/etc/os-release",
      `NAME=NixOS\nID=nixos\nVERSION="${options.nixpkgs.release} (Warbler)"\nVERSION_ID="${options.nixpkgs.release}"\n` +
        `BUILD_ID="${version}"\nPRETTY_NAME="NixOS ${options.nixpkgs.release} (Warbler)"\n`,
    );
    if (options.unitTemplate)
      this.write(
        "/etc/systemd/system/container@.service",
        "[Unit]\nDescription=Container '%i'\n[Service]\nTimeoutStartSec=1min\n",
      );
    else this.directory("/etc/systemd/system");
    this.writeHostKeys(hostKeys, options.name);
    this.write("/etc/ssh/sshd_config", `PermitTTY ${options.permitTty ? "yes" : "no"}\n`);
  }

  writeHostKeys(hostKeys: readonly KeyPair[], name: string): void {
    for (const key of hostKeys) {
      this.write(`/etc/ssh/ssh_host_${key.type}_key`, key.private, 0o600);
      this.write(`/etc/ssh/ssh_host_${key.type}_key.pub`, `${key.public} root@${name}\n`);
    }
  }

  private furnishKernel(options: Resolved): void {
    const kilobytes = Math.round(options.memory * 1024 * 1024);
    this.write(
      "/proc/meminfo",
      `MemTotal:       ${kilobytes} kB\nMemFree:        ${kilobytes} kB\nMemAvailable:   ${kilobytes} kB\n`,
    );
    this.write(
      "/proc/cpuinfo",
      Array.from({ length: options.cores }, (_, core) => `processor\t: ${core}\n\n`).join(""),
    );
    this.write("/proc/sys/net/ipv4/ip_forward", options.ipForward ? "1\n" : "0\n");
    this.write(
      "/proc/net/route",
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n",
    );
    this.write("/proc/net/tcp", "  sl  local_address rem_address   st\n   0: 00000000:0016 00000000:0000 0A\n");
    this.write("/proc/self/mountinfo", options.mounts.map(mountLine).join(""));
    for (const [node, number] of Object.entries({ "net/tun": "10 200", fuse: "10 229", null: "1 3", urandom: "1 9" }))
      this.write(`/dev/${node}`, `embedded-host device char ${number}\n`);
    for (const name of ["lo", "eth0", ...options.interfaces]) this.directory(`/sys/class/net/${name}`);
    for (const name of options.bridges) this.directory(`/sys/class/net/${name}/bridge`);
    for (const [name, addresses] of Object.entries({ lo: ["127.0.0.1/8"], ...options.addresses }))
      this.write(`/sys/class/net/${name}/addresses`, addresses.map((address) => `${address}\n`).join(""));
  }

  /** The doubles, copied, for an installed package need not have kept its files executable; nixos-container carries the host's directories. */
  private furnishTools(options: Resolved): void {
    const { conf, state } = directoriesOf(options.layout);
    for (const folder of ["bin", "lib"]) {
      for (const name of fs.readdirSync(path.join(__dirname, folder))) {
        if (name === "nixos-container" && !options.tool) continue;
        const text = fs.readFileSync(path.join(__dirname, folder, name), "utf8");
        const own = text.replace("@configurationDirectory@", conf).replace("@stateDirectory@", state);
        this.write(path.join(TOOLS, "..", folder, name), own, 0o755);
      }
    }
    this.write("/run/current-system/nixos-version", release(options.nixpkgs));
  }

  /** What systemd and the kernel remember since boot. */
  furnishState(): void {
    for (const name of ["units", "claims", "taken"]) this.directory(`/run/embedded-host/${name}`);
    this.write("/run/embedded-host/serial", "5000000\n");
    this.write("/run/embedded-host/system-state", "running\n");
  }

  /** Puts a nixpkgs into the store and makes it the one the host builds with; returns its store path. */
  installNixpkgs(nixpkgs: Required<Nixpkgs>): string {
    const isFlake = nixpkgs.source === "flake";
    const store = storePath(`nixpkgs ${release(nixpkgs)}`, isFlake ? "source" : `nixos-${release(nixpkgs)}`);
    this.write(`${store}/.version`, `${nixpkgs.release}\n`);
    if (!isFlake) {
      this.write(`${store}/.version-suffix`, nixpkgs.suffix);
      this.write(`${store}/.git-revision`, createHash("sha1").update(nixpkgs.suffix).digest("hex"));
    }
    this.write(`${store}/nixos/default.nix`, "{ configuration ? <nixos-config> }: { }\n");
    if (nixpkgs.source === "channel") this.link(`${CHANNELS}/nixos`, store);
    return store;
  }

  private declare(container: DeclarativeContainer, confDirectory: string, version: string): void {
    const { name } = container;
    const system = storePath(`declarative ${name} ${version}`, `nixos-system-${name}-${version}`);
    const conf = storePath(`conf ${name}`, `${name}.conf`);
    for (const [file, text] of [
      ["nixos-version", version],
      ["init", "#!/bin/sh\n"],
      ["system", "x86_64-linux"],
      ["embedded-host", ""],
    ])
      this.write(`${system}/${file}`, text);
    const lines = Object.entries({ SYSTEM_PATH: system, ...container.conf }).map(([key, value]) => `${key}=${value}\n`);
    this.write(conf, lines.join(""), 0o444);
    this.link(`${confDirectory}/${name}.conf`, conf);
    this.link(`/nix/var/nix/gcroots/declarative/${name}`, system);
    this.link(`/nix/var/nix/gcroots/declarative/${name}.conf`, conf);
    if (container.autoStart ?? true)
      this.link(
        `/etc/systemd/system/machines.target.wants/container@${name}.service`,
        "/etc/systemd/system/container@.service",
      );
  }
}

function release(nixpkgs: Required<Nixpkgs>): string {
  return nixpkgs.release + (nixpkgs.source === "flake" ? "pre-git" : nixpkgs.suffix);
}

function storePath(content: string, name: string): string {
  return `/nix/store/${createHash("sha256").update(content).digest("hex").slice(0, 32).replaceAll("e", "x")}-${name}`;
}

/** A line of /proc/self/mountinfo. */
export function mountLine(point: string): string {
  return `36 25 8:1 / ${point} rw,relatime - ext4 /dev/disk/data rw\n`;
}
