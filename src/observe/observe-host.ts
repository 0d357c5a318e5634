import { randomBytes } from "node:crypto";
import { NixosError } from "../model/error";
import type { Observation, ObservedHost, Trouble } from "../model/observed";
import { usesTerraformSsh } from "../model/transport";
import type { Probe } from "../script/probe";
import { likelyConnection, type Proven, provenConnection, type Told } from "./connection";
import type { Context } from "./context";
import { type Failure, failure, isFailure } from "./failure";
import { findFrame } from "./frame";
import { parseRecords } from "./records";
import type { HostRequest } from "./request";
import { rootFailure } from "./root-failure";
import { findRoute, type Route } from "./route";
import { runProgram, type Session } from "./session";
import { sessionFailure } from "./session-failure";

/** Observes one host over one connection. Whatever stands in the way becomes a failed observation. */
export async function observeHost(
  request: HostRequest,
  program: (probe: Probe) => string,
  context: Context,
): Promise<Observation> {
  const { host } = request;
  if (host.addressUnknown) return { kind: "unobserved", reason: "address" };
  const route = await findRoute(host, context);
  if (isFailure(route)) return route;
  const { sources, mounting, owners, syntax, adopted, units, keys } = request;
  const nonce = randomBytes(16).toString("hex");
  const become = host.become ?? route.target.user !== "root";
  const text = program({
    nonce,
    become,
    scripts: usesTerraformSsh(host),
    sources,
    ...(mounting && { mounting }),
    owners,
    syntax,
    ...(adopted && { adopted }),
    ...(units && { units }),
    ...(keys && { keys }),
  });
  const ask = (): Promise<Session> => runProgram(route, text, context);
  const { jump } = route;
  const session = await (jump ? context.jumpGates.of(`${jump.hostName} ${jump.port}`).pass(ask) : ask());
  const observed = await readSession(route, session, nonce, context);
  const proven = await provenOrLikely(route, session, isFailure(observed) ? { hostKeys: [] } : observed, context);
  if (isFailure(observed))
    return { ...observed, ...(proven && "connection" in proven && { connection: proven.connection }) };
  if (!proven)
    return failure(`ssh did not write down how it reached ${host.address}`, "see that the temporary folder has space");
  if (isFailure(proven)) return proven;
  const { connection, faults, notes } = proven;
  const fault = rootFailure(observed.troubles, route.target) ?? identityFailure(observed, route);
  if (fault) return { ...fault, connection };
  const troubles = [...observed.troubles, ...keyTroubles(session)];
  return {
    kind: "observed",
    host: { ...observed, troubles },
    connection,
    ...(faults.length > 0 && { faults }),
    ...(notes.length > 0 && { notes }),
  };
}

/** The way to a host that let us in, or the likely one: a destroy may need it, though nothing was observed. */
async function provenOrLikely(
  route: Route,
  session: Session,
  told: Told,
  context: Context,
): Promise<Proven | Failure | undefined> {
  if (session.log.authenticated) return provenConnection(route, session, told, context);
  const connection = await likelyConnection(route, context);
  return connection && { connection, faults: [], notes: [] };
}

/** What sshd told ssh of the key that let us in. */
function keyTroubles({ log }: Session): Trouble[] {
  return log.withoutTerminal.map((place) => ({
    word: "no-pty-key",
    text: `${place}: the options of the key leave out pty`,
  }));
}

async function readSession(
  route: Route,
  session: Session,
  nonce: string,
  context: Context,
): Promise<ObservedHost | Failure> {
  const frame = findFrame(session.result.stdout, nonce);
  if (frame.kind !== "complete") return sessionFailure(route, session, frame, context);
  try {
    return parseRecords(frame.lines);
  } catch (error) {
    const problem = error instanceof NixosError ? error.problems[0] : undefined;
    if (!problem) throw error;
    return failure(`${route.target.address}: ${problem.what}`, problem.remedy, problem.detail);
  }
}

function identityFailure(host: ObservedHost, { target }: Route): Failure | undefined {
  if (host.machineId !== "" && host.machineId !== "uninitialized") return undefined;
  return failure(
    `${target.address} does not tell its machine-id`,
    "see that /etc/machine-id is readable and not empty there (systemd-machine-id-setup writes it)",
  );
}
