import type { Change } from "../change";
import { deviceOf, deviceUnit } from "../device-unit";
import { hostInterface } from "../interface-name";
import { type Line, sameLines } from "../line";
import { listing, plain } from "../text";
import type { Option } from "./option";

/** What a change of these brings with it in the order of the unit, and so tells already. */
const told: ReadonlySet<string> = new Set(["bindMounts", "network.interfaces", "network.macvlans", "autoStart"]);

/**
 * What follows for the container's unit from its other options: as a declarative container's does, it waits for the mounts below
 * its bind mounts, and at boot for the interfaces it takes. Where system.control cannot be written, a container that does not
 * start at boot does without.
 */
export const startOrder: Option = {
  shape: {},
  parse: () => ({}),

  lines({ bindMounts, network, autoStart, unit: said }, { systemControl }) {
    if (systemControl === "read-only" && !autoStart) return [];
    const mounts = sorted(bindMounts.map(({ hostPath }) => hostPath));
    const taken = autoStart ? sorted([...network.interfaces, ...network.macvlans].map(hostInterface)) : [];
    const awaited = taken.length === 0 ? [] : ["network.target", ...taken.map(deviceUnit)];
    const unit = (key: string) => (value: string) => ({ place: "Unit", key, value }) as const;
    const lines = [
      ...mounts.map((path) => path.replaceAll("%", "%%")).map(unit("RequiresMountsFor")),
      // Never BindsTo: that would stop a running container whose interface is not there as systemd reads it.
      ...awaited.map(unit("Wants")),
      ...awaited.map(unit("After")),
    ];
    // What the user says himself stands there once.
    return lines.filter(({ key, value }) => !said.some((line) => line.key === key && line.value === value));
  },

  owns: isImplied,

  changes({ seen, wanted, told: others }): Change[] {
    const all = [...seen, ...wanted];
    const isOrder = (line: Line): boolean => isImplied(line, all);
    if (sameLines(seen.filter(isOrder), wanted.filter(isOrder))) return [];
    if (others.some(({ property }) => told.has(property))) return [];
    const [before, after] = [seen, wanted].map((lines) => orderWords(lines.filter(isOrder)));
    return [
      {
        property: "start order",
        ...(before === after ? { before: "after others" } : before !== undefined && { before }),
        ...(after !== undefined && { after }),
        effect: "none",
      },
    ];
  },
};

/** Whether a line of the unit is one that follows from other options: it waits for mounts, or for interfaces that are taken. */
export function isImplied({ place, key, value }: Line, all: readonly Line[]): boolean {
  if (place !== "Unit") return false;
  if (key === "RequiresMountsFor") return true;
  if (key !== "Wants" && key !== "After") return false;
  const taken = all
    .filter((line) => line.place === "conf" && (line.key === "INTERFACES" || line.key === "MACVLANS"))
    .flatMap((line) => line.value.split(/\s+/).map(hostInterface));
  const isTaken = (unit: string): boolean => deviceOf(unit).some((name) => taken.includes(name));
  return value === "network.target"
    ? all.some((line) => line.place === "Unit" && line.key === key && isTaken(line.value))
    : isTaken(value);
}

function mountsIn(lines: readonly Line[]): string[] {
  return lines.filter(({ key }) => key === "RequiresMountsFor").map(({ value }) => value.replaceAll("%%", "%"));
}

function devicesIn(lines: readonly Line[]): string[] {
  const units = lines.filter(({ key }) => key !== "RequiresMountsFor").map(({ value }) => value);
  return [...new Set(units)].flatMap(deviceOf);
}

/** `after the mounts of /tank/x and the interface eth1`. */
function orderWords(lines: readonly Line[]): string | undefined {
  const [mounts, interfaces] = [mountsIn(lines), devicesIn(lines)];
  const parts = [
    ...(mounts.length > 0 ? [`the mounts of ${listing(mounts)}`] : []),
    ...(interfaces.length > 0 ? [`the interface${interfaces.length === 1 ? "" : "s"} ${listing(interfaces)}`] : []),
  ];
  return parts.length === 0 ? undefined : `after ${parts.map((part) => plain(part, 200)).join(" and ")}`;
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
