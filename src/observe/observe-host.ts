import { randomBytes } from "node:crypto";
import { NixosError } from "../model/error";
import type { Connection, Observation, ObservedHost } from "../model/observed";
import { usesTerraformSsh } from "../model/transport";
import type { Probe } from "../script/probe";
import { likelyConnection, provenConnection } from "./connection";
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
  const { sources, owners, syntax } = request;
  const nonce = randomBytes(16).toString("hex");
  const become = host.become ?? route.target.user !== "root";
  const text = program({ nonce, become, scripts: usesTerraformSsh(host), sources, owners, syntax });
  const ask = (): Promise<Session> => runProgram(route, text, context);
  const { jump } = route;
  const session = await (jump ? context.jumpGates.of(`${jump.hostName} ${jump.port}`).pass(ask) : ask());
  const observed = await readSession(route, session, nonce, context);
  const connection = await provenOrLikely(route, session, isFailure(observed) ? [] : observed.hostKeys, context);
  if (isFailure(observed)) return { ...observed, ...(connection && !isFailure(connection) && { connection }) };
  if (!connection)
    return failure(`ssh did not write down how it reached ${host.address}`, "see that the temporary folder has space");
  if (isFailure(connection)) return connection;
  const fault = rootFailure(observed.troubles, route.target) ?? identityFailure(observed, route);
  return fault ? { ...fault, connection } : { kind: "observed", host: observed, connection };
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

function provenOrLikely(
  route: Route,
  session: Session,
  hostKeys: readonly string[],
  context: Context,
): Promise<Connection | Failure | undefined> {
  return session.log.authenticated
    ? provenConnection(route, session, hostKeys, context)
    : likelyConnection(route, context);
}

function identityFailure(host: ObservedHost, { target }: Route): Failure | undefined {
  if (host.machineId !== "" && host.machineId !== "uninitialized") return undefined;
  return failure(
    `${target.address} does not tell its machine-id`,
    "see that /etc/machine-id is readable and not empty there (systemd-machine-id-setup writes it)",
  );
}
