import type { DesiredContainer } from "./container";

/** What the unit of a container is told beside its template (docs/host.md). */
export interface DropIn {
  /** Paths whose mounts it waits for and needs, sorted. */
  readonly mounts: readonly string[];
  /** Interfaces of the host that it waits for, sorted. */
  readonly interfaces: readonly string[];
  /** Seconds. */
  readonly startTimeout?: number;
}

/**
 * What a container's unit is to be told: as a declarative container's is, it waits for the mounts below its bind mounts, and
 * at boot for the interfaces it takes. Where system.control cannot be written, a container that does not start at boot does without.
 */
export function dropInOf(
  container: Pick<DesiredContainer, "startTimeout" | "bindMounts" | "network" | "autoStart">,
  systemControl: "writable" | "read-only" = "writable",
): DropIn {
  const { startTimeout, bindMounts, network, autoStart } = container;
  const timed = startTimeout === undefined ? {} : { startTimeout };
  if (systemControl === "read-only" && !autoStart) return { mounts: [], interfaces: [], ...timed };
  const taken = autoStart ? [...network.interfaces, ...network.macvlans] : [];
  return {
    mounts: sorted(bindMounts.map(({ hostPath }) => hostPath)),
    interfaces: sorted(taken.map((name) => name.split(":")[0] ?? name)),
    ...timed,
  };
}

/** The lines of a drop-in; none when there is nothing to tell. */
export function dropInLines({ mounts, interfaces, startTimeout }: DropIn): readonly string[] {
  const awaited = ["network.target", ...interfaces.map(deviceUnit)].join(" ");
  const unit = [
    ...(mounts.length > 0 ? [`RequiresMountsFor=${mounts.map((path) => path.replaceAll("%", "%%")).join(" ")}`] : []),
    // Never BindsTo: that would stop a running container whose interface is not there as systemd reads it.
    ...(interfaces.length > 0 ? [`Wants=${awaited}`, `After=${awaited}`] : []),
  ];
  return [
    ...(unit.length > 0 ? ["[Unit]", ...unit] : []),
    ...(startTimeout === undefined ? [] : ["[Service]", `TimeoutStartSec=${startTimeout}`]),
  ];
}

/** Reads the lines of a drop-in; undefined when they are not as {@link dropInLines} writes them. */
export function parseDropIn(lines: readonly string[]): DropIn | undefined {
  const valueOf = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  const words = (key: string): string[] => (valueOf(key) ?? "").split(" ").filter((word) => word !== "");
  const timeout = valueOf("TimeoutStartSec");
  const parsed: DropIn = {
    mounts: words("RequiresMountsFor").map((path) => path.replaceAll("%%", "%")),
    interfaces: words("After").flatMap(interfaceOf),
    ...(timeout !== undefined && { startTimeout: Number(timeout) }),
  };
  const own = dropInLines(parsed);
  return own.length === lines.length && own.every((line, index) => line === lines[index]) ? parsed : undefined;
}

const devices = "sys-subsystem-net-devices-";

/** The unit that stands for an interface: its path in /sys, escaped as systemd-escape does; a percent sign would begin a specifier. */
function deviceUnit(name: string): string {
  const escaped = [...Buffer.from(name)].map((byte) => {
    const sign = String.fromCharCode(byte);
    return /[A-Za-z0-9:_.]/.test(sign) ? sign : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `${devices}${escaped.join("")}.device`;
}

function interfaceOf(unit: string): string[] {
  if (!unit.startsWith(devices) || !unit.endsWith(".device")) return [];
  const escaped = unit.slice(devices.length, -".device".length);
  const bytes = escaped.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return [Buffer.from(bytes, "latin1").toString("utf8")];
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
