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
