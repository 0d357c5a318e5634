import { programText } from "./program";
import { shellQuote } from "./quote";

/** The program that the machine runs which deploys through ssh: POSIX sh. It reads its values from the environment. */
export function sshClient(): string {
  return `receive=${shellQuote(programText("receive").trimEnd())}\n${programText("ssh")}`;
}
