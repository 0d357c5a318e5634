import type { Wanted } from "../option";

/**
 * Whether systemd-nspawn gives a container a network of its own, and with it the capability and the node for tunnels: any of its
 * flags for interfaces implies that.
 */
export function hasOwnNetwork({ network, extraFlags }: Wanted): boolean {
  const { privateNetwork, interfaces, macvlans, extraVeths } = network;
  return (
    privateNetwork ||
    interfaces.length + macvlans.length + extraVeths.length > 0 ||
    extraFlags.some((flag) => /^--network-(zone|ipvlan)=/.test(flag))
  );
}
