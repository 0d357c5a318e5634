import type { DesiredHost } from "../../src/model/host";
import type { Connection } from "../../src/model/observed";

/** A piece of a program, as a template of Terraform's, whose end is the end of a line. */
export interface Piece {
  readonly template: string;
  /** What Terraform makes of it, where that is known at synth. */
  readonly text?: string;
  /** Whether its text stands once in the stack, and this is a reference to it. */
  readonly shared?: boolean;
}

/** A program that is to run on a host. */
export type Script = readonly Piece[];

/** A host, and what is known of the way to it. */
export interface Reached {
  readonly host: DesiredHost;
  readonly connection: Connection;
  /** Where, below the home directory, scripts may lie. */
  readonly scriptDir: string;
}

/** One block of a resource's `provisioner`. */
export type Provisioner = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A way for Terraform to run a program on a host. What makes resources knows the programs, and not how they get there. */
export interface Transport {
  /** Runs when the resource is made. */
  create(reached: Reached, script: Script): Provisioner;
  /** Runs when the resource is destroyed, and knows the host by its `machineTriggers`; `self` is `self.triggers` or its like. */
  destroy(self: string, script: Script): Provisioner;
}
