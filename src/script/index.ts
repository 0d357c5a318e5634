export { convergeCall, fileTrigger, type PlannedChange } from "./converge";
export { ownerHash, type Probe, probeProgram } from "./probe";
export { type Dialect, plainDialect, type ProgramName, programText } from "./program";
export { shellQuote } from "./quote";
export { reapCall, teardownCall } from "./remove";
export { sshClient } from "./ssh";
