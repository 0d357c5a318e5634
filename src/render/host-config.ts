import { plain } from "../model/text";
import type { HostNeed } from "../plan";

/** One option of a module, and which containers it is for. */
interface Setting {
  readonly option: string;
  /** The elements of a list, or the one value. */
  readonly values: Map<string, Wish>;
  readonly isList: boolean;
}

interface Wish {
  readonly names: string[];
  readonly remark?: string;
}

/**
 * The NixOS module of each host that the containers of the code need: valid Nix, the containers of each line behind it.
 * @param stack the one whose containers alone are meant
 */
export function hostConfigText(hosts: readonly HostNeed[], stack?: string): string {
  const meant = hosts
    .map((host) => ({
      ...host,
      containers: host.containers.filter((container) => stack === undefined || container.stack === stack),
    }))
    .filter(({ containers }) => containers.length > 0);
  return meant.length === 0 ? "# The code declares no container.\n" : meant.map(moduleText).join("\n");
}

function moduleText({ label, address, isSeen, containers }: HostNeed): string {
  const settings = new Map<string, Setting>();
  const remarks: string[] = [];
  for (const { name, lines } of containers) {
    for (const { option, value = "", isItem = false, remark } of lines) {
      if (option === undefined) {
        remarks.push(`${name}: ${remark ?? ""}`);
        continue;
      }
      const setting = settings.get(option) ?? { option, values: new Map<string, Wish>(), isList: isItem };
      settings.set(option, setting);
      const wish = setting.values.get(value) ?? { names: [], ...(remark !== undefined && { remark }) };
      setting.values.set(value, wish);
      if (!wish.names.includes(name)) wish.names.push(name);
    }
  }
  const body = [...settings.values()].flatMap(settingLines);
  const needsPkgs = body.some((line) => line.includes("${pkgs."));
  const head = [
    `${label} (${address}): what its NixOS configuration needs for the containers that the code declares.`,
    isSeen
      ? "What it was seen to have already is left out."
      : "It was not looked at: what it has already stands here too.",
  ];
  return [
    ...[...head, ...remarks].map((line) => `# ${plain(line, 400)}`),
    ...(needsPkgs ? ["{ pkgs, ... }:"] : []),
    ...(body.length === 0 ? ["{ }"] : ["{", ...body.map((line) => `  ${line}`), "}"]),
    "",
  ].join("\n");
}

function settingLines({ option, values, isList }: Setting): string[] {
  const wishes = [...values].map(([value, wish]) => [value, commentOf(wish)] as const);
  if (!isList) return wishes.map(([value, comment]) => `${option} = ${value}; ${comment}`);
  return [`${option} = [`, ...wishes.map(([value, comment]) => `  ${value} ${comment}`), "];"];
}

function commentOf({ names, remark }: Wish): string {
  return plain(`# ${names.join(", ")}${remark === undefined ? "" : ` (${remark})`}`, 400);
}
