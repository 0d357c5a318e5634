import { z } from "zod";
import type { Option } from "./option";

export interface BuildProps {
  /**
   * `system.stateVersion` of the container, such as "25.05".
   * @default the release of the host's nixpkgs when it is created (when adopted: of the system it runs); never moved afterwards
   */
  readonly stateVersion?: string;
  /**
   * Whether a moved nixpkgs of the host is a planned update by itself.
   * @default false: it takes effect with the next change that rebuilds the container
   */
  readonly followNixpkgs?: boolean;
}

export interface Build {
  readonly stateVersion?: string;
  readonly followNixpkgs: boolean;
}

/** What its system is built with; how it differs is told with the system, by the planner. */
export const build: Option<BuildProps, Build> = {
  shape: { stateVersion: z.string().optional(), followNixpkgs: z.boolean().optional() },

  parse({ stateVersion, followNixpkgs }, { refuse }) {
    if (stateVersion !== undefined && !/^\d\d\.\d\d$/.test(stateVersion)) {
      refuse(`stateVersion ${JSON.stringify(stateVersion)} is not a NixOS release`, 'write it like "25.05"');
    }
    return { ...(stateVersion !== undefined && { stateVersion }), followNixpkgs: followNixpkgs ?? false };
  },
};
