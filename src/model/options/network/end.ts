import { bareAddress } from "../../address";
import { type Ends, pairs } from "./address-pair";
import type { Addresses } from "./addresses";
import type { Bridge } from "./bridge";
import type { ExtraVeths } from "./extra-veths";

/** One end of a pair of interfaces: its setting below `network`, its address without a prefix. */
export interface End {
  readonly setting: string;
  readonly side: "host" | "local";
  readonly address: string;
}

/** The addresses of a container's pairs, those of its extra ones included. */
export function endsOf(network: Ends & ExtraVeths): readonly End[] {
  const ends = (at: string, given: Ends): End[] =>
    pairs.flatMap(([host, local]) =>
      [host, local].flatMap((field): End[] => {
        const address = bareAddress(given[field]);
        return address === undefined
          ? []
          : [{ setting: `${at}${field}`, side: field === local ? "local" : "host", address }];
      }),
    );
  return [...ends("", network), ...network.extraVeths.flatMap((veth) => ends(`extraVeths.${veth.name}.`, veth))];
}

/** Whether it has a pair of IPv4 addresses off a bridge, so that only the host's routing leads anywhere else. */
export function isPaired({ hostAddress, localAddress, hostBridge, auto: chosen }: Addresses & Bridge): boolean {
  const both = hostAddress !== undefined && localAddress !== undefined;
  return (both || chosen?.includes("localAddress") === true) && hostBridge === undefined;
}
