import { adopt, type Adopt, type AdoptProps } from "./adopt";
import { autoStart, type AutoStart, type AutoStartProps } from "./auto-start";
import { bindMounts, type BindMountsProps, type ParsedMounts } from "./bind-mounts";
import { build, type Build, type BuildProps } from "./build";
import { name, type Name, type NameProps } from "./name";
import { network, type NetworkSetting, type ParsedNetwork } from "./network/network";
import type { Line } from "../line";
import type { Option, Place, Wanted } from "./option";
import { removal, type Removal, type RemovalProps } from "./removal";
import { resolvConf } from "./resolv-conf";
import { running, type Running, type RunningProps } from "./running";
import { startOrder } from "./start-order";
import { timeouts, type ParsedTimeouts, type TimeoutsProps } from "./timeouts";

/** Every option of a container, in the order users read them; the network's are a family of their own. */
export const options: readonly Option[] = [
  name,
  build,
  network,
  bindMounts,
  resolvConf,
  running,
  autoStart,
  timeouts,
  startOrder,
  removal,
  adopt,
];

/** The props of a container that are data: all but its host and its configuration. */
export interface ContainerSettings
  extends
    NameProps,
    BuildProps,
    NetworkSetting,
    BindMountsProps,
    RunningProps,
    AutoStartProps,
    TimeoutsProps,
    RemovalProps,
    AdoptProps {}

/** The part of a container that its settings alone tell, every default filled in. */
export interface ParsedSettings
  extends Name, Build, ParsedNetwork, ParsedMounts, Running, AutoStart, ParsedTimeouts, Removal, Adopt {}

/** All that a container's options leave on its host, in the order of the options. */
export function linesOf(container: Wanted, place: Place): readonly Line[] {
  return options.flatMap((option) => option.lines?.(container, place) ?? []);
}
