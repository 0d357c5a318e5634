import type { HostLine } from "../model/host-line";
import type { ObservedHost } from "../model/observed";
import { options } from "../model/options";
import { byBytes } from "../model/text";
import type { AppInput, PlannedContainer, PlannedHost } from "./input";

/** What a host's own NixOS configuration needs for the containers that the code declares on it. */
export interface HostNeed {
  readonly label: string;
  readonly address: string;
  /** Whether what it has already was seen, and is left out. */
  readonly isSeen: boolean;
  /** Sorted by name. */
  readonly containers: readonly ContainerNeed[];
}

/** What one of them needs there. */
export interface ContainerNeed {
  readonly stack: string;
  readonly name: string;
  readonly lines: readonly HostLine[];
}

/** Asks every option what its container needs of the host's configuration; of hosts with containers. */
export function hostNeeds({ hosts, containers }: AppInput): HostNeed[] {
  return hosts.flatMap((planned) => {
    const here = containers.filter(({ host }) => host === planned.host.construct);
    return here.length === 0 ? [] : [hostNeed(planned, here)];
  });
}

function hostNeed({ host, observation }: PlannedHost, containers: readonly PlannedContainer[]): HostNeed {
  const seen = observation.kind === "observed" ? observation.host : undefined;
  return {
    label: host.label,
    address: host.addressUnknown ? "known after apply" : host.address,
    isSeen: seen !== undefined,
    containers: containers
      .map((container) => ({ stack: container.stack, name: container.name, lines: linesFor(container, seen) }))
      .sort((a, b) => byBytes(a.name, b.name)),
  };
}

function linesFor(container: PlannedContainer, host: ObservedHost | undefined): HostLine[] {
  return options.flatMap((option) => option.hostConfig?.(container, host) ?? []);
}
