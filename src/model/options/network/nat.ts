import { hostItem, hostLine, type HostLine, nixString } from "../../host-line";
import type { ObservedHost } from "../../observed";
import { plain } from "../../text";
import { isPaired } from "./end";
import type { Network } from "./network";

/** systemd-networkd's own 80-container-ve.network would take away the addresses that the container's unit gives the pair. */
const unmanaged = '{ matchConfig.Name = "ve-*"; linkConfig.Unmanaged = true; }';

/** What gives containers with pairs of addresses the internet, in NixOS's words. */
export function natWords(host: ObservedHost): string {
  const kept = isNetworkd(host) ? ` systemd.network.networks."10-ve" = ${unmanaged};` : "";
  return `networking.nat = { enable = true; internalInterfaces = [ ${every(host)} ]; externalInterface = ${wayOut(host)}; };${kept}`;
}

/** The same as lines of the host's configuration, for a container that has such a pair. */
export function natLines(network: Network, host?: ObservedHost): HostLine[] {
  const { hostAddress6, localAddress6, hostBridge, auto } = network;
  const both6 = hostAddress6 !== undefined && localAddress6 !== undefined;
  const is6 = (both6 || auto?.includes("localAddress6") === true) && hostBridge === undefined;
  const wants = isPaired(network) && !host?.ipForward;
  if (!wants && !is6) return [];
  const [nft, way] = [
    '"ve-*" where networking.nftables is enabled',
    "the host's way out, as `ip route show default` names it",
  ];
  return [
    hostLine("networking.nat.enable", "true"),
    ...(is6 ? [hostLine("networking.nat.enableIPv6", "true")] : []),
    hostItem("networking.nat.internalInterfaces", every(host), host ? undefined : nft),
    hostLine("networking.nat.externalInterface", wayOut(host), host?.wayOut === undefined ? way : undefined),
    ...(host && isNetworkd(host) ? [hostLine('systemd.network.networks."10-ve"', unmanaged)] : []),
  ];
}

function isNetworkd({ network }: ObservedHost): boolean {
  return network?.includes("systemd-networkd") === true;
}

function every(host?: ObservedHost): string {
  return host?.network?.includes("nftables") ? '"ve-*"' : '"ve-+"';
}

function wayOut(host?: ObservedHost): string {
  return nixString(plain(host?.wayOut ?? "eth0", 40));
}
