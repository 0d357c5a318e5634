import { z } from "zod";
import type { Refuse } from "../error";
import type { Line } from "../line";
import { pathFault } from "../path";
import { closestName } from "../suggestion";
import { plain } from "../text";
import { hostSideOf } from "./network/extra-veths";
import { isImplied } from "./start-order";
import { limitKeys, limits, limitShape, parseLimits, type UnitLimits } from "./unit-limits";
import type { Option } from "./option";

/** A value of a unit file, as NixOS writes it: a list is the same key several times. */
export type UnitValue = string | number | boolean | readonly (string | number)[];

/** What a container's unit `container@NAME` is told beside its template, by the names of NixOS's `systemd.services.<name>`. */
export interface ContainerUnit extends UnitLimits {
  /**
   * Units of the host after which it starts.
   * @default those that its mounts and interfaces bring
   */
  readonly after?: readonly string[];
  /**
   * Units of the host that must start with it.
   * @default none
   */
  readonly requires?: readonly string[];
  /**
   * Units of the host with which it stops; they must be active while it runs.
   * @default none
   */
  readonly bindsTo?: readonly string[];
  /**
   * Units of the host that start with it, if they can.
   * @default none
   */
  readonly wants?: readonly string[];
  /**
   * Units of the host with which it is stopped and restarted.
   * @default none
   */
  readonly partOf?: readonly string[];
  /**
   * Further lines of the section [Unit] (systemd.unit), such as `ConditionPathExists`.
   * @default none
   */
  readonly unitConfig?: Readonly<Record<string, UnitValue>>;
  /**
   * Further lines of the section [Service] (systemd.service, systemd.exec, systemd.kill), such as `Restart` or `LimitNOFILE`. They
   * count from its next start on.
   * @default none
   */
  readonly serviceConfig?: Readonly<Record<string, UnitValue>>;
}

export interface UnitProps {
  /**
   * What the container's unit on the host is told: order, conditions, restart, limits.
   * @default none
   */
  readonly unit?: ContainerUnit;
}

export interface ParsedUnit {
  /** The lines it is told, in the order of the settings. */
  readonly unit: readonly Line[];
}

/** The settings that name units, by the key of the unit file. */
const relations = {
  after: "After",
  requires: "Requires",
  bindsTo: "BindsTo",
  wants: "Wants",
  partOf: "PartOf",
} as const;

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]);

const names = z.array(z.string()).optional();

const shape = z.strictObject({
  ...(Object.fromEntries(Object.keys(relations).map((key) => [key, names])) as Record<
    keyof typeof relations,
    typeof names
  >),
  unitConfig: z.record(z.string(), value).optional(),
  serviceConfig: z.record(z.string(), value).optional(),
  ...limitShape,
});

/** Keys that a setting of ours writes, and which. */
const elsewhere: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(relations).map(([setting, key]) => [key, `unit.${setting}`])),
  ...Object.fromEntries(limitKeys.map(([setting, key]) => [key, `unit.${setting}`])),
  TimeoutStartSec: "timeouts.start",
  TimeoutSec: "timeouts.start",
  DeviceAllow: "allowedDevices",
  DevicePolicy: "allowedDevices",
  RuntimeDirectory: "ephemeral",
  LoadCredential: "credentials",
  LoadCredentialEncrypted: "credentials",
  SetCredential: "credentials",
};

/** Keys by which the container would be no container any more. */
const ofTheTemplate = new Set([
  ...["Type", "ExecStart", "ExecReload", "ExecStop", "ExecStopPost", "RemainAfterExit", "NotifyAccess", "KillMode"],
  ...["EnvironmentFile", "Delegate", "SyslogIdentifier", "SuccessExitStatus", "RestartForceExitStatus", "BusName"],
  ...["RootDirectory", "User", "Group", "DynamicUser", "PrivateNetwork", "ProtectSystem", "DefaultDependencies"],
]);

/** Keys of the section [Unit] (systemd.unit), which [Service] ignores. */
const ofUnitSection =
  /^(Condition|Assert|(Requires|Wants)MountsFor|StartLimit|On(Failure|Success)|JobTimeout|JobRunning|(Failure|Success)Action|Refuse(ManualStart|ManualStop)|Upholds|Requisite|Before|Conflicts|Propagates|ReloadPropagated|StopPropagated|StopWhenUnneeded|JoinsNamespaceOf|Description$|Documentation$|CollectMode|SourcePath|IgnoreOnIsolate|AllowIsolate|SurviveFinalKillSignal|RebootArgument)/;

