import { type AddressUse, fillMarks, markedNumbers } from "../../model/address-mark";
import type { ContainerConfig } from "../../model/container";
import { defaultPool, poolOf } from "../../model/container-network";
import { fleetProblems } from "../../model/fleet";
import type { Problem } from "../../model/error";
import { contentDigest, type ModuleFile } from "../../model/module-file";
import type { AddressField } from "../../model/options/network/address-pair";
import type { AutoField } from "../../model/options/network/auto-address";
import { holdsAddress, subnetText } from "../../model/subnet";
import { byBytes } from "../../model/text";
import { treeDigest } from "../digest";
import type { AppInput, PlannedContainer, PlannedHost } from "../input";
import { withRenames } from "../rename";
import { type Chosen, HostChoice } from "./host-choice";
import { Placeholders, sampleAddress } from "./placeholder";
import { declaredAddresses } from "./taken";

/** The addresses of a container once they are chosen. */
export interface SettledAddresses {
  readonly addresses: Readonly<Partial<Record<AddressField, string>>>;
  /** Why they are stand-ins that mean nothing; absent where they are what the container has or gets. */
  readonly unknown?: string;
}

export interface Settled {
  /** The input with every address chosen, and filled in where a configuration holds it. */
  readonly input: AppInput;
  /** By construct. */
  readonly addresses: ReadonlyMap<string, SettledAddresses>;
}

/** A container with what was chosen, and its addresses. */
interface Entry extends SettledAddresses {
  readonly container: PlannedContainer;
}

/**
 * Chooses every address that the code leaves open, host by host, and fills it in. A container that has one keeps it; a new one
 * gets the lowest that is free on its host. Pure; the order of the input decides nothing but the order of the output.
 */
export function settleAddresses(input: AppInput): Settled {
  // A container that is renamed keeps what it has under its old name.
  const chosen = chooseAll(withRenames(input));
  const placeholders = new Placeholders(declaredAddresses(input.containers));
  const hosts = new Map(input.hosts.map((planned) => [planned.host.construct, planned]));
  const inOrder = [...input.containers].sort(
    (one, other) =>
      byBytes(one.host, other.host) || byBytes(one.name, other.name) || byBytes(one.construct, other.construct),
  );
  const entries = new Map(
    inOrder.map((container) => [
      container.construct,
      entryOf(container, chosen.get(container), hosts.get(container.host), placeholders),
    ]),
  );
  const all = [...entries.values()];
  const clashes = all.some(({ container }) => container.chosen) ? clashesOf(all) : [];
  const containers = input.containers.map((given) => {
    const container = entries.get(given.construct)?.container ?? given;
    const filled = filledIn(container, entries, hosts.get(container.host));
    const problems = clashes.filter(({ where }) => where.construct === container.construct);
    return problems.length === 0 ? filled : withProblems(filled, problems);
  });
  return { input: { ...input, containers }, addresses: entries };
}

/** The text of a module as its syntax is looked at, before any address is known. */
export function syntaxText({ addresses }: ContainerConfig, text: string): string {
  return addresses ? fillMarks(text, (number) => sampleAddress(addresses.get(number)?.field ?? "")) : text;
}

function chooseAll({ hosts, containers }: AppInput): Map<PlannedContainer, ReadonlyMap<AutoField, Chosen>> {
  const chosen = new Map<PlannedContainer, ReadonlyMap<AutoField, Chosen>>();
  for (const { host, observation } of hosts) {
    if (observation.kind !== "observed") continue;
    const here = containers.filter((container) => container.host === host.construct);
    if (!here.some(({ network }) => network.auto)) continue;
    for (const [container, fields] of new HostChoice(host, observation.host, here).choose()) {
      chosen.set(container, fields);
    }
  }
  return chosen;
}

function entryOf(
  container: PlannedContainer,
  chosen: ReadonlyMap<AutoField, Chosen> | undefined,
  host: PlannedHost | undefined,
  placeholders: Placeholders,
): Entry {
  const { auto, ...network } = container.network;
  if (!auto) return { container, addresses: network };
  const addresses: Partial<Record<AddressField, string>> = { ...network };
  const refused = new Set<AddressField>();
  const notes: string[] = [];
  const free: string[] = [];
  const problems: Problem[] = [];
  for (const field of auto) {
    const { ends, note, problem } = chosen?.get(field) ?? {};
    const { host: near, local } = ends ?? placeholders.next(container, field);
    const gateway = gatewayOf(field);
    addresses[field] = local;
    if (near !== undefined) addresses[gateway] = near;
    if (note !== undefined) {
      notes.push(note);
      free.push(local.split("/")[0] ?? local);
      if (near !== undefined && network.hostBridge === undefined) free.push(near); // a bridge's containers share their gateway
    }
    if (!problem) continue;
    problems.push(problem);
    refused.add(field).add(network[gateway] === undefined ? gateway : field);
  }
  if (host?.observation.kind === "unobserved" && host.observation.reason === "address") {
    problems.push(lateProblem(container, host, auto));
  }
  const unknown = (host && unknownWords(host)) ?? (refused.size > 0 ? "it could not be chosen" : undefined);
  // A stand-in for what could not be chosen would be told to be wrong itself.
  const sound = Object.fromEntries(Object.entries(addresses).filter(([field]) => !refused.has(field as AddressField)));
  return {
    container: { ...container, network: { ...network, ...sound }, chosen: { free, notes, problems } },
    addresses,
    ...(unknown !== undefined && { unknown }),
  };
}

