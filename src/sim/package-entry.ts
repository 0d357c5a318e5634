export { EmbeddedHost } from "./own-process";
export type { CommandResult, HostConnection, Snapshot } from "./embedded-host";
export type { KeyType } from "./host-keys";
export type { DeclarativeContainer, Durations, EmbeddedHostOptions, Nixpkgs } from "./options";
export type { Faults } from "./settings";
