import type { DesiredContainer } from "../container";
import type { Access, Device, ObservedHost } from "../observed";
import type { Refuse } from "../error";
import { listing, plain } from "../text";

/** What every unit may open whose DevicePolicy is `closed` (systemd.resource-control), with the pseudoterminals. */
const standard: ReadonlySet<string> = new Set(["1 3", "1 5", "1 7", "1 8", "1 9", "5 0", "5 2"]);

/**
 * Refuses bind mounts of devices that the container's unit does not let it open: it would see them, and get EPERM.
 * Of a folder of devices one that can be opened is enough: which of them are meant, nobody but its owner knows.
 */
export function closedDevices(desired: DesiredContainer, host: ObservedHost, refuse: Refuse): void {
  const access = host.access.get(desired.name);
  if (!access) return;
  for (const { hostPath, isReadOnly } of desired.bindMounts) {
    const nodes = host.devices.get(hostPath) ?? [];
    const rights = isReadOnly ? "r" : "rw";
    if (nodes.length === 0 || nodes.some((node) => mayOpen(node, rights, access) || isAllowed(node, rights, desired))) {
      continue;
    }
    const names = nodes.map(({ node }) => plain(node, 80));
    const shown = listing(names);
    const what =
      names.length === 1 && names[0] === hostPath
        ? "is a device"
        : `leads to ${names.length === 1 ? "the device" : "devices"} (${shown})`;
    const entries = names
      .slice(0, 4)
      .map((name) => `{ node: "${name}"${rights === "rw" ? "" : `, modifier: "${rights}"`} }`);
    refuse(
      `bindMounts hostPath ${JSON.stringify(hostPath)} ${what}, which the container's unit does not let it open (DevicePolicy=${plain(access.policy, 20)})`,
      `allow what it needs: allowedDevices: [${entries.join(", ")}]`,
    );
  }
}

function mayOpen({ kind, major, minor }: Device, rights: string, { policy, allowed }: Access): boolean {
  if (policy === "auto" && allowed.length === 0) return true;
  if (policy !== "strict" && kind === "char" && (standard.has(`${major} ${minor}`) || (major >= 136 && major <= 143))) {
    return true;
  }
  return allowed.some(
    (entry) =>
      entry.kind === kind &&
      entry.major === major &&
      (entry.minor === undefined || entry.minor === minor) &&
      [...rights].every((right) => entry.rights.includes(right)),
  );
}

/** Whether the code allows it; which devices a group of drivers has, the host alone knows. */
function isAllowed({ kind, node }: Device, rights: string, { allowedDevices, enableTun }: DesiredContainer): boolean {
  if (enableTun && node === "/dev/net/tun") return true;
  return allowedDevices.some(
    (allowed) =>
      (allowed.node === node || allowed.node.startsWith(`${kind}-`)) &&
      [...rights].every((right) => allowed.modifier.includes(right)),
  );
}
