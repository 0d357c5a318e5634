import { tryParseMac } from "./address";
import { pairs, parsePairs } from "./address-pair";
import type { Problem, Refuse, Where } from "./error";
import { checkInterfaces, isInterfaceName, nameRemedy } from "./interface-name";
import { pathFault, tidyPath } from "./path";

/** One forwarded port, as in `containers.<name>.forwardPorts`. */
export interface ForwardPort {
  /**
   * Protocol.
   * @default "tcp"
   */
  readonly protocol?: "tcp" | "udp" | null;
  /** Port on the host, 1 to 65535. It answers on the host's own addresses, not on 127.0.0.1. */
  readonly hostPort: number;
  /**
   * Port in the container, 1 to 65535.
   * @default the hostPort
   */
  readonly containerPort?: number | null;
}

/** The network of a container: the fields of NixOS's `containers.<name>` options of the same names. */
export interface NetworkProps {
  /**
   * Whether the container has a network of its own (`containers.<name>.privateNetwork`). With false, addresses, bridge and ports
   * are ignored, as NixOS does.
   * @default true when an address, bridge, MAC address or port is given, which the plan tells; else false: the host's network
   */
  readonly privateNetwork?: boolean | null;
  /**
   * IPv4 address of the host's side, without a prefix (`containers.<name>.hostAddress`).
   * With `hostBridge` it is the container's gateway.
   * @default none
   */
  readonly hostAddress?: string | null;
  /**
   * IPv4 address of the container; with `hostBridge` it carries its prefix length (`containers.<name>.localAddress`).
   * @default none
   */
  readonly localAddress?: string | null;
  /**
   * IPv6 address of the host's side (`containers.<name>.hostAddress6`).
   * @default none
   */
  readonly hostAddress6?: string | null;
  /**
   * IPv6 address of the container; with `hostBridge` it carries its prefix length (`containers.<name>.localAddress6`).
   * @default none
   */
  readonly localAddress6?: string | null;
  /**
   * MAC address of the container's interface (`containers.<name>.localMacAddress`).
   * @default chosen by systemd-nspawn
   */
  readonly localMacAddress?: string | null;
  /**
   * Bridge on the host that the container is plugged into (`containers.<name>.hostBridge`). It must exist.
   * @default none
   */
  readonly hostBridge?: string | null;
  /**
   * Ports of the host that lead into the container (`containers.<name>.forwardPorts`).
   * @default none
   */
  readonly forwardPorts?: readonly ForwardPort[] | null;
  /**
   * Interfaces moved from the host into the container (`containers.<name>.interfaces`): `HOST`, or `HOST:INSIDE` with the name
   * it gets there.
   * @default none
   */
  readonly interfaces?: readonly string[];
  /**
   * Interfaces of the host that get a macvlan in the container (`containers.<name>.macvlans`): `HOST`, or `HOST:INSIDE`.
   * @default none; without INSIDE it is mv-HOST there
   */
  readonly macvlans?: readonly string[];
  /**
   * Path of a network namespace to run in (`containers.<name>.networkNamespace`); excludes the private network and interfaces.
   * @default none
   */
  readonly networkNamespace?: string | null;
}

/** A forwarded port with its defaults. */
export interface ParsedPort {
  readonly protocol: "tcp" | "udp";
  readonly hostPort: number;
  readonly containerPort: number;
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
  readonly forwardPorts: readonly ParsedPort[];
  readonly interfaces: readonly string[];
  readonly macvlans: readonly string[];
  readonly networkNamespace?: string;
  /** What a reader of the plan should know of it. */
  readonly notes?: readonly string[];
}

/** What only a private network has; NixOS ignores it where there is none. */
const privateFields = [
  "hostAddress",
  "localAddress",
  "hostAddress6",
  "localAddress6",
  "localMacAddress",
  "hostBridge",
  "forwardPorts",
] as const;

/**
 * Checks a network; reports every problem, and returns what could be understood.
 * @param whole whether these are all the fields that were given: else none is said to be missing
 */
