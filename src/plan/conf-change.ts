import { ownerKey, stateVersionKey } from "../model/conf";
import type { Change, Effect } from "./plan";
import { plain } from "./text";

/** The property that users know a key of the conf by. */
const properties: ReadonlyMap<string, string> = new Map([
  ["PRIVATE_NETWORK", "network.privateNetwork"],
  ["HOST_ADDRESS", "network.hostAddress"],
  ["LOCAL_ADDRESS", "network.localAddress"],
  ["HOST_ADDRESS6", "network.hostAddress6"],
  ["LOCAL_ADDRESS6", "network.localAddress6"],
  ["LOCAL_MAC_ADDRESS", "network.localMacAddress"],
  ["HOST_BRIDGE", "network.hostBridge"],
  ["HOST_PORT", "network.forwardPorts"],
  ["INTERFACES", "network.interfaces"],
  ["MACVLANS", "network.macvlans"],
  ["NETWORK_NAMESPACE_PATH", "network.networkNamespace"],
  ["EXTRA_NSPAWN_FLAGS", "bindMounts"],
]);

/** Keys that change nothing about a running container. */
const silent: ReadonlySet<string> = new Set(["AUTO_START", ownerKey, stateVersionKey]);

/** What differs between two confs, property by property, in the order of the options and then of the unknown keys. */
export function confChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  effect: Effect,
): Change[] {
  const unknown = [...new Set([...before.keys(), ...after.keys()])].filter((key) => !properties.has(key)).sort();
  return [...properties.keys(), ...unknown].flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (was === is || silent.has(key)) return [];
    return {
      property: properties.get(key) ?? plain(`conf ${key}`, 60),
      ...(was !== undefined && { before: confValue(key, was) }),
      ...(is !== undefined && { after: confValue(key, is) }),
      effect,
    };
  });
}

/** A value of the conf in the words of the options. */
function confValue(key: string, value: string): string {
  const words = value.split(/\s+/);
  switch (key) {
    case "PRIVATE_NETWORK":
      return value === "1" ? "true" : plain(value);
    case "HOST_PORT":
      return plain(value.split(",").join(", "));
    case "INTERFACES":
    case "MACVLANS":
      return plain(words.join(", "));
    case "EXTRA_NSPAWN_FLAGS":
      return plain(words.map(mountWords).join(", "));
    default:
      return plain(value);
  }
}

/** `--bind-ro=/a:/b` as `/a on /b (read-only)`; other flags as they stand. */
function mountWords(flag: string): string {
  const match = /^--bind(-ro)?=([^:]+):([^:]+)$/.exec(flag);
  if (!match) return flag;
  const [, readOnly, hostPath = "", mountPoint = ""] = match;
  const path = hostPath === mountPoint ? hostPath : `${hostPath} on ${mountPoint}`;
  return readOnly ? `${path} (read-only)` : path;
}
