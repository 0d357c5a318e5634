import type { Problem } from "../model/error";
import type { PlannedContainer, PlannedHost } from "./input";
import { anyBase, type ContainerPlan, noBase } from "./plan";

/** What Terraform's trigger says where the host was not observed. */
export function unobservedToken({ host, observation }: PlannedHost): string {
  if (observation.kind === "failed") return `not planned: ${host.label} could not be observed`;
  const off = observation.kind === "unobserved" && observation.reason === "off";
  return off
    ? "not observed: observation is off; nothing can be deployed"
    : `not observed: the address of ${host.label} is only known after apply; converge runs when the configuration changes`;
}

/** The plan of a container whose host was not seen: nothing is known, so nothing is planned, least of all a create. */
export function unplannedContainer(
  desired: PlannedContainer,
  host: PlannedHost,
  problem: Problem | undefined,
): ContainerPlan {
  const failed = host.observation.kind === "failed";
  const problems = [...(failed && problem ? [problem] : []), ...(desired.chosen?.problems ?? [])];
  const [first] = problems;
  return {
    stack: desired.stack,
    host: desired.host,
    name: desired.name,
    construct: desired.construct,
    action: "none",
    effect: "none",
    changes: [],
    config: [],
    notes: [],
    ...(first && { problem: first }),
    problems,
    apply: { kind: "settled", token: unobservedToken(host) },
    base: failed ? noBase : anyBase,
    stateVersion: desired.stateVersion ?? "auto",
    ...(!failed && desired.renamedFrom !== undefined && { otherName: desired.renamedFrom }),
    stopFirst: [],
    after: [],
  };
}
