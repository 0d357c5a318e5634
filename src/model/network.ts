import { isInterfaceName, tryParseMac } from "./address";
import { pairs, parsePairs } from "./address-pair";
import type { Problem, Refuse, Where } from "./error";
import { pathFault, tidyPath } from "./path";

/** One forwarded port, as in `containers.<name>.forwardPorts`. */
export interface ForwardPort {
  /**
   * Protocol.
   * @default "tcp"
   */
  readonly protocol?: "tcp" | "udp";
  /** Port on the host, 1 to 65535. It answers on the host's own addresses, not on 127.0.0.1. */
  readonly hostPort: number;
  /**
   * Port in the container, 1 to 65535.
   * @default the hostPort
   */
  readonly containerPort?: number;
}

/** The network of a container: the fields of NixOS's `containers.<name>` options of the same names. */
export interface NetworkProps {
  /**
   * Whether the container has a network of its own (`containers.<name>.privateNetwork`).
   * @default true when an address, bridge, MAC address or port is given; else false: the host's network
   */
  readonly privateNetwork?: boolean;
  /**
   * IPv4 address of the host's side, without a prefix (`containers.<name>.hostAddress`). Comes with `localAddress`.
   * With `hostBridge` it is the container's gateway.
   * @default none
   */
  readonly hostAddress?: string;
  /**
   * IPv4 address of the container; with `hostBridge` it carries its prefix length (`containers.<name>.localAddress`).
   * @default none
   */
  readonly localAddress?: string;
  /**
   * IPv6 address of the host's side (`containers.<name>.hostAddress6`). Comes with `localAddress6`.
   * @default none
   */
  readonly hostAddress6?: string;
  /**
   * IPv6 address of the container; with `hostBridge` it carries its prefix length (`containers.<name>.localAddress6`).
   * @default none
   */
  readonly localAddress6?: string;
  /**
   * MAC address of the container's interface (`containers.<name>.localMacAddress`).
   * @default chosen by systemd-nspawn
   */
  readonly localMacAddress?: string;
  /**
   * Bridge on the host that the container is plugged into (`containers.<name>.hostBridge`). It must exist.
   * @default none
   */
  readonly hostBridge?: string;
  /**
   * Ports of the host that lead into the container (`containers.<name>.forwardPorts`).
   * @default none
   */
  readonly forwardPorts?: readonly ForwardPort[];
  /**
   * Interfaces moved from the host into the container (`containers.<name>.interfaces`).
   * @default none
   */
  readonly interfaces?: readonly string[];
  /**
   * Interfaces of the host that get a macvlan in the container (`containers.<name>.macvlans`).
   * @default none
   */
  readonly macvlans?: readonly string[];
  /**
   * Path of a network namespace to run in (`containers.<name>.networkNamespace`); excludes the private network and interfaces.
   * @default none
   */
  readonly networkNamespace?: string;
}

/** A network that has been checked: addresses canonical, defaults filled in. */
export interface Network {
  readonly privateNetwork: boolean;
  readonly hostAddress?: string;
  readonly localAddress?: string;
  readonly hostAddress6?: string;
  readonly localAddress6?: string;
  readonly localMacAddress?: string;
  readonly hostBridge?: string;
  readonly forwardPorts: readonly Required<ForwardPort>[];
  readonly interfaces: readonly string[];
  readonly macvlans: readonly string[];
  readonly networkNamespace?: string;
}

/**
 * Checks a network; reports every problem, and returns what could be understood.
 * @param whole whether these are all the fields that were given: else none is said to be missing
 */
