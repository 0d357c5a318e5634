import { z } from "zod";
import { confLine } from "../../line";
import { plain } from "../../text";
import type { NetworkOption } from "./network-option";

export interface PrivateNetworkProps {
  /**
   * Whether the container has a network of its own (`containers.<name>.privateNetwork`). With false, addresses, bridge and ports
   * are ignored, as NixOS does.
   * @default true when an address, bridge, MAC address or port is given, which the plan tells; else false: the host's network
   */
  readonly privateNetwork?: boolean | null;
}

export interface PrivateNetwork {
  readonly privateNetwork: boolean;
}

export const privateNetwork: NetworkOption<PrivateNetworkProps, PrivateNetwork> = {
  shape: { privateNetwork: z.boolean().optional() },

  parse: (given, { own }) => ({ privateNetwork: given.privateNetwork ?? own.length > 0 }),

  lines: ({ network }) => confLine("PRIVATE_NETWORK", network.privateNetwork ? "1" : undefined),

  properties: [
    {
      name: "network.privateNetwork",
      owns: ({ place, key }) => place === "conf" && key === "PRIVATE_NETWORK",
      words: ([line]) => (line?.value === "1" ? "true" : plain(line?.value ?? "")),
      effect: "restart",
    },
  ],
};
