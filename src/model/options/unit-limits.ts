import { z } from "zod";
import type { Refuse } from "../error";
import type { Line } from "../line";
import { plain } from "../text";
import type { Property } from "./option";

/** Limits of what a container may use of its host (systemd.resource-control). A change reaches a running container at once. */
export interface UnitLimits {
  /**
   * Memory it may have at most, above which it is killed: bytes, "512M", "2G", or a part of the host's, "25%".
   * @default infinity
   */
  readonly memoryMax?: string | number;
  /**
   * Memory above which it is slowed down, in the same form.
   * @default infinity
   */
  readonly memoryHigh?: string | number;
  /**
   * Time of processors it may have, in percent of one: "50%", "200%" for two.
   * @default no quota
   */
  readonly cpuQuota?: string;
  /**
   * Its share of the processors when they are short, 1 to 10000, where others have 100.
   * @default 100
   */
  readonly cpuWeight?: number;
  /**
   * Tasks (processes and threads) it may have, a number, or a part of what the host can have: "10%".
   * @default the host's DefaultTasksMax: 15 %
   */
  readonly tasksMax?: string | number;
  /**
   * Its share of reading and writing when that is short, 1 to 10000, where others have 100.
   * @default 100
   */
  readonly ioWeight?: number;
}

const sizes = { test: isSize, form: '"512M", "2G", "25%" or a number of bytes' };
const weights = { test: isWeight, form: "a whole number from 1 to 10000" };

/** The limits: setting, key of the unit file, and what it takes. */
const known = [
  ["memoryMax", "MemoryMax", sizes],
  ["memoryHigh", "MemoryHigh", sizes],
  ["cpuQuota", "CPUQuota", { test: (text: string) => /^[1-9]\d{0,5}%$/.test(text), form: '"50%", of one processor' }],
  ["cpuWeight", "CPUWeight", weights],
  ["tasksMax", "TasksMax", { test: isCount, form: 'a whole number, or "10%"' }],
  ["ioWeight", "IOWeight", weights],
] as const;

/** Setting and key of each. */
export const limitKeys: readonly (readonly [setting: keyof UnitLimits, key: string])[] = known.map(([setting, key]) => [
  setting,
  key,
]);

const amount = z.union([z.number(), z.string()]).optional();

export const limitShape = {
  memoryMax: amount,
  memoryHigh: amount,
  cpuQuota: amount,
  cpuWeight: amount,
  tasksMax: amount,
  ioWeight: amount,
};

export const limits: readonly Property[] = limitKeys.map(([setting, key]) => ({
  name: `unit.${setting}`,
  owns: (line: Line) => line.place === "Service" && line.key === key,
  words: (lines: readonly Line[]) => plain(lines.at(-1)?.value ?? ""),
  effect: "live",
}));

/** The lines of the limits that are given. */
export function parseLimits(given: UnitLimits, refuse: Refuse): Line[] {
  return known.flatMap(([setting, key, { test, form }]): Line[] => {
    const amount = given[setting];
    if (amount === undefined) return [];
    const text = String(amount);
    const said = `unit.${setting} ${JSON.stringify(amount)}`;
    if (!test(text)) refuse(`${said} is no such limit`, `give ${form}`);
    else if (test === isSize && bytesOf(text) < 2 ** 20) {
      refuse(`${said} is so many bytes, in which no system runs`, 'write it with its unit, like "512M"');
    }
    return [{ place: "Service", key, value: text }];
  });
}

function isSize(text: string): boolean {
  return (/^[1-9]\d{0,18}[KMGT]?$/.test(text) && bytesOf(text) < 2 ** 63) || isPart(text) || text === "infinity";
}

/** How many bytes a size stands for; a part of the host's is as much as it takes. */
function bytesOf(text: string): number {
  const [, number, unit = ""] = /^(\d+)([KMGT]?)$/.exec(text) ?? [];
  return number === undefined ? Infinity : Number(number) * 1024 ** ["", "K", "M", "G", "T"].indexOf(unit);
}

function isCount(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text) || isPart(text) || text === "infinity";
}

function isPart(text: string): boolean {
  return /^([1-9]\d?|100)%$/.test(text);
}

function isWeight(text: string): boolean {
  return /^[1-9]\d*$/.test(text) && Number(text) <= 10000;
}
