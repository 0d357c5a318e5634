import { z } from "zod";
import { tryParseMac } from "../../address";
import { confLine } from "../../line";
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
};
