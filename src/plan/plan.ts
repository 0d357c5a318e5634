import type { Change, Effect } from "../model/change";
import type { RemovalPolicy } from "../model/options/removal";
import type { Problem } from "../model/error";

export type { Change, Effect };

/** What a deploy does to a container. */
export type Action =
  "create" | "adopt" | "rename" | "update" | "restart" | "start" | "stop" | "remove" | "none" | "conflict";

/** A line of a file's unified diff, ready to print: first character is `+`, `-`, ` ` or `@`. */
export interface FileDiff {
  readonly path: string;
  readonly lines: readonly string[];
}

/** What becomes of one container. */
export interface ContainerPlan {
  readonly stack: string;
  /** Path of the host's construct. */
  readonly host: string;
  readonly name: string;
  /** Path of the container's construct; absent for one that is removed. */
  readonly construct?: string;
  readonly action: Action;
  /** The worst effect of its changes. */
  readonly effect: Effect;
  readonly changes: readonly Change[];
  readonly config: readonly FileDiff[];
  /** What a reader should know beside it; never part of what Terraform is told when nothing is to do. */
  readonly notes: readonly string[];
  /** Why it cannot be done: the first of `problems`. */
  readonly problem?: Problem;
  /** Everything that stands in the way; empty when it can be done. */
  readonly problems: readonly Problem[];
  /** What becomes of a container that is removed; absent for others. */
  readonly removal?: RemovalPolicy;
  /** What Terraform's trigger `apply` says: the journal's token when nothing is to do, else words for a run. */
  readonly apply:
    { readonly kind: "settled"; readonly token: string } | { readonly kind: "run"; readonly words: string };
  /** Digest of the state the plan was computed from; `any` for a host that was not observed. */
  readonly base: string;
  /** The state version to build with; `auto` leaves it to the host that was not observed. */
  readonly stateVersion: string;
  /** The other name of a rename that this brings about, goes on with or undoes; absent for others. */
  readonly otherName?: string;
  /** Containers that go, and give up an address, port or interface this one takes: stopped before it starts. */
  readonly stopFirst: readonly string[];
  /** Containers that stay, and give one up in this very deploy: their change comes first. */
  readonly after: readonly string[];
}

/** What `base` says of a host that was not observed: converge takes the host as it finds it. */
export const anyBase = "any";

/** What `base` says of a host that could not be observed: converge never finds it so. */
export const noBase = "unknown";

/** What is removed from one host for one stack. */
export interface RemovalPlan {
  readonly stack: string;
  readonly host: string;
  readonly owner: string;
  readonly containers: readonly ContainerPlan[];
  readonly apply: ContainerPlan["apply"];
}

/** One host of the plan. */
export interface HostPlan {
  /** Path of its construct. */
  readonly host: string;
  readonly label: string;
  readonly address: string;
  readonly machineId?: string;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** Everything a deploy would do, in the order of the code. */
export interface Plan {
  /** Version of this schema. */
  readonly version: 1;
  readonly hosts: readonly HostPlan[];
  readonly containers: readonly ContainerPlan[];
  readonly removals: readonly RemovalPlan[];
}
