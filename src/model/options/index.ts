import { adopt, type Adopt, type AdoptProps } from "./adopt";
import { autoStart, type AutoStart, type AutoStartProps } from "./auto-start";
import { bindMounts, type BindMountsProps, type ParsedMounts } from "./bind-mounts";
import { capabilities, type Capabilities, type CapabilitiesProps } from "./capabilities";
import { credentials, type Credentials, type CredentialsProps } from "./credentials";
import { devices, type Devices, type DevicesProps } from "./devices";
import { ephemeral, type Ephemeral, type EphemeralProps } from "./ephemeral";
import { extraFlags, type ExtraFlags, type ExtraFlagsProps } from "./extra-flags";
import { privateUsers, type PrivateUsers, type PrivateUsersProps } from "./private-users";
import { restartIfChanged, type RestartIfChanged, type RestartProps } from "./restart-if-changed";
import { systemCallFilter, type SystemCallFilter, type SystemCallFilterProps } from "./system-call-filter";
import { tmpfs, type Tmpfs, type TmpfsProps } from "./tmpfs";
import { unit, type ParsedUnit, type UnitProps } from "./unit";
import { build, type Build, type BuildProps } from "./build";
import { name, type Name, type NameProps } from "./name";
import { network, type NetworkSetting, type ParsedNetwork } from "./network/network";
import type { Line } from "../line";
import type { Option, Place, Wanted } from "./option";
import { removal, type Removal, type RemovalProps } from "./removal";
import { renamedFrom, type RenamedFrom, type RenamedFromProps } from "./renamed-from";
import { resolvConf, type ResolvConf, type ResolvConfProps } from "./resolv-conf";
import { running, type Running, type RunningProps } from "./running";
import { startOrder } from "./start-order";
import { timeouts, type ParsedTimeouts, type TimeoutsProps } from "./timeouts";

/** Every option of a container, in the order users read them; the network's are a family of their own. */
export const options: readonly Option[] = [
  name,
  build,
  network,
  bindMounts,
  tmpfs,
  ephemeral,
  privateUsers,
  devices,
  capabilities,
  systemCallFilter,
  credentials,
  extraFlags,
  resolvConf,
  running,
  autoStart,
  timeouts,
  restartIfChanged,
  unit,
  startOrder,
  removal,
  renamedFrom,
  adopt,
];

/** The props of a container that are data: all but its host and its configuration. */
export interface ContainerSettings
  extends
    NameProps,
    BuildProps,
    NetworkSetting,
    BindMountsProps,
    TmpfsProps,
    EphemeralProps,
    PrivateUsersProps,
    DevicesProps,
    CapabilitiesProps,
    SystemCallFilterProps,
    CredentialsProps,
    ExtraFlagsProps,
    ResolvConfProps,
    RunningProps,
    AutoStartProps,
    TimeoutsProps,
    RestartProps,
    UnitProps,
    RemovalProps,
    RenamedFromProps,
    AdoptProps {}

/** The part of a container that its settings alone tell, every default filled in. */
export interface ParsedSettings
  extends
    Name,
    Build,
    ParsedNetwork,
    ParsedMounts,
    Tmpfs,
    Ephemeral,
    PrivateUsers,
    Devices,
    Capabilities,
    SystemCallFilter,
    Credentials,
    ExtraFlags,
    ResolvConf,
    Running,
    AutoStart,
    ParsedTimeouts,
    RestartIfChanged,
    ParsedUnit,
    Removal,
    RenamedFrom,
    Adopt {}

/** All that a container's options leave on its host, in the order of the options. */
export function linesOf(container: Wanted, place: Place): readonly Line[] {
  return options.flatMap((option) => option.lines?.(container, place) ?? []);
}
