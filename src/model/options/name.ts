import { z } from "zod";
import { hostLine } from "../host-line";
import { longestHostName, nameProblems } from "../name";
import { plain } from "../text";
import type { Option } from "./option";

export interface NameProps {
  /**
   * The container's name on its host: at most 64 letters, digits and hyphens.
   * @default the construct's id
   */
  readonly name?: string;
}

export interface Name {
  readonly name: string;
}

const hostNameKey = "networking.hostName";

/** As much of a container's name as a host name can hold. */
function hostNameOf(named: string): string {
  return named.slice(0, longestHostName).replace(/-+$/, "");
}

export const name: Option<NameProps, Name> = {
  shape: { name: z.string().optional() },

  parse(given, { id, where, problems, isFaulty }) {
    const named = given.name ?? id;
    if (!isFaulty("name")) problems.push(...nameProblems(named, where));
    return { name: named };
  },

  // nixos-container makes the name a default of the host name, which may not be as long: this one goes before it alone.
  lines: ({ name: named }) =>
    named.length <= longestHostName
      ? []
      : [{ place: "module", key: hostNameKey, value: `lib.mkOverride 999 "${hostNameOf(named)}"` }],

  properties: [
    {
      name: "host name",
      owns: ({ place, key }) => place === "module" && key === hostNameKey,
      words: ([line]) => plain(/"(.*)"/.exec(line?.value ?? "")?.[1] ?? "set"),
      absent: "the container's name",
      effect: "reload",
      isQuiet: true,
    },
  ],

  hostConfig: (_container, host) =>
    host && !host.troubles.some(({ word }) => word === "no-tool" || word === "no-unit")
      ? []
      : [hostLine("boot.enableContainers", "true")],

  claims: ({ name: named }) => [
    {
      key: `name ${named}`,
      text: `the container name ${JSON.stringify(named)} is also that of`,
      remedy: "give one of them another construct id, or set its `name:`",
    },
  ],
};
