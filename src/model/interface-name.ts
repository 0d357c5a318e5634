import type { Refuse } from "./error";

/** An interface of the host as `interfaces` and `macvlans` name it: `HOST`, or `HOST:INSIDE`, as systemd-nspawn takes both. */
export interface InterfaceWord {
  readonly host: string;
  /** Its name in the container, where one is given. */
  readonly inside?: string;
}

/** What to do about one that is none. */
export const nameRemedy = "give a name of at most 15 letters, digits and ._@+=~,- as `ip link` shows it";

/** Whether systemd and the kernel take this as the name of an interface, and the unit's script leaves it whole. */
export function isInterfaceName(value: string): boolean {
  return /^[A-Za-z0-9_.@+=~,][A-Za-z0-9_.@+=~,-]{0,14}$/.test(value) && !/^(?:\d+|\.\.?|all|default)$/.test(value);
}

/** Parses `eth1` or `eth1:lan0`; undefined for anything else. */
export function tryParseInterface(value: string): InterfaceWord | undefined {
  const [host = "", inside, ...more] = value.split(":");
  if (!isInterfaceName(host) || more.length > 0) return undefined;
  if (inside === undefined) return { host };
  return isInterfaceName(inside) ? { host, inside } : undefined;
}

/** The host's side of `HOST` or `HOST:INSIDE`. */
export function hostInterface(word: string): string {
  return word.split(":")[0] ?? word;
}

/** What `parseInterfaces` looks at. */
interface Given {
  readonly interfaces?: readonly string[];
  readonly macvlans?: readonly string[];
  /** Names inside that the private network takes itself. */
  readonly taken: readonly string[];
}

/** Checks the interfaces of a container: their names, and that no two of them have one name inside. */
export function checkInterfaces({ interfaces = [], macvlans = [], taken }: Given, refuse: Refuse): void {
  const inner = new Map<string, string>([["lo", "which every network has for itself"]]);
  for (const name of taken) inner.set(name, "which is its end of the private network");
  for (const [field, words] of [
    ["interfaces", interfaces],
    ["macvlans", macvlans],
  ] as const) {
    const hosts = new Set<string>();
    for (const word of words) {
      const parsed = tryParseInterface(word);
      if (parsed === undefined) {
        refuse(
          `network.${field} ${JSON.stringify(word)} is not the name of an interface`,
          `${nameRemedy}, or HOST:INSIDE with two such names`,
        );
        continue;
      }
      const { host, inside = field === "macvlans" ? `mv-${host}` : host } = parsed;
      const holder = inner.get(inside);
      if (hosts.has(host) && (field === "interfaces" || holder !== undefined)) {
        refuse(`network.${field} names ${JSON.stringify(host)} twice`, "name it once");
      } else if (holder !== undefined && host !== "lo") {
        refuse(
          `network.${field} ${JSON.stringify(word)} would be ${JSON.stringify(inside)} in the container, ${holder}`,
          `give it another name there: ${JSON.stringify(`${host}:lan0`)}`,
        );
      }
      hosts.add(host);
      inner.set(inside, `as is ${JSON.stringify(word)} of network.${field}`);
    }
  }
}