/** Keys of the section [Service], by how most of them begin; [Unit] ignores them. */
const ofServiceSection =
  /^(Exec|Restart|Limit|Memory|CPU|IO|Tasks|Device|Environment|Kill|Timeout|Runtime|Watchdog|Nice$|OOM|Slice$|LoadCredential|SetCredential|User$|Group$|Type$|Protect|Private|System|Capability|Ambient|NoNew|Standard|Syslog|Log|State|Cache|UMask|Working|PIDFile|BlockIO|IPAddress|NUMA)/;

/** What the unit's script reads from its environment, and knows the container by. */
const ofTheScript =
  /(?:^|[\s"'])(root|INSTANCE|EXTRA_NSPAWN_FLAGS|SYSTEM_PATH|FLAKE|PRIVATE_\w+|HOST_\w+|LOCAL_\w+|INTERFACES|MACVLANS|NETWORK_NAMESPACE_PATH|AUTO_START|COPY_RESOLV_CONF)=/;

export const unit: Option<UnitProps, ParsedUnit> = {
  shape: { unit: shape.optional() },

  parse({ unit: given = {} }, { refuse }) {
    const related = (Object.keys(relations) as (keyof typeof relations)[]).flatMap((setting) =>
      [...new Set(given[setting] ?? [])].sort().map((name) => {
        checkUnitName(`unit.${setting}`, name, refuse);
        return line("Unit", relations[setting], name);
      }),
    );
    return {
      unit: [
        ...related,
        ...parseConfig("Unit", "unitConfig", given.unitConfig ?? {}, refuse),
        ...parseConfig("Service", "serviceConfig", given.serviceConfig ?? {}, refuse),
        ...parseLimits(given, refuse),
      ],
    };
  },

  lines: (wanted) => wanted.unit,

  properties: [
    ...Object.entries(relations).map(([setting, key]) => ({
      name: `unit.${setting}`,
      owns: (one: Line, all: readonly Line[]) => one.place === "Unit" && one.key === key && !isImplied(one, all),
      words: (lines: readonly Line[]) => plain(lines.map(({ value: name }) => name).join(", ")),
      effect: "none" as const,
    })),
    {
      name: "unit.unitConfig",
      owns: (one, all) => one.place === "Unit" && !Object.hasOwn(elsewhere, one.key) && !isImplied(one, all),
      words: configWords,
      effect: "none",
    },
    {
      name: "unit.serviceConfig",
      owns: ({ place, key }) => place === "Service" && !Object.hasOwn(elsewhere, key),
      words: configWords,
      effect: "none",
    },
    ...limits,
  ],

  units: (wanted) =>
    wanted.unit.filter(({ key }) => key === "Requires" || key === "BindsTo").map(({ value: name }) => name),

  changes: ({ observed, live }) =>
    (observed.foreignDropIns ?? []).map((path) => ({
      property: "unit, set by hand",
      before: plain(path.split("/").at(-1) ?? path, 80),
      effect: live ? "live" : "none",
    })),

  check(wanted, { refuse }) {
    for (const { key, value: command } of wanted.unit) {
      if (key !== "ExecStartPost") continue;
      const veth = wanted.network.extraVeths.find(({ name }) => name === hostSideOf(command));
      if (veth === undefined) continue;
      refuse(
        `unit.serviceConfig.ExecStartPost ${JSON.stringify(command)} is what network.extraVeths.${veth.name} writes`,
        "leave it out",
      );
    }
  },

  sources: (wanted) => conditionPaths(wanted.unit).map(([, path]) => path),

  needs(wanted, { host }, refuse, observed) {
    for (const [key, path] of conditionPaths(wanted.unit)) {
      if (host.sources.get(path) !== "missing") continue;
      refuse(
        `unit.unitConfig ${key} ${JSON.stringify(path)} does not exist on the host, so that the container would stay down without a word`,
        "make it there first, or take the condition out",
      );
    }
    for (const { key, value: name } of wanted.unit) {
      if (key !== "Requires" && key !== "BindsTo") continue;
      const seen = host.units?.get(name);
      const setting = key === "Requires" ? "unit.requires" : "unit.bindsTo";
      if (seen?.load === "not-found") {
        refuse(
          `${setting} names ${JSON.stringify(name)}, which is no unit of the host`,
          "declare it in the host's configuration and rebuild it, or correct its name (`systemctl list-units`)",
        );
      } else if (key === "BindsTo" && observed?.unit === "up" && seen !== undefined && seen.active !== "active") {
        refuse(
          `${setting} names ${JSON.stringify(name)}, which is ${plain(seen.active, 40)}: the running container would be stopped at once`,
          `start it on the host first: systemctl start ${name}`,
        );
      }
    }
  },
};

function line(place: "Unit" | "Service", key: string, text: string): Line {
  return { place, key, value: text };
}

/** What systemd takes as the name of a unit, of the kinds that can be instances, and of the others. */
const unitNames = [
  /^[A-Za-z0-9:_.\\-]+(@[A-Za-z0-9:_.\\@-]+)?\.(service|socket|target|timer|path)$/,
  /^[A-Za-z0-9:_.\\-]+\.(mount|automount|device|swap|scope)$/,
  /^(-|[A-Za-z0-9:_.\\]+(-[A-Za-z0-9:_.\\]+)*)\.slice$/,
];

function checkUnitName(setting: string, name: string, refuse: Refuse): void {
  if (name.length <= 255 && unitNames.some((form) => form.test(name))) return;
  refuse(
    `${setting} ${JSON.stringify(name)} is not the name of a unit`,
    /^[A-Za-z0-9:_@-]+$/.test(name)
      ? `write it with its kind, like "${name}.service"`
      : 'write it like "postgresql.service"',
  );
}

/** The lines of one section; false and true are systemd's words for them. */
function parseConfig(
  place: "Unit" | "Service",
  setting: string,
  given: Readonly<Record<string, UnitValue>>,
  refuse: Refuse,
): Line[] {
  return Object.entries(given)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, values]) => {
      const at = `unit.${setting}.${key}`;
      checkKey(place, at, key, refuse);
      const list = Array.isArray(values)
        ? (values as readonly (string | number)[])
        : [values as string | number | boolean];
      const texts = list.map(String);
      if (key === "RequiresMountsFor") return mountLines(at, texts, refuse);
      return texts.map((text) => {
        checkText(at, key, text, refuse);
        return line(place, key, text);
      });
    });
}

