import type { Problem, Where } from "../model/error";

/** Something wrong with a config, before it is known whose config it is. */
export interface Fault {
  /** One sentence without a final full stop, the value included. */
  readonly what: string;
  /** What the user can do about it. */
  readonly remedy: string;
}

export function configProblem(fault: Fault, where: Where): Problem {
  return { code: "config", what: fault.what, where, remedy: fault.remedy };
}
