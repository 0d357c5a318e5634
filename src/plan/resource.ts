import { tryParseAddress } from "../model/address";
import { hostInterface } from "../model/interface-name";
import { plain } from "./text";

/** Something of the host that only one running container can have. */
export interface Resource {
  readonly kind: "local" | "host" | "port" | "interface";
  /** What distinguishes it, such as `tcp:8080`. */
  readonly value: string;
  /** How the plan calls it. */
  readonly text: string;
}

/** What a container with this conf takes while it is up. */
export function resourcesOf(conf: ReadonlyMap<string, string>): Resource[] {
  const resources: Resource[] = [];
  for (const [key, kind] of [
    ["LOCAL_ADDRESS", "local"],
    ["LOCAL_ADDRESS6", "local"],
    ["HOST_ADDRESS", "host"],
    ["HOST_ADDRESS6", "host"],
  ] as const) {
    const value = bareAddress(conf.get(key));
    if (value !== undefined) resources.push({ kind, value, text: `the address ${plain(value, 60)}` });
  }
  for (const spec of listOf(conf.get("HOST_PORT"), ",")) {
    const [, protocol = "tcp", port = ""] = /^(?:(tcp|udp|sctp):)?(\d+)(?::\d+)?$/.exec(spec) ?? [];
    if (port !== "") resources.push({ kind: "port", value: `${protocol}:${port}`, text: `${protocol} port ${port}` });
  }
  for (const name of listOf(conf.get("INTERFACES"), /\s+/).map(hostInterface)) {
    resources.push({ kind: "interface", value: name, text: `the interface ${plain(name, 60)}` });
  }
  return resources;
}

/** The keys of what may not be held by another container while this is taken; two containers may share their host address. */
export function rivals({ kind, value }: Resource): string[] {
  switch (kind) {
    case "local":
      return [`local ${value}`, `host ${value}`];
    case "host":
      return [`local ${value}`];
    default:
      return [`${kind} ${value}`];
  }
}

/** The key a resource is held under. */
export function keyOf({ kind, value }: Resource): string {
  return `${kind} ${value}`;
}

/** An address without its prefix, in canonical form. */
export function bareAddress(value: string | undefined): string | undefined {
  return value === undefined ? undefined : (tryParseAddress(value)?.text ?? value.split("/")[0]);
}

function listOf(value: string | undefined, separator: string | RegExp): string[] {
  return (value ?? "").split(separator).filter((item) => item !== "");
}
