import type { EmbeddedHost, HostConnection } from "./embedded-host";
import type { EmbeddedHostOptions } from "./options";

/** The methods of a host that another process may call. */
export const callable = [
  "run",
  "calls",
  "called",
  "edit",
  "read",
  "remove",
  "mount",
  "setDurations",
  "setFaults",
  "refuseConnections",
  "cutConnections",
  "pause",
  "resume",
  "renewHostKeys",
  "upgradeNixpkgs",
  "reboot",
  "rebuild",
  "snapshot",
  "restore",
  "stop",
] as const;

/** One of them. */
export type Callable = (typeof callable)[number];

/** The arguments of a method. */
export type Arguments<M extends Callable> = Parameters<EmbeddedHost[M]>;

/** What it comes to, once it is waited for. */
export type Result<M extends Callable> = Awaited<ReturnType<EmbeddedHost[M]>>;

/** What the parent of a host's process sends: how to start, then one call after the other. */
export type HostRequest =
  | { readonly id: number; readonly kind: "start"; readonly options: EmbeddedHostOptions }
  | { readonly id: number; readonly kind: "call"; readonly method: Callable; readonly args: readonly unknown[] };

/** What is known of a host as of its last answer. */
export interface HostFacts {
  readonly name: string;
  readonly root: string;
  readonly publicKey: string;
  readonly knownHosts: string;
  readonly hostKey: string;
  readonly nixpkgs: string;
  readonly connections: number;
  readonly connection: HostConnection;
}

/** What the process answers. */
export type HostAnswer =
  | { readonly id: number; readonly value: unknown; readonly facts: HostFacts }
  | { readonly id: number; readonly error: string };
