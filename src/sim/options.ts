import type { KeyType } from "./host-keys";

/** How long the slow steps take, in seconds; fractions are fine. */
export interface Durations {
  /** A build: `nixos-container create` and `update`. @default 0 */
  readonly build: number;
  /** A container's boot. @default 0 */
  readonly start: number;
  /** A container's shutdown. @default 0 */
  readonly stop: number;
  /** Restarting what changed during a reload. @default 0 */
  readonly reload: number;
  /** The pause before systemd tries a failed start again. @default 0.1 */
  readonly retry: number;
}

/** The nixpkgs a host builds its containers with. */
export interface Nixpkgs {
  /** What `.version` says. @default "25.05" */
  readonly release?: string;
  /** What `.version-suffix` says; a flake's tree has none. @default ".20250612.abcdef0" */
  readonly suffix?: string;
  /** How `<nixpkgs>` is found: through root's channel, the flake registry, or not at all. @default "channel" */
  readonly source?: "channel" | "flake" | "none";
}

/** A container that the host's own configuration declares. */
export interface DeclarativeContainer {
  readonly name: string;
  /** Lines of its conf beside SYSTEM_PATH, such as `LOCAL_ADDRESS`. @default {} */
  readonly conf?: Readonly<Record<string, string>>;
  /** Whether machines.target wants it, and it runs from the beginning. @default true */
  readonly autoStart?: boolean;
}

/** What kind of host to start. */
export interface EmbeddedHostOptions {
  /** Host name. @default "host" */
  readonly name?: string;
  /** Who logs in; `root` can always. @default "root" */
  readonly user?: string;
  /** What sudo says to a user other than root. @default "passwordless" */
  readonly sudo?: "passwordless" | "password" | "none";
  /** Directories of nixos-container: as of state version 22.05, or those of older hosts. @default "22.05" */
  readonly layout?: "22.05" | "21.11";
  /** @default a channel of 25.05 */
  readonly nixpkgs?: Nixpkgs;
  /** Network interfaces beside lo and eth0. @default [] */
  readonly interfaces?: readonly string[];
  /** Bridges. @default [] */
  readonly bridges?: readonly string[];
  /** Addresses with prefix length, by interface. @default eth0 has 192.0.2.10/24 */
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
  /** What net.ipv4.ip_forward says. @default true */
  readonly ipForward?: boolean;
  /** Memory in GiB. @default 8 */
  readonly memory?: number;
  /** Cores. @default 4 */
  readonly cores?: number;
  /** 32 hexadecimal digits. @default random */
  readonly machineId?: string;
  /** Paths of the host that are mount points. @default [] */
  readonly mounts?: readonly string[];
  /** @default 0 seconds each, 0.1 between retries */
  readonly durations?: Partial<Durations>;
  /** @default [] */
  readonly declarative?: readonly DeclarativeContainer[];
  /** Types of host keys offered, as stock sshd does. @default ["ed25519", "ecdsa", "rsa"] */
  readonly hostKeyTypes?: readonly KeyType[];
  /** Whether the rsa host key is this host's own; making one takes a tenth of a second, so hosts of a process share one. @default false */
  readonly ownRsaKey?: boolean;
  /** Public key lines that may log in beside the generated one. @default [] */
  readonly authorizedKeys?: readonly string[];
  /** Whether a pty is granted. @default true */
  readonly permitTty?: boolean;
  /** Text sent before authentication. @default none */
  readonly banner?: string;
  /** Text a shell profile prints in front of every command's output. @default none */
  readonly profileNoise?: string;
  /** Whether connections may be forwarded to other loopback ports, as a bastion does. @default false */
  readonly jumpHost?: boolean;
  /** Whether the host has nixos-container. @default true */
  readonly tool?: boolean;
  /** Whether the host has the unit container@.service. @default true */
  readonly unitTemplate?: boolean;
}

/** The options with every default filled in. */
export type Resolved = Required<Omit<EmbeddedHostOptions, "nixpkgs" | "durations">> & {
  readonly nixpkgs: Required<Nixpkgs>;
  readonly durations: Durations;
};

export function resolveOptions(options: EmbeddedHostOptions, machineId: string): Resolved {
  const { nixpkgs, durations, ...rest } = options;
  return {
    name: "host",
    user: "root",
    sudo: "passwordless",
    layout: "22.05",
    interfaces: [],
    bridges: [],
    addresses: { eth0: ["192.0.2.10/24"] },
    ipForward: true,
    memory: 8,
    cores: 4,
    machineId,
    mounts: [],
    declarative: [],
    hostKeyTypes: ["ed25519", "ecdsa", "rsa"],
    ownRsaKey: false,
    authorizedKeys: [],
    permitTty: true,
    banner: "",
    profileNoise: "",
    jumpHost: false,
    tool: true,
    unitTemplate: true,
    ...rest,
    nixpkgs: { release: "25.05", suffix: ".20250612.abcdef0", source: "channel", ...nixpkgs },
    durations: { build: 0, start: 0, stop: 0, reload: 0, retry: 0.1, ...durations },
  };
}