export function parseNetwork(props: NetworkProps, where: Where, problems: Problem[], whole = true): Network {
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "input", what, where, remedy });
  const bridged = props.hostBridge !== undefined;
  const addresses = parsePairs(props, bridged, whole, refuse);

  const mac = props.localMacAddress === undefined ? undefined : tryParseMac(props.localMacAddress);
  if (props.localMacAddress !== undefined && mac === undefined) {
    refuse(
      `network.localMacAddress ${JSON.stringify(props.localMacAddress)} is not the MAC address of an interface`,
      'write it like "02:00:00:00:00:01"',
    );
  }
  for (const [field, names] of [
    ["hostBridge", bridged ? [props.hostBridge] : []],
    ["interfaces", props.interfaces ?? []],
    ["macvlans", props.macvlans ?? []],
  ] as const) {
    names.forEach((name, index) => {
      if (!isInterfaceName(name)) {
        refuse(
          `network.${field} ${JSON.stringify(name)} is not the name of an interface`,
          "give a name of at most 15 letters, digits, dots, hyphens and underscores, as `ip link` shows it",
        );
      } else if (names.indexOf(name) !== index) {
        refuse(`network.${field} names ${JSON.stringify(name)} twice`, "name it once");
      }
    });
  }

  const wired = pairs.some((fields) => fields.some((field) => props[field] !== undefined)) || bridged;
  const forwardPorts = parsePorts(props.forwardPorts ?? [], refuse);
  if (whole && forwardPorts.length > 0 && !wired) {
    refuse(
      "network.forwardPorts is given for a container without an address",
      "set hostAddress and localAddress, or hostBridge",
    );
  }

  const own = wired || props.localMacAddress !== undefined || forwardPorts.length > 0;
  if (own && props.privateNetwork === false) {
    refuse(
      "network.privateNetwork is false beside an address, bridge, MAC address or port, which only a private network has",
      "set privateNetwork: true, or leave those out to share the host's network",
    );
  }
  if (props.networkNamespace !== undefined) {
    const fault = pathFault(props.networkNamespace);
    if (fault)
      refuse(
        `network.networkNamespace ${JSON.stringify(props.networkNamespace)} ${fault}`,
        'write it like "/run/netns/blue"',
      );
    if (own || props.privateNetwork || (props.interfaces?.length ?? 0) > 0 || (props.macvlans?.length ?? 0) > 0) {
      refuse(
        "network.networkNamespace excludes the private network, its addresses and ports, and interfaces",
        "leave those out: the namespace brings its own interfaces",
      );
    }
  }

  return {
    ...addresses,
    privateNetwork: props.privateNetwork ?? own,
    ...(mac !== undefined && { localMacAddress: mac }),
    ...(bridged && { hostBridge: props.hostBridge }),
    forwardPorts,
    interfaces: props.interfaces ?? [],
    macvlans: props.macvlans ?? [],
    ...(props.networkNamespace !== undefined && { networkNamespace: tidyPath(props.networkNamespace) }),
  };
}

/** Whether a value, of whatever type, is the number of a port. */
export function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535;
}

function parsePorts(ports: readonly ForwardPort[], refuse: Refuse): Required<ForwardPort>[] {
  const seen = new Set<string>();
  return ports.map(({ protocol = "tcp", hostPort, containerPort }, index) => {
    const at = `network.forwardPorts[${index}]`;
    if (protocol !== "tcp" && protocol !== "udp") {
      refuse(`${at}.protocol ${JSON.stringify(protocol)} is neither "tcp" nor "udp"`, 'use "tcp" or "udp"');
    }
    for (const [field, port] of [
      ["hostPort", hostPort],
      ["containerPort", containerPort],
    ] as const) {
      if (port === undefined) continue;
      if (!isPort(port)) {
        refuse(`${at}.${field} ${String(port)} is not a port`, "use a whole number from 1 to 65535");
      }
    }
    const key = `${protocol}:${hostPort}`;
    if (seen.has(key) && isPort(hostPort))
      refuse(`${at} forwards ${protocol} port ${hostPort} of the host a second time`, "forward each port once");
    seen.add(key);
    return { protocol, hostPort, containerPort: containerPort ?? hostPort };
  });
}
