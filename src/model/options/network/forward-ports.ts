import { z } from "zod";
import { confLine } from "../../line";
import type { Refuse } from "../../error";
import { hostLine } from "../../host-line";
import { listing, plain } from "../../text";
import { type Resource, says } from "../option";
import { isWired, type WiredProps } from "./addresses";
import { isPaired } from "./end";
import { confProperty, type NetworkOption } from "./network-option";

/** One forwarded port, as in `containers.<name>.forwardPorts`. */
export interface ForwardPort {
  /**
   * Protocol.
   * @default "tcp"
   */
  readonly protocol?: "tcp" | "udp" | null;
  /** Port on the host, 1 to 65535. It answers on the host's own addresses, not on 127.0.0.1. */
  readonly hostPort: number;
  /**
   * Port in the container, 1 to 65535.
   * @default the hostPort
   */
  readonly containerPort?: number | null;
}

export interface ForwardPortsProps {
  /**
   * Ports of the host that lead into the container (`containers.<name>.forwardPorts`).
   * @default none
   */
  readonly forwardPorts?: readonly ForwardPort[] | null;
}

/** A forwarded port with its defaults. */
export interface ParsedPort {
  readonly protocol: "tcp" | "udp";
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface ForwardPorts {
  readonly forwardPorts: readonly ParsedPort[];
}

export const forwardPorts: NetworkOption<ForwardPortsProps & WiredProps, ForwardPorts> = {
  isPrivate: true,
  shape: {
    forwardPorts: z
      .array(
        z.strictObject({
          protocol: z.string().optional(),
          hostPort: z.number(),
          containerPort: z.number().optional(),
        }),
      )
      .optional(),
  },

  parse(given, { whole, refuse, auto }) {
    const ports = parsePorts(given.forwardPorts ?? [], refuse);
    if (whole && ports.length > 0 && auto.length === 0 && !isWired(given)) {
      refuse(
        "network.forwardPorts is given for a container without an address",
        'set localAddress: "auto", hostAddress and localAddress, or hostBridge; ' +
          "on the host's own network (privateNetwork: false) its ports need no forwarding",
      );
    }
    return { forwardPorts: ports };
  },

  lines: ({ network }) =>
    confLine(
      "HOST_PORT",
      network.forwardPorts.map((port) => `${port.protocol}:${port.hostPort}:${port.containerPort}`).join(","),
    ),

  properties: [confProperty("forwardPorts", "HOST_PORT", (value) => plain(value.split(",").join(", ")))],

  claims: ({ network }) =>
    network.forwardPorts
      .filter(({ hostPort }) => isPort(hostPort)) // others are told with the container itself
      .map(({ protocol, hostPort }) => ({
        key: `${protocol} port ${hostPort}`,
        text: `network.forwardPorts forwards ${protocol} port ${hostPort}, which is also forwarded to`,
        remedy: "forward each port of a host to one container",
      })),

  holds: (conf) =>
    portsOf(conf.get("HOST_PORT")).map(([protocol, port]): Resource => ({
      kind: "port",
      value: `${protocol}:${port}`,
      text: `${protocol} port ${port}`,
    })),

  needs({ network }, { host }, refuse) {
    const port = host.sshServer?.port;
    if (port === undefined) return;
    if (network.forwardPorts.some(({ protocol, hostPort }) => protocol === "tcp" && hostPort === port)) {
      refuse(
        `network.forwardPorts takes tcp port ${port}, through which the host itself is reached over SSH`,
        "forward another hostPort, or let the host's sshd listen on another port first",
      );
    }
  },

  hostConfig({ network }, host) {
    if (network.forwardPorts.length === 0) return [];
    const ports = network.forwardPorts.map(({ protocol, hostPort }) => `${protocol} port ${hostPort}`);
    return [
      // Off a bridge, networking.nat does it.
      ...(host?.ipForward || isPaired(network) ? [] : [hostLine('boot.kernel.sysctl."net.ipv4.ip_forward"', "1")]),
      {
        remark: `${listing(ports)}: nothing to open, networking.firewall of the host does not see forwarded ports; the container's own does`,
      },
    ];
  },

  advice(container, { ipForward, listens = [] }, { observed, connects }) {
    const { network } = container;
    if (network.forwardPorts.length === 0) return [];
    const [held, words] = [portWords(observed?.conf), says(container, /firewall/i)];
    const taken = network.forwardPorts.filter(
      ({ protocol, hostPort }) => protocol === "tcp" && listens.includes(hostPort) && !held.includes(`tcp:${hostPort}`),
    );
    const closed = ["tcp", "udp"].flatMap((protocol) => {
      const ports = network.forwardPorts.filter((port) => port.protocol === protocol && port.containerPort !== 22);
      const list = [...new Set(ports.map(({ containerPort }) => containerPort))].join(" ");
      return list === "" ? [] : [`networking.firewall.allowed${protocol.toUpperCase()}Ports = [ ${list} ];`];
    });
    return [
      ...(ipForward || isPaired(network)
        ? []
        : ["net.ipv4.ip_forward is off on the host: its forwarded ports answer on the host alone, not from outside"]),
      ...taken.map(
        ({ hostPort }) =>
          `something on the host's own network listens on tcp port ${hostPort}, which is forwarded from now on: from outside, only the container gets it`,
      ),
      ...(connects && !words && closed.length > 0
        ? [`its firewall lets forwarded ports in only where its config says so: ${closed.join(" ")}`]
        : []),
    ];
  },
};

/** The ports of the host in a value of the conf. */
function portsOf(value = ""): (readonly [protocol: string, port: string])[] {
  return value.split(",").flatMap((spec) => {
    const [, protocol = "tcp", port = ""] = /^(?:(tcp|udp|sctp):)?(\d+)(?::\d+)?$/.exec(spec) ?? [];
    return port === "" ? [] : [[protocol, port] as const];
  });
}

/** Those that a conf forwards already. */
function portWords(conf: readonly string[] = []): string[] {
  const values = conf.flatMap((line) => /^\s*HOST_PORT="?([^"]*)/.exec(line)?.[1] ?? []);
  return portsOf(values.at(-1)).map((port) => port.join(":"));
}

/** Whether a value, of whatever type, is the number of a port. */
function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535;
}

function parsePorts(ports: readonly ForwardPort[], refuse: Refuse): ParsedPort[] {
  const seen = new Set<string>();
  return ports.map(({ hostPort, containerPort, ...port }, index) => {
    const protocol = port.protocol ?? "tcp";
    const at = `network.forwardPorts[${index}]`;
    if (protocol !== "tcp" && protocol !== "udp") {
      refuse(`${at}.protocol ${JSON.stringify(protocol)} is neither "tcp" nor "udp"`, 'use "tcp" or "udp"');
    }
    for (const [field, port] of [
      ["hostPort", hostPort],
      ["containerPort", containerPort],
    ] as const) {
      if (port === undefined || port === null) continue;
      if (!isPort(port)) {
        refuse(`${at}.${field} ${String(port)} is not a port`, "use a whole number from 1 to 65535");
      }
    }
    const key = `${protocol}:${hostPort}`;
    if (seen.has(key) && isPort(hostPort))
      refuse(`${at} forwards ${protocol} port ${hostPort} of the host a second time`, "forward each port once");
    seen.add(key);
    return { protocol, hostPort, containerPort: containerPort ?? hostPort };
  });
}
