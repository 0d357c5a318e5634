export { planDestroy } from "./destroy-plan";
export { absentBase, ownerHash, treeDigest } from "./digest";
export { type ContainerNeed, type HostNeed, hostNeeds } from "./host-need";
export type { AppInput, PlannedContainer, PlannedHost, StackOwner } from "./input";
export {
  type Action,
  anyBase,
  type Change,
  type ContainerPlan,
  type Effect,
  type FileDiff,
  type HostPlan,
  noBase,
  type Plan,
  type RemovalPlan,
} from "./plan";
export { planApp } from "./planner";
export { withRenames } from "./rename";
export { nothingToRemove } from "./removal-plan";
export { planOfStack, stacksOf } from "./stack";
export { withKept } from "./kept";
export { settleAddresses, type Settled, type SettledAddresses, syntaxText } from "./addresses/settle";
