export { addressText, tryParseAddress, tryParseMac, type Address } from "./model/address";
export { isInterfaceName } from "./model/interface-name";
export { confEntries, ownerKey, parseConf, renderConf, stateVersionKey } from "./model/conf";
export {
  type ContainerConfig,
  type ContainerSettings,
  type DesiredContainer,
  type ParsedSettings,
  parseSettings,
} from "./model/container";
export { type ErrorCode, NixosError, type Problem, problemText, type Where } from "./model/error";
export { fleetProblems } from "./model/fleet";
export { type DesiredHost, hostProblems, type HostSettings } from "./model/host";
export { containerModule } from "./model/module";
export type { ModuleFile } from "./model/module-file";
export type { ContainerNetwork } from "./model/container-network";
export { longestName, nameProblems } from "./model/name";
export { type BindMount, type BindMounts, parseMounts } from "./model/options/bind-mounts";
export type { ForwardPort } from "./model/options/network/forward-ports";
export { type Network, type NetworkProps, parseNetwork } from "./model/options/network/network";
export type { RemovalPolicy } from "./model/options/removal";
export type { Timeouts } from "./model/options/timeouts";
export type {
  Connection,
  Intent,
  Journal,
  Observation,
  ObservedContainer,
  ObservedHost,
  Trouble,
} from "./model/observed";
export {
  absentBase,
  type Action,
  anyBase,
  type AppInput,
  type Change,
  type ContainerPlan,
  type Effect,
  type FileDiff,
  type HostPlan,
  noBase,
  nothingToRemove,
  ownerHash,
  type Plan,
  planApp,
  planDestroy,
  type PlannedContainer,
  type PlannedHost,
  planOfStack,
  type RemovalPlan,
  type Settled,
  type SettledAddresses,
  settleAddresses,
  type StackOwner,
  stacksOf,
  treeDigest,
} from "./plan";
export {
  allContainers,
  allProblems,
  hasChanges,
  type PlanDocument,
  planDocument,
  planJson,
  planText,
  summaryText,
  type TextOptions,
} from "./render";
