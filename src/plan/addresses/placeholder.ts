import { poolOf } from "../../model/container-network";
import { addressNumber, numberAddress } from "../../model/subnet";
import type { AutoField } from "../../model/options/network/auto-address";
import type { PlannedContainer } from "../input";
import type { Ends } from "./existing";
import { Pairs } from "./pairs";

/** Networks that stand for any in documents, and for none on earth (RFC 5737, 2544, 3849). */
const documents = {
  localAddress: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15"],
  localAddress6: ["2001:db8::/32"],
};

/** Stand-ins for addresses that cannot be chosen, as nothing is known of their host; each is given once in an app. */
export class Placeholders {
  private readonly sources: Readonly<Record<AutoField, readonly Pairs[]>>;

  constructor(declared: ReadonlySet<string>) {
    const pairsOf = (field: AutoField): Pairs[] =>
      documents[field].map((network) => new Pairs(poolOf(network), declared));
    this.sources = { localAddress: pairsOf("localAddress"), localAddress6: pairsOf("localAddress6") };
  }

  next({ network }: PlannedContainer, field: AutoField): Ends {
    let pair: { readonly host: string; readonly local: string } | undefined;
    for (const source of this.sources[field]) if ((pair = source.next())) break;
    const { host, local } = pair ?? lastResort(field);
    const given = field === "localAddress6" ? network.hostAddress6 : network.hostAddress;
    const prefix = network.hostBridge === undefined ? "" : field === "localAddress6" ? "/64" : "/24";
    return { host: given ?? host, local: local + prefix };
  }
}

/** More containers than addresses that mean nothing: then they share the last. */
function lastResort(field: AutoField): { readonly host: string; readonly local: string } {
  const host = field === "localAddress6" ? "2001:db8::1" : "198.19.255.1";
  const family = field === "localAddress6" ? "ipv6" : "ipv4";
  return { host, local: numberAddress(family, addressNumber(host) + 1n) };
}

/** What stands for an address where only the syntax around it is looked at. */
export function sampleAddress(field: string): string {
  return field.endsWith("6") ? "2001:db8::1" : "192.0.2.1";
}
