import { z } from "zod";
import type { Refuse } from "../error";
import type { Line } from "../line";
import { pathFault } from "../path";
import { plain } from "../text";
import { hostSideOf } from "./network/extra-veths";
import { isImplied } from "./start-order";
import { elsewhere, parseConfig, relations, unitLine, type UnitValue } from "./unit-config";
import { limits, limitShape, parseLimits, type UnitLimits } from "./unit-limits";
import type { Option } from "./option";

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

export const unit: Option<UnitProps, ParsedUnit> = {
  shape: { unit: shape.optional() },

  parse({ unit: given = {} }, { refuse }) {
    const related = (Object.keys(relations) as (keyof typeof relations)[]).flatMap((setting) =>
      [...new Set(given[setting] ?? [])].sort().map((name) => {
        checkUnitName(`unit.${setting}`, name, refuse);
        return unitLine("Unit", relations[setting], name);
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
