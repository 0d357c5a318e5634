import { z } from "zod";
import { nameProblems } from "../name";
import type { Option } from "./option";

export interface NameProps {
  /**
   * The container's name on its host: at most 11 letters, digits and hyphens.
   * @default the construct's id
   */
  readonly name?: string;
}

export interface Name {
  readonly name: string;
}

export const name: Option<NameProps, Name> = {
  shape: { name: z.string().optional() },

  parse(given, { id, where, problems, isFaulty }) {
    const named = given.name ?? id;
    if (!isFaulty("name")) problems.push(...nameProblems(named, where));
    return { name: named };
  },

  claims: ({ name: named }) => [
    {
      key: `name ${named}`,
      text: `the container name ${JSON.stringify(named)} is also that of`,
      remedy: "give one of them another construct id, or set its `name:`",
    },
  ],
};