function gatewayOf(field: AutoField): AddressField {
  return field === "localAddress6" ? "hostAddress6" : "hostAddress";
}

function unknownWords({ host, observation }: PlannedHost): string | undefined {
  if (observation.kind === "observed") return undefined;
  if (observation.kind === "failed") return `${host.label} could not be observed`;
  return observation.reason === "off" ? "observation is off" : `the address of ${host.label} is only known after apply`;
}

function lateProblem(
  { construct, name }: PlannedContainer,
  { host }: PlannedHost,
  auto: readonly AutoField[],
): Problem {
  return {
    code: "host",
    what: `network.${auto.join(" and network.")} ${auto.length > 1 ? "are" : "is"} to be chosen, and the address of its host is only known after apply: nothing tells what is free there`,
    where: { construct, host: host.label, container: name },
    remedy: `give the container its addresses: network: { ${auto.map((field) => `${field.replace("local", "host")}: …, ${field}: …`).join(", ")} }`,
  };
}

/** Where the code gives one container what another has and keeps: told to the former. */
function clashesOf(entries: readonly Entry[]): Problem[] {
  const containers = entries.map(({ container }) => container);
  const [keeping, given] = [containers.filter(({ chosen }) => chosen), containers.filter(({ chosen }) => !chosen)];
  return fleetProblems([...keeping, ...given]).map((problem) => ({ ...problem, code: "conflict" }));
}

function withProblems(container: PlannedContainer, problems: readonly Problem[]): PlannedContainer {
  const { free = [], notes = [], problems: before = [] } = container.chosen ?? {};
  return { ...container, chosen: { free, notes, problems: [...before, ...problems] } };
}

/** The container with the addresses of others in its configuration. */
function filledIn(
  container: PlannedContainer,
  entries: ReadonlyMap<string, Entry>,
  host: PlannedHost | undefined,
): PlannedContainer {
  const { addresses: uses } = container.config;
  if (!uses) return container;
  const problems: Problem[] = [];
  const used = new Map<string, string>();
  for (const [number, { construct, field }] of uses) {
    const entry = entries.get(construct);
    const value = entry?.addresses[field]?.split("/")[0];
    used.set(number, value ?? "");
    const isOff = host?.observation.kind === "unobserved" && host.observation.reason === "off";
    if (value !== undefined && (entry?.unknown === undefined || isOff)) continue;
    problems.push({
      code: "host",
      what: `config holds the ${field} of ${construct}, which ${value === undefined ? "has none" : `is not known: ${entry?.unknown ?? ""}`}`,
      where: { construct: container.construct, container: container.name, ...(host && { host: host.host.label }) },
      remedy: `see what is said of ${construct}, or give it its addresses: network: { hostAddress: …, localAddress: … }`,
    });
  }
  const files = container.config.files.map((file) => filledFile(file, used, container.config));
  const digest = treeDigest(new Map(files.map((file) => [file.path, contentDigest(file)])));
  const notes = [...(container.config.notes ?? []), ...ambiguous(container, used, uses, host, entries)];
  const config = { ...container.config, files, digest, ...(notes.length > 0 && { notes }) };
  return problems.length === 0 ? { ...container, config } : withProblems({ ...container, config }, problems);
}

/** An address of another host that may be a neighbour's on this one, as both choose from the same pool. */
function ambiguous(
  { host: here }: PlannedContainer,
  used: ReadonlyMap<string, string>,
  uses: ReadonlyMap<string, AddressUse>,
  host: PlannedHost | undefined,
  entries: ReadonlyMap<string, Entry>,
): string[] {
  const pool = poolOf(host?.host.containerNetwork?.pool ?? defaultPool);
  return [...uses].flatMap(([number, { construct, field }]) => {
    const [value = "", entry] = [used.get(number), entries.get(construct)];
    if (!host || !entry || entry.unknown !== undefined || entry.container.host === here) return [];
    if (!holdsAddress(pool, value)) return [];
    return [
      `config holds ${value}, the ${field} of ${construct} on another host; ${host.host.label} chooses from ${subnetText(pool)} too, so that it may be a neighbour's there: give each host a pool of its own (containerNetwork)`,
    ];
  });
}

function filledFile(file: ModuleFile, used: ReadonlyMap<string, string>, config: ContainerConfig): ModuleFile {
  if (file.bytes !== undefined || markedNumbers(file.text).length === 0) return file;
  const text = fillMarks(file.text, (number) => used.get(number) ?? "");
  return { ...file, text, asked: syntaxText(config, file.text) };
}
