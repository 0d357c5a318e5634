import type { DesiredContainer } from "../model/container";
import type { Problem } from "../model/error";
import type { DesiredHost } from "../model/host";
import type { Observation } from "../model/observed";

/** A host as the code names it, and what came of observing it. */
export interface PlannedHost {
  readonly host: DesiredHost;
  readonly observation: Observation;
}

/** A container as the code wants it, and the stack that declares it. */
export type PlannedContainer = DesiredContainer & {
  readonly stack: string;
  /** What is to be said of addresses that were chosen for it. */
  readonly chosen?: {
    /** Those that are new to it, and were free. */
    readonly free: readonly string[];
    readonly notes: readonly string[];
    readonly problems: readonly Problem[];
  };
};

/** A stack, the owner it writes into the journals, and the hosts it declares or uses. */
export interface StackOwner {
  readonly stack: string;
  readonly owner: string;
  /** Paths of the hosts' constructs. */
  readonly hosts: readonly string[];
}

/** All that a plan is computed from. */
export interface AppInput {
  readonly hosts: readonly PlannedHost[];
  readonly containers: readonly PlannedContainer[];
  readonly owners: readonly StackOwner[];
}
