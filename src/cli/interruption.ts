import { constants } from "node:os";

/** That a signal asked for the end: no failure of anything. */
export class Interruption extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(signal === "SIGINT" ? "interrupted" : `ended by ${signal}`);
    this.name = "Interruption";
  }

  /** The exit code that shells know: 130 for Ctrl-C. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}