export function parseNetwork(given: NetworkProps, where: Where, problems: Problem[], whole = true): Network {
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "input", what, where, remedy });
  const own = privateFields.filter((field) => isGiven(given[field]));
  const props = given.privateNetwork === false ? without(given, own) : given;
  const notes = whole ? networkNotes(given, own) : [];
  const bridged = isGiven(props.hostBridge);
  const addresses = parsePairs(props, bridged, whole, refuse);

  const mac = isGiven(props.localMacAddress) ? tryParseMac(props.localMacAddress) : undefined;
  if (isGiven(props.localMacAddress) && mac === undefined) {
    refuse(
      `network.localMacAddress ${JSON.stringify(props.localMacAddress)} is not the MAC address of an interface`,
      'write it like "02:00:00:00:00:01"',
    );
  }
  if (bridged && !isInterfaceName(props.hostBridge)) {
    refuse(`network.hostBridge ${JSON.stringify(props.hostBridge)} is not the name of an interface`, nameRemedy);
  }
  const wired = pairs.some((fields) => fields.some((field) => isGiven(props[field]))) || bridged;
  const taken = wired ? ["host0", "eth0"] : mac === undefined ? [] : ["host0"];
  checkInterfaces({ interfaces: props.interfaces, macvlans: props.macvlans, taken }, refuse);

  const forwardPorts = parsePorts(props.forwardPorts ?? [], refuse);
  if (whole && forwardPorts.length > 0 && !wired) {
    refuse(
      "network.forwardPorts is given for a container without an address",
      "set hostAddress and localAddress, or hostBridge; on the host's own network (privateNetwork: false) its ports need no forwarding",
    );
  }

  const isPrivate = props.privateNetwork ?? own.length > 0;
  if (isGiven(props.networkNamespace)) {
    const fault = pathFault(props.networkNamespace);
    if (fault)
      refuse(
        `network.networkNamespace ${JSON.stringify(props.networkNamespace)} ${fault}`,
        'write it like "/run/netns/blue"',
      );
    if (isPrivate || (props.interfaces?.length ?? 0) > 0 || (props.macvlans?.length ?? 0) > 0) {
      refuse(
        "network.networkNamespace excludes the private network, its addresses and ports, and interfaces",
        "leave those out: the namespace brings its own interfaces",
      );
    }
  }

  return {
    ...addresses,
    privateNetwork: isPrivate,
    ...(mac !== undefined && { localMacAddress: mac }),
    ...(bridged && { hostBridge: props.hostBridge }),
    forwardPorts,
    interfaces: props.interfaces ?? [],
    macvlans: props.macvlans ?? [],
    ...(isGiven(props.networkNamespace) && { networkNamespace: tidyPath(props.networkNamespace) }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Whether something was given: null is NixOS's word for nothing. */
function isGiven<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function without(props: NetworkProps, fields: readonly (keyof NetworkProps)[]): NetworkProps {
  return Object.fromEntries(Object.entries(props).filter(([field]) => !(fields as readonly string[]).includes(field)));
}

/** Where a NixOS definition of the same words would mean something else, or what it leaves to be done. */
function networkNotes(props: NetworkProps, own: readonly (keyof NetworkProps)[]): string[] {
  const notes: string[] = [];
  const fields = own.join(", ");
  if (own.length > 0 && !isGiven(props.privateNetwork)) {
    notes.push(
      `it gets a private network because of network.${fields}, where a containers.<name> of NixOS shares the host's network until privateNetwork = true: set privateNetwork to say which is meant`,
    );
  }
  if (props.privateNetwork === false) {
    if (own.length > 0) {
      const [has, inside] = [isGiven(props.interfaces) || isGiven(props.macvlans), isGiven(props.networkNamespace)];
      const network = inside
        ? "is in a network namespace"
        : has
          ? "has only its interfaces"
          : "shares the host's network";
      notes.push(`it ${network}: network.${fields} ${own.length > 1 ? "are" : "is"} ignored, as NixOS does`);
    }
    return notes;
  }
  if (isGiven(props.hostBridge)) return notes;
  for (const [host, local] of pairs) {
    if (isGiven(props[host]) && !isGiven(props[local])) {
      notes.push(
        `network.${host} stands without network.${local}: the container has no such address but by its config`,
      );
    } else if (isGiven(props[local]) && !isGiven(props[host])) {
      notes.push(`network.${local} stands without network.${host}: the container has no route to other machines`);
    }
  }
  return notes;
}

/** Whether a value, of whatever type, is the number of a port. */
export function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535;
}

function parsePorts(ports: readonly ForwardPort[], refuse: Refuse): ParsedPort[] {
  const seen = new Set<string>();
  return ports.map(({ hostPort, containerPort, ...port }, index) => {
    const protocol = port.protocol ?? "tcp";
    const at = `network.forwardPorts[${index}]`;
    if (protocol !== "tcp" && protocol !== "udp") {
      refuse(`${at}.protocol ${JSON.stringify(protocol)} is neither "tcp" nor "udp"`, 'use "tcp" or "udp"');
    }
    for (const [field, port] of [
      ["hostPort", hostPort],
      ["containerPort", containerPort],
    ] as const) {
      if (port === undefined || port === null) continue;
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
