import type { DesiredContainer } from "../model/container";
import { dropInLines, dropInOf } from "../model/drop-in";
import type { Problem, Refuse, Where } from "../model/error";
import { hostInterface } from "../model/interface-name";
import type { ObservedContainer, ObservedHost } from "../model/observed";
import { closedDevices } from "./device-access";
import { sha256 } from "./digest";
import { bareAddress } from "./resource";
import { plain, plainLines } from "./text";

/** What the host can be asked about: its interfaces and addresses, with those that its running containers have borrowed. */
export interface HostFacts {
  readonly host: ObservedHost;
  readonly label: string;
  readonly interfaces: ReadonlySet<string>;
  readonly bridges: ReadonlySet<string>;
  /** Interface by address, without those that nspawn makes for containers. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** Gathers a host's facts once, for all of its containers. */
export function factsOf(host: ObservedHost, label: string, borrowed: Iterable<string>): HostFacts {
  const addresses = new Map<string, string>();
  for (const line of host.addresses) {
    const [name = "", address = ""] = line.split(" ");
    if (!/^(ve|vb)-/.test(name)) addresses.set(bareAddress(address) ?? "", name);
  }
  const interfaces = new Set([...host.interfaces, ...borrowed]);
  return { host, label, interfaces, bridges: new Set(host.bridges), addresses };
}

/** What on its host stands in the way of a container that is about to be changed. */
export function preflightProblems(
  desired: DesiredContainer,
  observed: ObservedContainer | undefined,
  facts: HostFacts,
): Problem[] {
  const problems: Problem[] = [];
  const where: Where = { construct: desired.construct, host: facts.label, container: desired.name };
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "host", what, where, remedy });
  if (desired.running) {
    // One that runs without its conf may hold its interfaces already.
    if (observed?.unit !== "up" || observed.conf || !observed.journal) missingLinks(desired, facts, refuse);
    missingSources(desired, facts, refuse);
    closedDevices(desired, facts.host, refuse);
    takenAddresses(desired, facts, refuse);
    lostAccess(desired, facts, refuse);
    if (observed?.masked) {
      const unit = `container@${desired.name}.service`;
      refuse(
        `its unit ${unit} is masked on the host, so that nothing can start or reload it`,
        `unmask it there: systemctl unmask ${unit} (with --runtime, if it was masked so)`,
      );
    }
  }
  if (observed?.root === "mount" && !observed.journal && (!observed.conf || observed.profile === undefined)) {
    problems.push({
      code: "conflict",
      what: `${facts.host.stateDir}/${desired.name} is a mount point, and a create that fails would delete what is on it`,
      where,
      remedy: "create the container before mounting it there, and adopt it",
    });
  }
  const link = desired.autoStart && desired.running && !observed?.boot;
  const wanted = dropInLines(dropInOf(desired, facts.host.systemControl)).join("\n");
  const dropIn = wanted !== "" && wanted !== observed?.dropIn.join("\n");
  if (facts.host.systemControl === "read-only" && (link || dropIn)) {
    refuse(
      `${desired.autoStart ? "autoStart" : "timeouts.start"} needs /etc/systemd/system.control, which is read-only on the host`,
      "make it writable (an immutable /etc overlay, `system.etc.overlay.mutable = false`, cannot hold it), or leave the option out",
    );
  }
  return problems;
}

function missingLinks({ network }: DesiredContainer, facts: HostFacts, refuse: Refuse): void {
  if (network.hostBridge !== undefined && !facts.bridges.has(network.hostBridge)) {
    const taken = facts.interfaces.has(network.hostBridge);
    const rule = (name: string): string => `networking.bridges.${name}.interfaces = [ … ];`;
    refuse(
      `network.hostBridge ${JSON.stringify(network.hostBridge)} ${taken ? "is an interface of the host, but no bridge" : "does not exist on the host"}`,
      taken
        ? `give the name of a bridge: one that exists (\`ip link show type bridge\`), or one declared in the host's configuration under a name of its own (${rule("NAME")})`
        : `declare it in the host's configuration: ${rule(network.hostBridge)}`,
    );
  }
  for (const field of ["interfaces", "macvlans"] as const) {
    for (const name of network[field].map(hostInterface)) {
      if (facts.interfaces.has(name)) continue;
      refuse(
        `network.${field} names ${JSON.stringify(name)}, which does not exist on the host`,
        "compare with `ip link` on the host",
      );
    }
  }
}

