import { foreignEntries, keptEntries } from "../model/conf";
import type { AppInput, PlannedContainer, PlannedHost } from "./input";

/** The input with what the confs of adopted containers keep: what they said before and no option can. */
export function withKept(input: AppInput): AppInput {
  const hosts = new Map(input.hosts.map((planned) => [planned.host.construct, planned]));
  return { ...input, containers: input.containers.map((container) => keeping(container, hosts.get(container.host))) };
}

function keeping(container: PlannedContainer, planned: PlannedHost | undefined): PlannedContainer {
  if (planned?.observation.kind !== "observed") return container;
  const observed = planned.observation.host.containers.get(container.name);
  if (!observed?.conf || observed.declarative) return container;
  const isForeign = !observed.journal && container.adopt;
  const kept = new Map([...keptEntries(observed.conf), ...(isForeign ? foreignEntries(observed.conf) : [])]);
  return kept.size === 0 ? container : { ...container, kept };
}
