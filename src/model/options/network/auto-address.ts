import type { Refuse } from "../../error";
import { isGiven } from "../values";
import type { AddressesProps } from "./addresses";

/** What is written for an address that shall be chosen. */
export const auto = "auto";

/** An address that is chosen when the host is looked at; with one off a bridge, that of the host's side. */
export type AutoField = "localAddress" | "localAddress6";

const pairs = [
  ["hostAddress", "localAddress"],
  ["hostAddress6", "localAddress6"],
] as const;

/** What gives a private network something else than a pair of addresses. */
const otherWays = ["hostBridge", "interfaces", "macvlans", "extraVeths", "networkNamespace"] as const;

/** The settings of a network, as far as they decide what is chosen. */
type Given = AddressesProps &
  Readonly<Partial<Record<(typeof otherWays)[number], unknown>>> & { readonly privateNetwork?: boolean | null };

/**
 * Which addresses of a network are to be chosen: those that say so, and the pair of a private network that says nothing else.
 * @param isNull whether a setting is null, by which the code says that there is none
 */
export function autoFields(given: Given, isNull: (field: string) => boolean): readonly AutoField[] {
  if (given.privateNetwork === false) return [];
  const said = pairs.map(([, local]) => local).filter((local) => given[local] === auto);
  if (said.length > 0) return said;
  const bare =
    given.privateNetwork === true &&
    !pairs.flat().some((field) => isGiven(given[field])) &&
    !otherWays.some((way) => isUsed(given[way])) &&
    !isNull("localAddress");
  return bare ? ["localAddress"] : [];
}

/** Whether a setting is given and says something: an empty record says nothing. */
function isUsed(value: unknown): boolean {
  return isGiven(value) && !(typeof value === "object" && Object.keys(value).length === 0);
}

/** The settings without what is to be chosen; what stands beside that in vain is refused. */
export function withoutAuto(given: AddressesProps, bridged: boolean, refuse: Refuse): AddressesProps {
  const rest: Record<string, unknown> = { ...given };
  for (const [host, local] of pairs) {
    if (given[host] === auto) {
      refuse(
        `network.${host} is "auto", which only a local address can be`,
        `leave it out: network.${local}: "auto" chooses both ends`,
      );
      delete rest[host];
    }
    if (given[local] !== auto) continue;
    delete rest[local];
    if (isGiven(rest[host]) && !bridged) {
      refuse(
        `network.${host} ${JSON.stringify(given[host])} stands beside network.${local}: "auto", which chooses both ends`,
        `leave network.${host} out, or give both`,
      );
    }
  }
  return rest;
}
