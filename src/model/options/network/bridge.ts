import { z } from "zod";
import { isInterfaceName, nameRemedy } from "../../interface-name";
import { hostLine, type HostLine, nixString } from "../../host-line";
import { confLine } from "../../line";
import type { ObservedHost } from "../../observed";
import { isGiven } from "../values";
import { confProperty, type NetworkOption } from "./network-option";

export interface BridgeProps {
  /**
   * Bridge on the host that the container is plugged into (`containers.<name>.hostBridge`). It must exist.
   * @default none
   */
  readonly hostBridge?: string | null;
}

export interface Bridge {
  readonly hostBridge?: string;
}

export const bridge: NetworkOption<BridgeProps, Bridge> = {
  isPrivate: true,
  shape: { hostBridge: z.string().optional() },

  parse({ hostBridge }, { refuse }) {
    if (!isGiven(hostBridge)) return {};
    if (!isInterfaceName(hostBridge)) {
      refuse(`network.hostBridge ${JSON.stringify(hostBridge)} is not the name of an interface`, nameRemedy);
    }
    return { hostBridge };
  },

  lines: ({ network }) => confLine("HOST_BRIDGE", network.hostBridge),

  properties: [confProperty("hostBridge", "HOST_BRIDGE")],

  hostConfig: ({ network }, host) => bridgeLines(network.hostBridge, host),

  needs({ network }, facts, refuse, observed) {
    const { hostBridge } = network;
    // One that runs without its conf may hold its interfaces already.
    if (observed?.unit === "up" && !observed.conf && observed.journal) return;
    if (hostBridge === undefined || facts.bridges.has(hostBridge)) return;
    const taken = facts.interfaces.has(hostBridge);
    const rule = (name: string): string => `networking.bridges.${name}.interfaces = [ … ];`;
    refuse(
      `network.hostBridge ${JSON.stringify(hostBridge)} ${taken ? "is an interface of the host, but no bridge" : "does not exist on the host"}`,
      taken
        ? `give the name of a bridge: one that exists (\`ip link show type bridge\`), or one declared in the host's configuration under a name of its own (${rule("NAME")})`
        : `declare it in the host's configuration: ${rule(hostBridge)}`,
    );
  },
};

/** A bridge in the host's configuration, unless it was seen there. */
export function bridgeLines(name: string | undefined, host?: ObservedHost): HostLine[] {
  if (name === undefined || host?.bridges.includes(name)) return [];
  const joined = 'the interfaces of the host that it joins, such as "eth0"; none for the containers alone';
  return [hostLine(`networking.bridges.${nixString(name)}.interfaces`, "[ ]", joined)];
}