const someKeys = ["Restart", "RestartSec", "Nice", "Slice", "LimitNOFILE", "ConditionPathExists"];

function checkKey(place: "Unit" | "Service", at: string, key: string, refuse: Refuse): void {
  const limit = limitKeys.find(([setting]) => setting === key);
  if (Object.hasOwn(elsewhere, key)) {
    refuse(`${at} has a setting of its own`, `write ${elsewhere[key] ?? ""}`);
  } else if (ofTheTemplate.has(key)) {
    refuse(`${at} is what makes the unit that of a container`, "leave it out");
  } else if (!/^[A-Z][A-Za-z0-9]*$/.test(key)) {
    const close = closestName(key, someKeys);
    const meant = close === undefined ? 'write it like "Restart"' : `did you mean ${close}?`;
    refuse(`${at} is no key of a unit file`, limit === undefined ? meant : `write unit.${limit[0]}`);
  } else if (place === "Service" && ofUnitSection.test(key)) {
    refuse(`${at} is of the section [Unit], and ignored here`, "write it in unit.unitConfig");
  } else if (place === "Unit" && ofServiceSection.test(key) && !ofUnitSection.test(key)) {
    refuse(`${at} is of the section [Service], and ignored here`, "write it in unit.serviceConfig");
  }
}

function checkText(at: string, key: string, text: string, refuse: Refuse): void {
  const said = `${at} ${JSON.stringify(text)}`;
  if (/[\r\n\u0000]|\\$/.test(text) || /\p{Surrogate}/u.test(text) || text.trim() !== text || text === "") {
    refuse(`${said} cannot be the value of a line`, "give it without line breaks, and without white space at its ends");
  }
  const [, name] = key === "Environment" ? (ofTheScript.exec(text) ?? []) : [];
  if (name !== undefined) {
    refuse(
      `${said} sets ${name}, by which the unit's script knows the container`,
      "leave it out, or use the option that writes it (ephemeral, network, extraFlags)",
    );
  }
}

/** Several paths may stand in a line; each is one of its own, as it is read back. */
function mountLines(at: string, texts: readonly string[], refuse: Refuse): Line[] {
  const paths = texts.flatMap((text) => text.split(/\s+/)).filter((path) => path !== "");
  for (const path of paths) {
    const fault = pathFault(path);
    if (fault === undefined) continue;
    refuse(
      `${at} ${JSON.stringify(path)} ${fault}`,
      'give the absolute path of a directory on the host, like "/tank/data"',
    );
  }
  return [...new Set(paths)].sort().map((path) => line("Unit", "RequiresMountsFor", path));
}

function configWords(lines: readonly Line[]): string {
  return plain(lines.map(({ key, value: text }) => `${key}=${text}`).join(", "));
}

/** The paths that a condition wants to be there, with its key. */
function conditionPaths(lines: readonly Line[]): (readonly [key: string, path: string])[] {
  return lines.flatMap(({ place, key, value: path }) =>
    place === "Unit" &&
    /^Condition(PathExists|PathIsDirectory|FileNotEmpty)$/.test(key) &&
    pathFault(path) === undefined
      ? [[key, path] as const]
      : [],
  );
}
