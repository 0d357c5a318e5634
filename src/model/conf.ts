import type { DesiredContainer } from "./container";

/** The key by which a conf tells whose it is, should the journal be lost; the unit and nixos-container ignore it. */
export const ownerKey = "CDKTF_NIXOS_OWNER";

/** The key under which converge keeps the state version in the conf, lest it be lost with the journal. */
export const stateVersionKey = "CDKTF_NIXOS_STATE_VERSION";

/** What a container's conf must say, key by key; a key that is not here must be absent or empty. */
export function confEntries(container: Pick<DesiredContainer, "network" | "bindMounts">): ReadonlyMap<string, string> {
  const { network, bindMounts } = container;
  const entries: [string, string | undefined][] = [
    ["PRIVATE_NETWORK", network.privateNetwork ? "1" : undefined],
    ["HOST_ADDRESS", network.hostAddress],
    ["LOCAL_ADDRESS", network.localAddress],
    ["HOST_ADDRESS6", network.hostAddress6],
    ["LOCAL_ADDRESS6", network.localAddress6],
    ["LOCAL_MAC_ADDRESS", network.localMacAddress],
    ["HOST_BRIDGE", network.hostBridge],
    [
      "HOST_PORT",
      network.forwardPorts.map((port) => `${port.protocol}:${port.hostPort}:${port.containerPort}`).join(","),
    ],
    ["INTERFACES", network.interfaces.join(" ")],
    ["MACVLANS", network.macvlans.join(" ")],
    ["NETWORK_NAMESPACE_PATH", network.networkNamespace],
    [
      "EXTRA_NSPAWN_FLAGS",
      bindMounts.map((m) => `--bind${m.isReadOnly ? "-ro" : ""}=${m.hostPath}:${m.mountPoint}`).join(" "),
    ],
    ["COPY_RESOLV_CONF", "1"],
  ];
  return new Map(entries.filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** The text of a container's conf; values with spaces are quoted, as systemd.exec's EnvironmentFile reads them. */
export function renderConf(container: Pick<DesiredContainer, "network" | "bindMounts" | "owner">): string {
  const lines = ["# Written by cdktf-nixos-containers; what is edited here, the next deploy mends."];
  for (const [key, value] of [...confEntries(container), [ownerKey, container.owner]] as const) {
    lines.push(`${key}=${/[^A-Za-z0-9_./:,=-]/.test(value) ? `"${value.replace(/["\\`$]/g, "\\$&")}"` : value}`);
  }
  return lines.join("\n") + "\n";
}

/**
 * Reads a conf as systemd reads an EnvironmentFile: the last assignment wins, empty means unset, comments are skipped.
 * The probe writes a carriage return as `\r`.
 * Keys that change nothing about a running container (AUTO_START, the owner, the state version) are kept; callers leave them out.
 */
export function parseConf(lines: readonly string[]): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of lines) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line.replace(/(\r|\\r)$/, ""));
    if (!match) continue;
    const [, key = "", raw = ""] = match;
    const value = unquote(raw.trim());
    if (value === "") entries.delete(key);
    else entries.set(key, value);
  }
  return entries;
}

function unquote(raw: string): string {
  const single = /^'([^']*)'$/.exec(raw);
  if (single) return single[1] ?? "";
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(raw);
  if (double) return (double[1] ?? "").replace(/\\(["\\`$])/g, "$1");
  return raw;
}
