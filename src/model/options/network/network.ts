import { z } from "zod";
import type { Problem, Refuse, Where } from "../../error";
import type { Option } from "../option";
import { isGiven } from "../values";
import { addresses, type Addresses, type AddressesProps } from "./addresses";
import { autoFields } from "./auto-address";
import { bridge, type Bridge, type BridgeProps } from "./bridge";
import { extraVeths, type ExtraVeths, type ExtraVethsProps } from "./extra-veths";
import { forwardPorts, type ForwardPorts, type ForwardPortsProps } from "./forward-ports";
import { interfaces, type Interfaces, type InterfacesProps } from "./interfaces";
import { macAddress, type MacAddress, type MacAddressProps } from "./mac-address";
import { networkNamespace, type NetworkNamespace, type NetworkNamespaceProps } from "./network-namespace";
import type { NetworkCheck, NetworkOption } from "./network-option";
import { privateNetwork, type PrivateNetwork, type PrivateNetworkProps } from "./private-network";

/** The network of a container: the fields of NixOS's `containers.<name>` options of the same names. */
export interface NetworkProps
  extends
    PrivateNetworkProps,
    AddressesProps,
    MacAddressProps,
    BridgeProps,
    ForwardPortsProps,
    InterfacesProps,
    ExtraVethsProps,
    NetworkNamespaceProps {}

/** A network that has been checked: addresses canonical, defaults filled in. */
export interface Network
  extends PrivateNetwork, Addresses, MacAddress, Bridge, ForwardPorts, Interfaces, ExtraVeths, NetworkNamespace {
  /** What a reader of the plan should know of it. */
  readonly notes?: readonly string[];
}

/** The options of the network, in the order users read them. */
const members: readonly NetworkOption[] = [
  privateNetwork,
  addresses,
  macAddress,
  bridge,
  forwardPorts,
  interfaces,
  extraVeths,
  networkNamespace,
];

export interface NetworkSetting {
  /**
   * The container's network.
   * @default the host's network is shared
   */
  readonly network?: NetworkProps;
}

export interface ParsedNetwork {
  readonly network: Network;
}

/** The family of all that makes the network: what it leaves and says is what its members do. */
export const network: Option<NetworkSetting, ParsedNetwork> = {
  shape: {
    network: z.strictObject(Object.assign({}, ...members.map(({ shape }) => shape)) as z.core.$ZodShape).optional(),
  },

  parse: (given, { where, problems, isFaulty, isNull }) => ({
    network: parseNetwork(given.network ?? {}, where, problems, !isFaulty("network"), (field) =>
      isNull("network", field),
    ),
  }),

  lines: (container, place) => members.flatMap((member) => member.lines?.(container, place) ?? []),
  properties: members.flatMap((member) => member.properties ?? []),
  claims: (container) => members.flatMap((member) => member.claims?.(container) ?? []),
  clashes: (neighbours) => members.flatMap((member) => member.clashes?.(neighbours) ?? []),
  holds: (conf) => members.flatMap((member) => member.holds?.(conf) ?? []),
  units: (container) => members.flatMap((member) => member.units?.(container) ?? []),
  sources: (container) => members.flatMap((member) => member.sources?.(container) ?? []),
  needs: (container, facts, refuse, observed) => {
    for (const member of members) member.needs?.(container, facts, refuse, observed);
  },
  hostConfig: (container, host) => members.flatMap((member) => member.hostConfig?.(container, host) ?? []),
  advice: (container, host, sight) => members.flatMap((member) => member.advice?.(container, host, sight) ?? []),
};

/** The settings that only a private network has. */
const privateFields = members.flatMap(({ isPrivate, shape }) => (isPrivate ? Object.keys(shape) : []));

/** The names of the network's settings. */
export const networkFields: readonly string[] = members.flatMap(({ shape }) => Object.keys(shape));

/**
 * Checks a network; reports every problem, and returns what could be understood.
 * @param whole whether these are all the fields that were given: else none is said to be missing
 * @param isNull whether a field was given as null
 */
export function parseNetwork(
  given: NetworkProps,
  where: Where,
  problems: Problem[],
  whole = true,
  isNull = (field: string): boolean => given[field as keyof NetworkProps] === null,
): Network {
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "input", what, where, remedy });
  const own = privateFields.filter((field) => isGiven(given[field as keyof NetworkProps]));
  const props = given.privateNetwork === false ? without(given, own) : given;
  const auto = autoFields(given, isNull);
  const check: NetworkCheck = { id: "", where, problems, refuse, isFaulty: () => !whole, isNull, whole, own, auto };
  const parsed = members.map((member) => member.parse(props, check));
  const notes = whole ? networkNotes(given, own) : [];
  return { ...(Object.assign({}, ...parsed) as Network), ...(notes.length > 0 && { notes }) };
}

function without(props: NetworkProps, fields: readonly string[]): NetworkProps {
  return Object.fromEntries(Object.entries(props).filter(([field]) => !fields.includes(field)));
}

/** Where a NixOS definition of the same words would mean something else, or what it leaves to be done. */
function networkNotes(given: NetworkProps, own: readonly string[]): string[] {
  const fields = own.join(", ");
  if (given.privateNetwork === false) {
    if (own.length === 0) return [];
    const [has, inside] = [isGiven(given.interfaces) || isGiven(given.macvlans), isGiven(given.networkNamespace)];
    const kind = inside ? "is in a network namespace" : has ? "has only its interfaces" : "shares the host's network";
    return [`it ${kind}: network.${fields} ${own.length > 1 ? "are" : "is"} ignored, as NixOS does`];
  }
  const implied =
    own.length > 0 && !isGiven(given.privateNetwork)
      ? [
          `it gets a private network because of network.${fields}, where a containers.<name> of NixOS shares the host's network until privateNetwork = true: set privateNetwork to say which is meant`,
        ]
      : [];
  return [...implied, ...members.flatMap((member) => member.notes?.(given) ?? [])];
}
