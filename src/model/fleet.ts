import { tryParseAddress } from "./address";
import type { DesiredContainer } from "./container";
import type { Problem } from "./error";
import { hostInterface } from "./interface-name";
import { isPort } from "./network";

/** What a container takes of its host, and may not share with another one. */
interface Claim {
  /** What two containers may not both have, such as `tcp port 80`. */
  readonly key: string;
  /** How the problem calls it. */
  readonly text: string;
  readonly remedy: string;
}

/** Everything wrong between the containers of an app: what two of one host may not share. */
export function fleetProblems(containers: readonly DesiredContainer[]): Problem[] {
  const problems: Problem[] = [];
  const hosts = new Map<string, DesiredContainer[]>();
  for (const container of containers) {
    const neighbours = hosts.get(container.host);
    if (neighbours) neighbours.push(container);
    else hosts.set(container.host, [container]);
  }
  for (const neighbours of hosts.values()) {
    problems.push(...sharedClaims(neighbours), ...gatewayClashes(neighbours), ...absentParents(neighbours));
  }
  return problems;
}

function sharedClaims(neighbours: readonly DesiredContainer[]): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, DesiredContainer>();
  for (const container of neighbours) {
    for (const { key, text, remedy } of claims(container)) {
      const other = first.get(key);
      if (!other) first.set(key, container);
      else if (other !== container) problems.push(problem(container, `${text} ${of(other)} on the same host`, remedy));
    }
  }
  return problems;
}

function claims({ name, network }: DesiredContainer): Claim[] {
  const found: Claim[] = [
    {
      key: `name ${name}`,
      text: `the container name ${JSON.stringify(name)} is also that of`,
      remedy: "give one of them another construct id, or set its `name:`",
    },
  ];
  for (const field of ["localAddress", "localAddress6"] as const) {
    const value = network[field];
    if (value === undefined) continue;
    found.push({
      key: `address ${bare(value)}`,
      text: `network.${field} ${bare(value)} is also that of`,
      remedy: "give each container an address of its own",
    });
  }
  for (const { protocol, hostPort } of network.forwardPorts) {
    if (!isPort(hostPort)) continue; // told with the container itself
    found.push({
      key: `${protocol} port ${hostPort}`,
      text: `network.forwardPorts forwards ${protocol} port ${hostPort}, which is also forwarded to`,
      remedy: "forward each port of a host to one container",
    });
  }
  for (const name of network.interfaces.map(hostInterface)) {
    found.push({
      key: `interface ${name}`,
      text: `network.interfaces moves ${name}, which is also moved into`,
      remedy: "move it into one container, or use network.macvlans, which can be shared",
    });
  }
  return found;
}

/** A container's own address that is another's gateway; gateways themselves may be shared. */
function gatewayClashes(neighbours: readonly DesiredContainer[]): Problem[] {
  const gateways = new Map<string, DesiredContainer[]>();
  for (const container of neighbours) {
    for (const value of [container.network.hostAddress, container.network.hostAddress6]) {
      if (value === undefined) continue;
      const owners = gateways.get(bare(value)) ?? [];
      if (owners.length < 2) gateways.set(bare(value), [...owners, container]); // two: one may be the container itself
    }
  }
  const problems: Problem[] = [];
  for (const container of neighbours) {
    for (const field of ["localAddress", "localAddress6"] as const) {
      const value = container.network[field];
      const other = value === undefined ? undefined : gateways.get(bare(value))?.find((owner) => owner !== container);
      if (value === undefined || !other) continue;
      const gateway = field === "localAddress" ? "hostAddress" : "hostAddress6";
      problems.push(
        problem(
          container,
          `network.${field} ${bare(value)} is the ${gateway} of ${of(other)} on the same host`,
          "give the container an address that is nobody's side of the host",
        ),
      );
    }
  }
  return problems;
}

/** A macvlan on an interface that another container takes away from the host. */
function absentParents(neighbours: readonly DesiredContainer[]): Problem[] {
  const moved = new Map<string, DesiredContainer>();
  for (const container of neighbours) {
    for (const name of container.network.interfaces.map(hostInterface)) {
      if (!moved.has(name)) moved.set(name, container);
    }
  }
  const problems: Problem[] = [];
  for (const container of neighbours) {
    for (const name of container.network.macvlans.map(hostInterface)) {
      const other = moved.get(name);
      if (!other) continue;
      const whose = other === container ? "this very container" : of(other);
      problems.push(
        problem(
          container,
          `network.macvlans names ${name}, which network.interfaces moves into ${whose}`,
          "use macvlans in both: an interface that was moved is no longer on the host",
        ),
      );
    }
  }
  return problems;
}

function problem(container: DesiredContainer, what: string, remedy: string): Problem {
  const { construct, name, host } = container;
  return { code: "input", what, where: { construct, container: name, host: host.split("/").at(-1) ?? host }, remedy };
}

function of(container: DesiredContainer): string {
  return `${container.construct} (container ${container.name})`;
}

/** An address in its canonical form, without a prefix. */
function bare(value: string): string {
  return tryParseAddress(value)?.text ?? value.split("/")[0] ?? value;
}