function missingSources({ bindMounts, network }: DesiredContainer, facts: HostFacts, refuse: Refuse): void {
  const { networkNamespace } = network;
  if (networkNamespace !== undefined && facts.host.sources.get(networkNamespace) === "missing") {
    const name = networkNamespace.split("/").at(-1) ?? "";
    refuse(
      `network.networkNamespace ${JSON.stringify(networkNamespace)} does not exist on the host`,
      `make it there before the container starts, and at every boot, with a service that runs \`ip netns add ${name}\``,
    );
  }
  for (const { hostPath } of bindMounts) {
    if (facts.host.sources.get(hostPath) !== "missing") continue;
    refuse(`bindMounts hostPath ${JSON.stringify(hostPath)} does not exist on the host`, sourceRemedy(hostPath));
  }
}

/** How what is mounted comes to be there: devices are the kernel's, and nobody makes them by hand. */
function sourceRemedy(hostPath: string): string {
  if (/^\/(?:dev|proc|sys)\//.test(hostPath)) {
    return "look on the host whether it has another name there, or its driver is not loaded: boot.kernelModules = [ … ];";
  }
  return `create it there, as the directory or file it is to be: systemd.tmpfiles.rules = [ "d ${hostPath} 0755 root root -" ]; makes a directory, "f" in place of "d" an empty file`;
}

function takenAddresses({ network }: DesiredContainer, facts: HostFacts, refuse: Refuse): void {
  for (const field of ["localAddress", "localAddress6"] as const) {
    const address = bareAddress(network[field]);
    const name = address === undefined ? undefined : facts.addresses.get(address);
    if (address === undefined || name === undefined) continue;
    refuse(
      `network.${field} ${address} is already an address of the host itself, on ${plain(name, 40)}`,
      "give the container another address",
    );
  }
}

/** What would cut the host off: nobody could deploy to it, or log in, any more. */
function lostAccess({ network }: DesiredContainer, { host, addresses }: HostFacts, refuse: Refuse): void {
  for (const name of [...network.interfaces, ...network.macvlans].map(hostInterface)) {
    if (name === "lo") refuse('network names the interface "lo", which every network has for itself', "take it out");
  }
  const { sshServer: server } = host;
  if (!server) return;
  if (network.forwardPorts.some(({ protocol, hostPort }) => protocol === "tcp" && hostPort === server.port)) {
    refuse(
      `network.forwardPorts takes tcp port ${server.port}, through which the host itself is reached over SSH`,
      "forward another hostPort, or let the host's sshd listen on another port first",
    );
  }
  const way = addresses.get(bareAddress(server.address) ?? "");
  if (way !== undefined && network.interfaces.map(hostInterface).includes(way)) {
    refuse(
      `network.interfaces takes ${JSON.stringify(way)}, through which the host itself is reached over SSH (${plain(server.address, 60)})`,
      "move another interface into the container, or give it a macvlan of this one (network.macvlans)",
    );
  }
}

/** What the host's nix said of the container's module files. */
export function syntaxProblems(desired: DesiredContainer, facts: HostFacts): Problem[] {
  if (facts.host.syntax.size === 0) return [];
  const where: Where = { construct: desired.construct, host: facts.label, container: desired.name };
  return desired.config.files.flatMap(({ path, text }) => {
    const said = facts.host.syntax.get(sha256(text));
    if (said === undefined) return [];
    const inline = desired.config.inline && path === desired.config.entry;
    const what = `${inline ? "config" : `config file ${JSON.stringify(path)}`} is not valid Nix`;
    return { code: "config", what, where, remedy: "mend the line that nix names", detail: plainLines(said) };
  });
}
