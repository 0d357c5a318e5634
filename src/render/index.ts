export { hostConfigText } from "./host-config";
export { type PlanDocument, planDocument, planJson } from "./json";
export { styleOf } from "./style";
export { allContainers, hasChanges, summaryText } from "./summary";
export { allProblems, planText, problemsText, type TextOptions } from "./text";
