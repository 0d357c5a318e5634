import { bareAddress } from "./address";
import type { ObservedHost } from "./observed";

/** What the host can be asked about: its interfaces and addresses, with those that its running containers have borrowed. */
export interface HostFacts {
  readonly host: ObservedHost;
  readonly label: string;
  readonly interfaces: ReadonlySet<string>;
  /** The interfaces that running containers have, or have made. */
  readonly held: ReadonlySet<string>;
  readonly bridges: ReadonlySet<string>;
  /** Interface by address, without those that nspawn makes for containers. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** Gathers a host's facts once, for all of its containers. */
export function factsOf(host: ObservedHost, label: string, borrowed: readonly string[]): HostFacts {
  const addresses = new Map<string, string>();
  for (const line of host.addresses) {
    const [name = "", address = ""] = line.split(" ");
    if (!/^(ve|vb)-/.test(name)) addresses.set(bareAddress(address) ?? "", name);
  }
  const interfaces = new Set([...host.interfaces, ...borrowed]);
  return { host, label, interfaces, held: new Set(borrowed), bridges: new Set(host.bridges), addresses };
}
