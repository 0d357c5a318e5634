import { z } from "zod";
import { plain } from "../text";
import type { Option } from "./option";

/** What becomes of a container that the code no longer declares. */
export type RemovalPolicy = "archive" | "retain" | "destroy";

export interface RemovalProps {
  /**
   * What becomes of it when the code no longer declares it: `archive` moves root directory, conf and module files aside,
   * `retain` leaves it as it is and forgets it, `destroy` deletes it with its data.
   * @default "archive"
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether removing it is refused.
   * @default false
   */
  readonly protect?: boolean;
}

export interface Removal {
  readonly removalPolicy: RemovalPolicy;
  readonly protect: boolean;
}

/** What a removal does is kept in the journal, for there is no code any more when it comes. */
export const removal: Option<RemovalProps, Removal> = {
  shape: { removalPolicy: z.string().optional(), protect: z.boolean().optional() },

  parse(given, { refuse }) {
    const removalPolicy = given.removalPolicy ?? "archive";
    if (!["archive", "retain", "destroy"].includes(removalPolicy)) {
      refuse(`removalPolicy ${JSON.stringify(removalPolicy)} is not known`, 'use "archive", "retain" or "destroy"');
    }
    return { removalPolicy, protect: given.protect ?? false };
  },

  changes({ desired, journal }) {
    if (!journal) return [];
    const pairs = [
      ["removalPolicy", plain(journal.removal) || "not set", desired.removalPolicy],
      ["protect", String(journal.protect), String(desired.protect)],
    ] as const;
    return pairs
      .filter(([, before, after]) => before !== after)
      .map(([property, before, after]) => ({ property, before, after, effect: "none" }));
  },

  given: ({ removalPolicy, protect }) => [
    ["removalPolicy", removalPolicy === "archive" ? undefined : removalPolicy],
    ["protect", protect ? "true" : undefined],
  ],
};
