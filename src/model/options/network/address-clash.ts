import type { DesiredContainer } from "../../container";
import { type Clash, containerWords } from "../option";
import { endsOf } from "./end";

/** A container's side of the host: its setting, and whose it is. */
interface Gateway {
  readonly container: DesiredContainer;
  readonly setting: string;
}

/** Addresses of containers that are somebody's side of the host, be it their own; gateways may be shared. */
export function addressClashes(neighbours: readonly DesiredContainer[]): Clash[] {
  const gateways = gatewaysOf(neighbours);
  return neighbours.flatMap((container) => {
    return endsOf(container.network).flatMap(({ side, setting, address }): Clash[] => {
      if (side === "host") return [];
      const words = `network.${setting} ${address}`;
      const other = gateways.get(address)?.find((gateway) => !isPair(gateway, container, setting));
      if (!other) return [];
      const whose =
        other.container === container ? "the same container" : `${containerWords(other.container)} on the same host`;
      const what = `${words} is the ${other.setting} of ${whose}`;
      return [{ container, what, remedy: "give the container an address that is nobody's side of the host" }];
    });
  });
}

/** By address; of each container, two at most: one of them may be the other end of the very pair that is looked at. */
function gatewaysOf(neighbours: readonly DesiredContainer[]): ReadonlyMap<string, readonly Gateway[]> {
  const gateways = new Map<string, Gateway[]>();
  for (const container of neighbours) {
    for (const { side, setting, address } of endsOf(container.network)) {
      const known = gateways.get(address) ?? [];
      if (side === "host" && known.length < 2) gateways.set(address, [...known, { container, setting }]);
    }
  }
  return gateways;
}

/** Whether both are ends of one pair, which is told with the container itself. */
function isPair(gateway: Gateway, container: DesiredContainer, setting: string): boolean {
  return gateway.container === container && gateway.setting === setting.replace(/local(Address6?)$/, "host$1");
}
