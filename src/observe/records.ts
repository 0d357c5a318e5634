import { NixosError } from "../model/error";
import type {
  Access,
  Device,
  LastFailure,
  ObservedContainer,
  ObservedHost,
  Trouble,
  UnderWay,
} from "../model/observed";
import { ContainerRecords } from "./container-records";
import { fromBase64 } from "./journal";

/** How many fields each kind of record has at least, the kind included. */
const widths: Readonly<Record<string, number>> = {
  host: 3,
  state: 4,
  info: 4,
  source: 3,
  device: 6,
  access: 4,
  parse: 3,
  unit: 4,
  key: 3,
  work: 7,
  failure: 6,
};

/**
 * Reads the records of a probe (docs/host.md), given as one latin1 string a line.
 * Kinds and fields it does not know are skipped: a newer program may tell more.
 *
 * @throws NixosError for records that are not what the contract says
 */
export function parseRecords(lines: readonly string[]): ObservedHost {
  const facts = new Map<string, string[]>();
  const containers = new Map<string, ContainerRecords>();
  const sources = new Map<string, "dir" | "file" | "missing">();
  const syntax = new Map<string, string | undefined>();
  const devices = new Map<string, Device[]>();
  const access = new Map<string, Access>();
  const units = new Map<string, { readonly load: string; readonly active: string }>();
  const keys = new Map<string, boolean>();
  const underWay = new Map<string, UnderWay>();
  const failures = new Map<string, LastFailure>();
  for (const line of lines) {
    const fields = line.split("\t").map(utf8);
    const [kind = "", first = "", second = "", ...rest] = fields;
    if (fields.length < (widths[kind] ?? 0)) throw malformed(line);
    switch (kind) {
      case "host": {
        const value = [second, ...rest].join("\t");
        facts.set(first, [...(facts.get(first) ?? []), value]);
        break;
      }
      case "state":
      case "info": {
        const records = containers.get(first) ?? new ContainerRecords(first);
        containers.set(first, records);
        const start = line.indexOf("\t", line.indexOf("\t") + 1) + 1;
        if (kind === "state") records.addState(line.slice(start), second, rest.join("\t"));
        else records.addInfo(second, rest);
        break;
      }
      case "source":
        if (second !== "dir" && second !== "file" && second !== "missing") throw malformed(line);
        sources.set(first, second);
        break;
      case "device": {
        const [major = "", minor = "", node = ""] = rest;
        const kind = second === "block" ? "block" : "char";
        devices.set(first, [...(devices.get(first) ?? []), { kind, major: Number(major), minor: Number(minor), node }]);
        break;
      }
      case "access": {
        const known = access.get(first) ?? { policy: "", allowed: [] };
        const [kind = "", major = "", minor = ""] = rest;
        access.set(
          first,
          second === "policy"
            ? { ...known, policy: kind }
            : {
                ...known,
                allowed: [...known.allowed, { rights: second, kind, major: Number(major), ...number("minor", minor) }],
              },
        );
        break;
      }
      case "unit":
        units.set(first, { load: second, active: rest[0] ?? "" });
        break;
      case "key":
        keys.set(first, second === "yes");
        break;
      case "work": {
        const [since = "", step = "", took = "", who = ""] = rest;
        underWay.set(first, { action: second, ...number("since", since), step, ...number("took", took), who });
        break;
      }
      case "failure": {
        const [step = "", owner = "", ...reason] = rest;
        failures.set(first, { owner, ...number("time", second), step, reason: reason.join("\t") });
        break;
      }
      case "parse":
        if (second === "ok") syntax.set(first, undefined);
        else if (second === "error") syntax.set(first, joined(syntax.get(first), rest.join("\t")));
        else if (second !== "unknown") throw malformed(line);
        break;
    }
  }
  return observedHost(facts, {
    sources,
    devices,
    access,
    syntax,
    containers: built(containers),
    underWay,
    failures,
    ...(units.size > 0 && { units }),
    ...(keys.size > 0 && { keys }),
  });
}

function observedHost(
  facts: ReadonlyMap<string, readonly string[]>,
  rest: Pick<
    ObservedHost,
    "sources" | "devices" | "access" | "syntax" | "containers" | "underWay" | "failures" | "units" | "keys"
  >,
): ObservedHost {
  const all = (field: string): readonly string[] => facts.get(field) ?? [];
  const one = (field: string): string => all(field)[0] ?? "";
  return {
    machineId: one("machine-id"),
    hostname: one("hostname"),
    os: one("os"),
    confDir: one("conf-dir"),
    stateDir: one("state-dir"),
    ...(one("nixpkgs") !== "" && { nixpkgs: one("nixpkgs") }),
    ...(one("nixpkgs-release") !== "" && { nixpkgsRelease: one("nixpkgs-release") }),
    interfaces: all("interface"),
    bridges: all("bridge"),
    addresses: all("address"),
    ...(all("route").length > 0 && { routes: all("route") }),
    ipForward: one("ip-forward") === "1",
    ...(all("network").length > 0 && { network: all("network") }),
    ...(one("way-out") !== "" && { wayOut: one("way-out") }),
    ...(all("nameserver").length > 0 && { nameservers: all("nameserver") }),
    ...(all("listens").length > 0 && { listens: [...new Set(all("listens").map(Number))].sort((a, b) => a - b) }),
    systemControl: one("system-control") === "writable" ? "writable" : "read-only",
    hostKeys: all("host-key"),
    ...(all("host-certificate").length > 0 && { hostCertificates: all("host-certificate") }),
    ...(Number(one("auth-tries")) > 0 && { authTries: Number(one("auth-tries")) }),
    scriptDir: one("script-dir") || ".",
    ...(one("ssh-server") !== "" && { sshServer: sshServer(one("ssh-server")) }),
    troubles: all("trouble").map((text): Trouble => {
      const [word, rest] = firstWord(text);
      return { word, text: rest };
    }),
    reaps: new Map(
      all("reap").map((text) => {
        const [hash, token] = firstWord(text);
        return [hash, fromBase64(token)];
      }),
    ),
    ...rest,
  };
}

function sshServer(text: string): NonNullable<ObservedHost["sshServer"]> {
  const [address, port] = firstWord(text);
  return { address, port: Number(port) };
}

function built(containers: ReadonlyMap<string, ContainerRecords>): Map<string, ObservedContainer> {
  const observed = new Map<string, ObservedContainer>();
  for (const [name, records] of containers) {
    const container = records.container();
    if (container) observed.set(name, container);
  }
  return observed;
}

function number<K extends string>(key: K, text: string): { readonly [P in K]?: number } {
  return /^\d+$/.test(text) ? ({ [key]: Number(text) } as { readonly [P in K]?: number }) : {};
}

function firstWord(text: string): [string, string] {
  const at = text.indexOf(" ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function joined(before: string | undefined, line: string): string {
  return before === undefined ? line : `${before}\n${line}`;
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function malformed(line: string): NixosError {
  return new NixosError([
    {
      code: "internal",
      what: `the probe wrote a record that cannot be read: ${JSON.stringify(utf8(line).slice(0, 200))}`,
      where: {},
      remedy: "report it as a bug of cdktf-nixos-containers, with this line",
    },
  ]);
}
