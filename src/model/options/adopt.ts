import { z } from "zod";
import type { Option } from "./option";

export interface AdoptProps {
  /**
   * Whether an existing container of this name that nobody manages is taken over.
   * @default false: it is a conflict
   */
  readonly adopt?: boolean;
}

export interface Adopt {
  readonly adopt: boolean;
}

export const adopt: Option<AdoptProps, Adopt> = {
  shape: { adopt: z.boolean().optional() },
  parse: (given) => ({ adopt: given.adopt ?? false }),
};
