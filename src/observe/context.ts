import type { Gates } from "./gate";
import type { NameSource } from "./name-service";
import type { RunOptions, RunResult } from "./process";

/** What all hosts of one observation share. */
export interface Context {
  /** A folder for temporary files, gone when the observation is over. */
  readonly folder: string;
  readonly sshConfig?: string;
  /** Seconds. */
  readonly connectTimeout: number;
  /** Seconds. */
  readonly timeout: number;
  /** How many may go through the same jump host at once. */
  readonly jumpGates: Gates;
  /** Where Terraform looks names up. @default this machine's files */
  readonly names?: NameSource;
  run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult>;
  /** Path of a temporary file that nobody else has. */
  temporary(name: string): string;
}
