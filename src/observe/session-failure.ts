import type { Context } from "./context";
import { type Failure, failure } from "./failure";
import type { Frame } from "./frame";
import { encryptedKey } from "./identity";
import { type Attempt, commandLine, loginFailure } from "./login-failure";
import type { Route } from "./route";
import type { Session } from "./session";

/** Why a connection brought no observation. */
export async function sessionFailure(route: Route, session: Session, frame: Frame, context: Context): Promise<Failure> {
  const { host, target, jump } = route;
  const { connectTimeout } = context;
  const pinned = host.hostKey !== undefined;
  const { sshConfig } = context;
  const steps = session.log.partial ? session.log.methods : undefined;
  const attempt: Attempt = { target, via: jump, isJump: false, pinned, connectTimeout, sshConfig, steps };
  const late = session.result.timedOut ? ["timed out"] : [];
  const stderr = session.result.stderr.split(/\r?\n/);
  if (session.log.authenticated) return programFailure(attempt, session, frame, context);
  if (session.jump && jump && !session.jump.log.authenticated) {
    const { words, accepted, partial, methods } = session.jump.log;
    const ofJump: Attempt = {
      ...{ target: jump, isJump: true, pinned: host.jumpHostKey !== undefined, connectTimeout, sshConfig },
      steps: partial ? methods : undefined,
    };
    return (await encryptedKey(accepted)) ?? loginFailure([...words, ...late, ...stderr], ofJump);
  }
  // What the jump host says of the way onwards tells more than ssh at this end.
  // Jumps that ssh goes by itself write to its stderr, before its own words: a banner there may be longer than all we show.
  const words = [...(session.jump?.log.words ?? []), ...(route.bySsh ? stderr : []), ...session.log.words, ...late];
  return (await encryptedKey(session.log.accepted)) ?? loginFailure(words.length > 0 ? words : stderr, attempt);
}

/** Why the program did not tell what it should, although the login succeeded. */
function programFailure(attempt: Attempt, session: Session, frame: Frame, context: Context): Failure {
  const { result, log } = session;
  const { address, user } = attempt.target;
  const said = [`$ ${commandLine(attempt)} sh -s`, ...log.words, ...result.stderr.split(/\r?\n/)];
  if (frame.kind === "version") {
    return failure(
      `the program on ${address} speaks version ${frame.version} of the protocol, and this release version 1`,
      "install one release of cdktf-nixos-containers everywhere",
    );
  }
  if (result.timedOut) {
    return failure(
      `${address} did not finish within ${context.timeout} s`,
      "see whether it is overloaded (a hanging disk, nix or systemd), and try again",
      said,
    );
  }
  if (frame.kind === "cut" && result.exitCode === 1) {
    return failure(
      `${address} did not tell all that is on it`,
      "see below what failed there, and try again; nothing was changed",
      said,
    );
  }
  if (frame.kind === "cut") {
    return failure(
      `the connection to ${address} was cut while it was observed`,
      "try again; nothing was changed",
      said,
    );
  }
  const output = [...said, ...result.stdout.toString("utf8").split(/\r?\n/)];
  if (
    result.exitCode === 127 ||
    output.some((line) => /\bsh: (command )?not found|unknown command: sh\b/i.test(line))
  ) {
    return failure(
      `${address} has no program \`sh\` for ${user}`,
      `see that \`${commandLine(attempt)} sh -c true\` works`,
      output,
    );
  }
  if (result.exitCode === 255) {
    return failure(`the connection to ${address} was cut after the login`, "try again; nothing was changed", output);
  }
  return failure(
    `the login shell of ${user} at ${address} did not run the program`,
    `give ${user} a shell that runs commands: \`${commandLine(attempt)} true\` must succeed`,
    output,
  );
}
