/** What converge wrote down about the last change it finished (docs/host.md). */
export interface Journal {
  readonly owner: string;
  /** The trigger `apply` of the run that wrote it. */
  readonly token: string;
  /** Tree digest of the user's module files. */
  readonly config: string;
  /** Folder of the module files below the container's own. */
  readonly module: string;
  /** sha256 of configuration.nix as nixos-container wrote it. */
  readonly nixos: string;
  /** System that was built and activated. */
  readonly system: string;
  /** Empty when it could not be determined. */
  readonly stateVersion: string;
  readonly nixpkgs: string;
  readonly nixpkgsRelease: string;
  readonly removal: string;
  readonly protect: boolean;
  /** Key of the teardown that removes it: the host's machine-id at the time, or `address of HOST`; empty in journals of old. */
  readonly machine: string;
  /** Its bridge and addresses, as the lines of a conf, with spaces between; absent in journals of old. */
  readonly network?: string;
}

/** What stands on a host while a change is under way, or after it was cut off. */
export interface Intent {
  readonly owner: string;
  /** `create`, `adopt`, `update`, `rename` or `remove`. */
  readonly action: string;
  /** The old name of a container whose rename it is. */
  readonly from?: string;
  /** Whether a removal had begun to delete its data. */
  readonly deleting?: boolean;
}

/** A rename, for which the plan looks at what is there of both names as one container. */
export interface Renaming {
  /** Whether it begins, or was cut off and goes on, or is undone because the code has the old name again. */
  readonly kind: "begin" | "unfinished" | "undo";
  readonly other: string;
  /** Why it cannot be. */
  readonly problem?: { readonly what: string; readonly remedy: string };
}

/** A container, or what is left of one, as it is on its host. */
export interface ObservedContainer {
  readonly name: string;
  /** Lines of its conf; absent when it has none. */
  readonly conf?: readonly string[];
  /** Whether the host's own configuration declares it. */
  readonly declarative: boolean;
  /** Its root directory: absent, a directory, or a mount point of its own. */
  readonly root?: "dir" | "mount";
  /** Store path its system profile leads to. */
  readonly profile?: string;
  readonly unit: "up" | "down";
  /** systemd's own words, such as `failed failed`. */
  readonly active: string;
  /** Whether its unit is masked: it can be neither started nor reloaded. */
  readonly masked?: boolean;
  /** Store path of the system running inside, when it is up. */
  readonly running?: string;
  /** Whether it is linked into machines.target below system.control. */
  readonly boot: boolean;
  /** Lines of our drop-in for the unit. */
  readonly dropIn: readonly string[];
  /** Files beside our drop-in in the folders of systemctl set-property and edit: what somebody told the unit by hand. */
  readonly foreignDropIns?: readonly string[];
  /** Credentials that it runs with and whose file on the host is another one now. */
  readonly staleCredentials?: readonly string[];
  /** Owner of its root directory on the host, where it is not root. */
  readonly rootOwner?: number;
  readonly journal?: Journal;
  /** Owner that a journal names which is too damaged to tell anything else. */
  readonly claim?: string;
  readonly intent?: Intent;
  /** Where the plan has put two names together. */
  readonly renaming?: Renaming;
  /** sha256 of its configuration.nix. */
  readonly nixos?: string;
  /** sha256 by path of the module files, below the container's own folder. */
  readonly modules: ReadonlyMap<string, string>;
  /** Text by path of the same files. */
  readonly texts: ReadonlyMap<string, string>;
  /** When its unit began to start, in seconds since the epoch. */
  readonly since?: number;
  /** When its conf was last written, in seconds since the epoch. */
  readonly confTime?: number;
  /** Release of the system its profile leads to, such as `25.05.20250612.abcdef0`; without one, of what ran in its root directory last. */
  readonly release?: string;
  /** Its own configuration.nix, when it was asked for and could be read; else why not. */
  readonly found?: { readonly text: string } | { readonly why: string };
  /** Digest of its state records: what a plan is computed from. */
  readonly digest: string;
}

/** A change or removal that is under way while we look. */
export interface UnderWay {
  /** `create`, `adopt`, `update`, `rename` or `remove`; empty where only a lock tells of it, as what a run that was killed had started goes on. */
  readonly action: string;
  /** Seconds since the epoch. */
  readonly since?: number;
  /** The step it is at, such as `building`. */
  readonly step: string;
  /** How many seconds that step has taken so far. */
  readonly took?: number;
  /** Such as `deploy from 192.0.2.7`. */
  readonly who: string;
}

/** Why the last change or removal of a container failed; gone with the next that succeeds. */
export interface LastFailure {
  readonly owner: string;
  /** Seconds since the epoch. */
  readonly time?: number;
  /** The step it was at; empty before the first. */
  readonly step: string;
  readonly reason: string;
}

/** A device node of the host. */
export interface Device {
  readonly kind: "char" | "block";
  readonly major: number;
  readonly minor: number;
  readonly node: string;
}

