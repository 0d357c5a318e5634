import type { Problem } from "../model/error";
import type { Action, Change, Effect, FileDiff } from "./plan";

/** What becomes of one container, before words and problems of its host. */
export interface Draft {
  readonly action: Action;
  /** What the action itself costs, beside its changes. */
  readonly effect: Effect;
  readonly changes: readonly Change[];
  readonly config: readonly FileDiff[];
  readonly notes: readonly string[];
  readonly builds: boolean;
  /** The journal's token. */
  readonly token: string;
  readonly problem?: Problem;
  /** What is special about it, for the words of the run. */
  readonly remark?: string;
}
