import { z } from "zod";
import { tryParseMac } from "../../address";
import { confLine } from "../../line";
import { plain } from "../../text";
import { isGiven } from "../values";
import { confProperty, type NetworkOption } from "./network-option";

export interface MacAddressProps {
  /**
   * MAC address of the container's interface (`containers.<name>.localMacAddress`).
   * @default chosen by systemd-nspawn
   */
  readonly localMacAddress?: string | null;
}

export interface MacAddress {
  readonly localMacAddress?: string;
}

export const macAddress: NetworkOption<MacAddressProps, MacAddress> = {
  isPrivate: true,
  shape: { localMacAddress: z.string().optional() },

  parse({ localMacAddress }, { refuse }) {
    if (!isGiven(localMacAddress)) return {};
    const mac = tryParseMac(localMacAddress);
    if (mac !== undefined) return { localMacAddress: mac };
    refuse(
      `network.localMacAddress ${JSON.stringify(localMacAddress)} is not the MAC address of an interface`,
      'write it like "02:00:00:00:00:01"',
    );
    return {};
  },

  lines: ({ network }) => confLine("LOCAL_MAC_ADDRESS", network.localMacAddress),

  properties: [{ ...confProperty("localMacAddress", "LOCAL_MAC_ADDRESS"), isTrait: true }],

  // Off a bridge, the two ends of the pair are alone with each other.
  claims: ({ network: { localMacAddress: mac, hostBridge } }) =>
    mac === undefined || hostBridge === undefined
      ? []
      : [
          {
            key: `mac ${hostBridge} ${mac}`,
            text: `network.localMacAddress ${mac} on the bridge ${hostBridge} is also that of`,
            remedy: "give each container on a bridge a MAC address of its own",
          },
        ],

  holds(conf) {
    const [mac, hostBridge] = [tryParseMac(conf.get("LOCAL_MAC_ADDRESS") ?? ""), conf.get("HOST_BRIDGE")];
    if (mac === undefined || hostBridge === undefined) return [];
    return [{ kind: "mac", value: `${hostBridge} ${mac}`, text: `the MAC address ${mac} on ${plain(hostBridge, 60)}` }];
  },
};
