import { z } from "zod";
import { nameProblems } from "../name";
import type { NameProps } from "./name";
import { type Claim, containerWords, type Option } from "./option";

export interface RenamedFromProps {
  /**
   * The name that the container had on this host before: its data moves to the new one, in a restart. Once that is deployed it
   * says nothing any more, and can be left out. Where neither name is there, the container is made.
   * @default none: a container with a new name is a new container
   */
  readonly renamedFrom?: string;
}

export interface RenamedFrom {
  readonly renamedFrom?: string;
}

export const renamedFrom: Option<RenamedFromProps & NameProps, RenamedFrom> = {
  shape: { renamedFrom: z.string().optional() },

  parse({ renamedFrom: old, name }, { id, where, refuse, isFaulty }) {
    if (old === undefined) return {};
    if (nameProblems(old, where).length > 0) {
      refuse(
        `renamedFrom ${JSON.stringify(old)} is no name that a container here can have`,
        "give the name that it has on its host, and adopt one of another kind under its old name first",
      );
    } else if (!isFaulty("name") && old === (name ?? id)) {
      refuse(
        `renamedFrom ${JSON.stringify(old)} is the container's own name`,
        "give the name that it had before, or leave it out",
      );
    }
    return { renamedFrom: old };
  },

  claims: ({ renamedFrom: old }): Claim[] =>
    old === undefined
      ? []
      : [
          {
            key: `renamed from ${old}`,
            text: `renamedFrom ${JSON.stringify(old)} is also that of`,
            remedy: "its data can go to one of them only: take it out of the other",
          },
        ],

  clashes: (neighbours) =>
    neighbours.flatMap((container) => {
      const other = neighbours.find(({ name }) => name === container.renamedFrom);
      if (!other || other === container) return [];
      if (other.renamedFrom === container.name) {
        return [
          {
            container,
            what: `${container.name} is renamed from ${other.name}, and ${containerWords(other)} from ${container.name} in turn`,
            remedy: "swap names in three deploys, by way of a third name",
          },
        ];
      }
      return [
        {
          container,
          what: `renamedFrom ${JSON.stringify(other.name)} is still declared, as ${containerWords(other)}`,
          remedy: "take that one out of the code; or, where the rename is deployed, leave renamedFrom out",
        },
      ];
    }),

  advice: ({ renamedFrom: old, name }, host, { observed }) =>
    old === undefined || observed || host.containers.has(old)
      ? []
      : [`nothing of ${old} is on the host, so that ${name} is made anew, without data (renamedFrom)`],
};
