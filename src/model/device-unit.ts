const devices = "sys-subsystem-net-devices-";

/** The unit that stands for an interface: its path in /sys, escaped as systemd-escape does; a percent sign would begin a specifier. */
export function deviceUnit(name: string): string {
  const escaped = [...Buffer.from(name)].map((byte) => {
    const sign = String.fromCharCode(byte);
    return /[A-Za-z0-9:_.]/.test(sign) ? sign : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `${devices}${escaped.join("")}.device`;
}

/** The interface that a unit stands for; none for another unit. */
export function deviceOf(unit: string): string[] {
  if (!unit.startsWith(devices) || !unit.endsWith(".device")) return [];
  const escaped = unit.slice(devices.length, -".device".length);
  const bytes = escaped.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return [Buffer.from(bytes, "latin1").toString("utf8")];
}
