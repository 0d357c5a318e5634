import { defaultPool, type Pool, poolOf } from "../../model/container-network";
import type { Problem } from "../../model/error";
import type { DesiredHost } from "../../model/host";
import type { ObservedHost } from "../../model/observed";
import type { AutoField } from "../../model/options/network/auto-address";
import { holdsAddress, overlap, type Subnet, subnetText, tryParseSubnet } from "../../model/subnet";
import { byBytes, plain } from "../../model/text";
import type { PlannedContainer } from "../input";
import { type Ends, existingEnds } from "./existing";
import { Pairs, Singles, uniquePrefix } from "./pairs";
import { type HostNetwork, networksOf, notedOn, routesOf, takenOn } from "./taken";

/** What was chosen for one field of a container: its ends, or why there are none. */
export interface Chosen {
  readonly ends?: Ends;
  /** Where a new address comes from. */
  readonly note?: string;
  readonly problem?: Problem;
}

/** The addresses of one host that was observed. */
export class HostChoice {
  private readonly taken: Set<string>;
  private readonly networks: readonly HostNetwork[];
  private readonly pairs = new Map<AutoField, Pairs>();
  private readonly singles = new Map<string, Singles>();

  constructor(
    private readonly desired: DesiredHost,
    private readonly host: ObservedHost,
    private readonly declared: readonly PlannedContainer[],
  ) {
    this.taken = takenOn(host, declared);
    this.networks = networksOf(host);
  }

  /** What becomes of every address that is to be chosen: who has one keeps it, then the others come, sorted by name. */
  choose(): ReadonlyMap<PlannedContainer, ReadonlyMap<AutoField, Chosen>> {
    const waiting = this.declared.filter(({ network }) => (network.auto?.length ?? 0) > 0);
    waiting.sort((one, other) => byBytes(one.name, other.name) || byBytes(one.construct, other.construct));
    const chosen = new Map(waiting.map((container) => [container, new Map<AutoField, Chosen>()]));
    this.keep(waiting, chosen);
    for (const address of notedOn(this.host)) this.taken.add(address);
    for (const container of waiting) {
      for (const field of container.network.auto ?? []) {
        if (chosen.get(container)?.has(field)) continue;
        chosen.get(container)?.set(field, this.chooseNew(container, field));
      }
    }
    return chosen;
  }

  /** Of two that have one address, the one that runs keeps it; and what is there goes before what a journal remembers. */
  private keep(
    waiting: readonly PlannedContainer[],
    chosen: ReadonlyMap<PlannedContainer, Map<AutoField, Chosen>>,
  ): void {
    const isUp = ({ name }: PlannedContainer): boolean => this.host.containers.get(name)?.unit === "up";
    const ordered = [...waiting.filter(isUp), ...waiting.filter((one) => !isUp(one))];
    const [locals, gateways] = [new Set<string>(), new Set<string>()];
    for (const witness of ["host", "journal"] as const) {
      for (const container of ordered) {
        for (const field of container.network.auto ?? []) {
          if (chosen.get(container)?.has(field)) continue;
          const ends = existingEnds(container, field, this.host, witness);
          const local = bare(ends?.local);
          if (!ends || local === undefined || locals.has(local) || gateways.has(local)) continue;
          const doubtful = witness === "journal" ? local : ends.guessed;
          if (locals.has(ends.host ?? "") || (doubtful !== undefined && this.taken.has(doubtful))) continue;
          locals.add(local);
          if (ends.host !== undefined) gateways.add(ends.host);
          this.take({ ...ends, local });
          chosen.get(container)?.set(field, { ends: this.wired(container, field, ends) });
        }
      }
    }
  }

  private chooseNew(container: PlannedContainer, field: AutoField): Chosen {
    const { hostBridge } = container.network;
    return hostBridge === undefined ? this.newPair(container, field) : this.newSingle(container, field, hostBridge);
  }

  private newPair(container: PlannedContainer, field: AutoField): Chosen {
    const poolField = field === "localAddress6" ? "pool6" : "pool";
    const pairs = this.pairs.get(field) ?? new Pairs(this.poolFor(poolField), this.taken);
    this.pairs.set(field, pairs);
    const pool = subnetText(pairs.pool);
    const clash = this.clashWith(pairs.pool);
    if (clash !== undefined) {
      return this.refuse(
        container,
        `network.${field} is to be chosen from ${pool}, which overlaps ${clash}`,
        `give the host another pool, like containerNetwork: { ${poolField}: "${this.otherPool(poolField)}" }, or the container its addresses`,
      );
    }
    const pair = pairs.next();
    if (!pair) {
      const inPool = [...this.taken].filter((address) => holdsAddress(pairs.pool, address)).length;
      return this.refuse(
        container,
        `network.${field} is to be chosen from ${pool}, where no pair is free: ${inPool} of its addresses are taken`,
        `give the host another pool (who has an address keeps it), like containerNetwork: { ${poolField}: "${this.otherPool(poolField)}" }, or the container its addresses`,
      );
    }
    return { ends: this.take(pair), note: `network.${field} ${pair.local} is the lowest that is free in ${pool}` };
  }

