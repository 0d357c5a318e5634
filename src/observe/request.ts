import type { DesiredHost } from "../model/host";

/** A module file whose syntax the host's own nix shall judge. */
export interface SyntaxQuestion {
  readonly sha256: string;
  readonly text: string;
}

/** One host to observe, and what is to be asked of it. */
export interface HostRequest {
  readonly host: DesiredHost;
  /** Paths that containers bind. */
  readonly sources: readonly string[];
  /**
   * Containers that bind them: asked for what their units may open, where sources are devices.
   * @default none
   */
  readonly mounting?: readonly string[];
  /** Owners whose last removal is of interest. */
  readonly owners: readonly string[];
  /**
   * Units of the host whose state is of interest.
   * @default none
   */
  readonly units?: readonly string[];
  /**
   * Keys of the conf of which it is asked whether the containers' unit reads them.
   * @default none
   */
  readonly keys?: readonly string[];
  readonly syntax: readonly SyntaxQuestion[];
  /**
   * Containers that may be adopted, whose own configuration is to be shown.
   * @default none
   */
  readonly adopted?: readonly string[];
}

/** Everything one observation asks; plain data, so that it can go to a child process. */
export interface ObserveRequest {
  readonly hosts: readonly HostRequest[];
  /**
   * Seconds until a host must have answered and agreed on keys.
   * @default 10
   */
  readonly connectTimeout?: number;
  /**
   * Seconds one host may take altogether.
   * @default 120
   */
  readonly timeout?: number;
  /**
   * How many hosts are asked at once.
   * @default 32, of which 8 through the same jump host (sshd drops more than 10 that are logging in)
   */
  readonly parallelism?: number;
  /**
   * Path of the ssh configuration to read instead of the user's and the system's (`ssh -F`).
   * @default the environment's CDKTF_NIXOS_SSH_CONFIG
   */
  readonly sshConfig?: string;
}
