import { createRequire } from "node:module";
import type * as Ssh2 from "ssh2";

/** The package ssh2: an optional peer, so that only who starts an embedded host installs it and its native parts. @throws Error when it is missing */
export function ssh2(): typeof Ssh2 {
  try {
    return createRequire(__filename)("ssh2") as typeof Ssh2;
  } catch (error) {
    if (!(error instanceof Error && /^Cannot find (module|package) 'ssh2'/.test(error.message))) throw error;
    throw new Error("an embedded host needs the package ssh2, which is not installed → npm install --save-dev ssh2", {
      cause: error,
    });
  }
}
