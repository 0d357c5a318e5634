import type { Trouble } from "../model/observed";
import { type Failure, failure } from "./failure";
import type { ResolvedTarget } from "./ssh-config";

/** What sudo says, and what mends that; its other refusals want a password. */
const refusals: readonly (readonly [pattern: RegExp, what: string, remedy: (user: string) => string])[] = [
  [
    /must have a tty/i,
    "without a terminal",
    (user) =>
      `take \`Defaults requiretty\` out of the host's sudoers, or add security.sudo.extraConfig = "Defaults:${user} !requiretty";`,
  ],
  [
    /must be owned by uid 0 and have the setuid bit|effective uid is not 0|no new privileges/i,
    "at all",
    () =>
      "let the login's PATH begin with /run/wrappers/bin, where NixOS keeps the sudo that works, or log in as root (a shell without new privileges can have none)",
  ],
  [
    /may not run sudo|not in the sudoers|not allowed to execute|not allowed to run/i,
    "at all",
    (user) =>
      `let it run everything without a password: security.sudo.extraRules = [ { users = [ "${user}" ]; commands = [ { command = "ALL"; options = [ "NOPASSWD" ]; } ]; } ]; or log in as root`,
  ],
];

/** Without root, what the program saw of the containers is not the truth. */
export function rootFailure(troubles: readonly Trouble[], { user, address }: ResolvedTarget): Failure | undefined {
  const subject = `${user} at ${address}`;
  const find = (word: string): Trouble | undefined => troubles.find((trouble) => trouble.word === word);
  const missing = find("no-sudo");
  if (missing) {
    return failure(
      `${subject} is not root, and the login knows no sudo`,
      "enable it on the host (security.sudo.enable = true;, and /run/wrappers/bin on PATH): doas and run0 will not do; or log in as root",
      missing.text,
    );
  }
  const sudo = find("sudo");
  if (sudo) {
    const [, how, remedy] = refusals.find(([pattern]) => pattern.test(sudo.text)) ?? [
      undefined,
      "without a password",
      () =>
        "allow it on the host (security.sudo.extraRules with NOPASSWD, or security.sudo.wheelNeedsPassword = false), or log in as root",
    ];
    return failure(`sudo does not make ${subject} root ${how}`, remedy(user), sudo.text);
  }
  const notRoot = find("not-root");
  return (
    notRoot &&
    failure(`${subject} is not root, and become is false`, "leave become out, or log in as root", notRoot.text)
  );
}