  /** A network of the host's own that shares addresses with a pool, or a route into the pool, in words. */
  private clashWith(pool: Subnet): string | undefined {
    const own = this.networks.find(({ subnet }) => overlap(subnet, pool));
    if (own) return `${subnetText(own.subnet)}, a network of the host's own (${plain(own.interface, 40)})`;
    // A wider route leaves what is within to those who are nearer.
    const route = routesOf(this.host).find(({ subnet }) => subnet.prefix >= pool.prefix && overlap(subnet, pool));
    return route && `${subnetText(route.subnet)}, where a route of the host's leads (${plain(route.interface, 40)})`;
  }

  private newSingle(container: PlannedContainer, field: AutoField, bridge: string): Chosen {
    const subnet = this.bridgeNetwork(container, field, bridge);
    const name = field === "localAddress6" ? "IPv6" : "IPv4";
    if (!subnet) {
      const option = `networking.interfaces.${plain(bridge, 40)}.${name.toLowerCase()}.addresses`;
      return this.refuse(
        container,
        `network.${field} is to be chosen from the network of ${plain(bridge, 40)}, where the host has no ${name} address`,
        `give the bridge one in the host's configuration (${option}), or the container its address, with the prefix length`,
      );
    }
    const key = `${bridge} ${subnetText(subnet)}`;
    const singles = this.singles.get(key) ?? new Singles(subnet, this.taken);
    this.singles.set(key, singles);
    const local = singles.next();
    if (local === undefined) {
      return this.refuse(
        container,
        `network.${field} is to be chosen from ${subnetText(subnet)} of ${plain(bridge, 40)}, where every address is taken`,
        "give the bridge a wider network in the host's configuration, or the container another bridge",
      );
    }
    const ends = this.wired(container, field, { local: `${local}/${subnet.prefix}` });
    this.take({ local });
    return {
      ends,
      note: `network.${field} ${local} is the lowest that is free in ${subnetText(subnet)} of ${plain(bridge, 40)}`,
    };
  }

  /** The network of a bridge: of the host's address there, else of the containers there; of several, that of the gateway. */
  private bridgeNetwork(container: PlannedContainer, field: AutoField, bridge: string): Subnet | undefined {
    const family = field === "localAddress6" ? "ipv6" : "ipv4";
    const own = this.networks.filter((network) => network.interface === bridge).map(({ subnet }) => subnet);
    const others = this.declared
      .filter(({ network }) => network.hostBridge === bridge)
      .flatMap(({ network }) => tryParseSubnet(network[field] ?? "") ?? []);
    const gateway = this.gatewayGiven(container, field);
    const fitting = [...(own.some((subnet) => subnet.family === family) ? own : others)]
      .filter((subnet) => subnet.family === family && (gateway === undefined || holdsAddress(subnet, gateway)))
      .sort((one, other) => (one.first === other.first ? one.prefix - other.prefix : one.first < other.first ? -1 : 1));
    return fitting[0];
  }

  private gatewayGiven({ network }: PlannedContainer, field: AutoField): string | undefined {
    return field === "localAddress6" ? network.hostAddress6 : network.hostAddress;
  }

  /** The ends as they shall be: on a bridge, the gateway is what the code says, else what it was, else the host itself. */
  private wired(container: PlannedContainer, field: AutoField, ends: Ends): Ends {
    const { hostBridge } = container.network;
    if (hostBridge === undefined) return ends;
    const subnet = tryParseSubnet(ends.local);
    const own = this.networks.find(
      ({ interface: name, address }) => name === hostBridge && subnet !== undefined && holdsAddress(subnet, address),
    );
    const host = this.gatewayGiven(container, field) ?? ends.host ?? own?.address;
    return { ...(host !== undefined && { host }), local: ends.local };
  }

  private take(ends: Ends): Ends {
    this.taken.add(ends.local);
    if (ends.host !== undefined) this.taken.add(ends.host);
    return ends;
  }

  private poolFor(field: "pool" | "pool6"): Pool {
    const given = this.desired.containerNetwork?.[field];
    return poolOf(given ?? (field === "pool" ? defaultPool : uniquePrefix(this.host.machineId)));
  }

  /** A pool that would do. */
  private otherPool(field: "pool" | "pool6"): string {
    const numbers = [...Array.from({ length: 20 }, (_, index) => index + 234), ...Array.from({ length: 233 }).keys()];
    const candidates =
      field === "pool"
        ? [...numbers.map((number) => `10.${number}.0.0/16`), "172.16.0.0/12", "192.168.0.0/16"]
        : ["fd12:3456:789a::/48", "fd98:7654:3210::/48"];
    const current = this.pairs.get(field === "pool" ? "localAddress" : "localAddress6")?.pool;
    const isFree = (candidate: Pool): boolean =>
      !(current && overlap(current, candidate)) && this.clashWith(candidate) === undefined;
    const free = candidates.find((candidate) => isFree(poolOf(candidate)));
    return free ?? candidates[0] ?? defaultPool;
  }

  private refuse({ construct, name }: PlannedContainer, what: string, remedy: string): Chosen {
    return { problem: { code: "host", what, where: { construct, host: this.desired.label, container: name }, remedy } };
  }
}

function bare(address: string | undefined): string | undefined {
  return address?.split("/")[0];
}