/** Which devices a container's unit lets it open. */
export interface Access {
  /** systemd's DevicePolicy: `auto`, `closed` or `strict`. */
  readonly policy: string;
  /** Entries of DeviceAllow; without a minor number, all of a driver. */
  readonly allowed: readonly {
    readonly kind: string;
    readonly major: number;
    readonly minor?: number;
    /** Of `r`, `w` and `m`. */
    readonly rights: string;
  }[];
}

/** One thing about a host that stands in the way; the probe's word for it and its own text. */
export interface Trouble {
  readonly word: string;
  readonly text: string;
}

/** A host as one probe saw it. */
export interface ObservedHost {
  readonly machineId: string;
  readonly hostname: string;
  readonly os: string;
  readonly confDir: string;
  readonly stateDir: string;
  /** Store path of the nixpkgs that would build; absent when there is none. */
  readonly nixpkgs?: string;
  /** Such as `25.05.20250612.abcdef0`; absent when it cannot be told. */
  readonly nixpkgsRelease?: string;
  readonly interfaces: readonly string[];
  readonly bridges: readonly string[];
  /** `IFACE ADDRESS/PREFIX`. */
  readonly addresses: readonly string[];
  /** `IFACE NETWORK/PREFIX`, or `IFACE ADDRESS`; without the default routes. */
  readonly routes?: readonly string[];
  readonly ipForward: boolean;
  readonly systemControl: "writable" | "read-only";
  readonly hostKeys: readonly string[];
  /** The certificates that go with them, a public key line each. */
  readonly hostCertificates?: readonly string[];
  /** How many keys sshd lets a client try. */
  readonly authTries?: number;
  /** Where, below the home directory, Terraform may put its scripts. */
  readonly scriptDir: string;
  /** Where the SSH connection of the probe came in, as sshd told it. */
  readonly sshServer?: { readonly address: string; readonly port: number };
  readonly troubles: readonly Trouble[];
  /** Token of the last removal, by hash of the owner. */
  readonly reaps: ReadonlyMap<string, string>;
  readonly containers: ReadonlyMap<string, ObservedContainer>;
  /** What is being done to containers, by name. */
  readonly underWay: ReadonlyMap<string, UnderWay>;
  /** The last failure of containers, by name: of those too that failed to be made. */
  readonly failures: ReadonlyMap<string, LastFailure>;
  /** What sets up its network, as far as advice differs by it: `nftables`, `systemd-networkd`. */
  readonly network?: readonly string[];
  /** Interface of its default route. */
  readonly wayOut?: string;
  /** The nameservers of its /etc/resolv.conf. */
  readonly nameservers?: readonly string[];
  /** TCP ports at which something on its own network listens on every address. */
  readonly listens?: readonly number[];
  /** State of the units of the host that were asked for, by name, in systemd's words. */
  readonly units?: ReadonlyMap<string, { readonly load: string; readonly active: string }>;
  /** Whether the containers' unit reads the keys of the conf that were asked for; only where that can be told. */
  readonly keys?: ReadonlyMap<string, boolean>;
  /** What each bind source asked for is. */
  readonly sources: ReadonlyMap<string, "dir" | "file" | "missing">;
  /** The device nodes that a bind source is or holds, by source; only of those that have any. */
  readonly devices: ReadonlyMap<string, readonly Device[]>;
  /** What the units of containers may open, by name; asked only where sources have devices. */
  readonly access: ReadonlyMap<string, Access>;
  /** What the host's nix said of each module file asked about, by sha256; undefined for a sound one. */
  readonly syntax: ReadonlyMap<string, string | undefined>;
}

/** How to reach a host, as ssh resolved it and as Terraform is told. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Path of an unencrypted private key. */
  readonly identityFile?: string;
  /** Path of the certificate that goes with the key. */
  readonly certificateFile?: string;
  readonly agent: boolean;
  /** Which of the agent's keys the host takes. */
  readonly agentIdentity?: string;
  /** Every key the host offers, as Terraform's `host_key` wants them: one line a key, names on all but the first. */
  readonly hostKey: string;
  readonly bastion?: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly identityFile?: string;
  };
}

/** Why Terraform could not reach a host that ssh did reach, and what mends that. */
export interface Fault {
  readonly what: string;
  readonly remedy: string;
  readonly detail?: string;
}

/** What came of observing one host. */
export type Observation =
  | {
      readonly kind: "observed";
      readonly host: ObservedHost;
      readonly connection: Connection;
      readonly faults?: readonly Fault[];
      /** What is good to know about the way to it, a sentence each. */
      readonly notes?: readonly string[];
    }
  /** Not asked: its address is only known after apply, or observation is off. */
  | { readonly kind: "unobserved"; readonly reason: "address" | "off" }
  | {
      readonly kind: "failed";
      readonly what: string;
      readonly remedy: string;
      readonly detail?: string;
      readonly connection?: Connection;
    };
