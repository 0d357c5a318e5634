import { confEntries, confLines, parseConf } from "../model/conf";
import type { DesiredContainer } from "../model/container";
import type { ObservedContainer } from "../model/observed";
import { byProperty } from "../model/options/properties";

/** What a container of the code could be known by under another name. */
export function wantedTraits(desired: DesiredContainer | undefined): string[] {
  return desired ? [`config ${desired.config.digest}`, ...traits(confEntries(desired))] : [];
}

/** The same of a container on its host. */
export function seenTraits(observed: ObservedContainer | undefined): string[] {
  const config = observed?.journal ? [`config ${observed.journal.config}`] : [];
  return [...config, ...traits(parseConf(observed?.conf ?? []))];
}

function traits(conf: ReadonlyMap<string, string>): string[] {
  return [...byProperty(confLines(conf))].flatMap(([{ isTrait }, lines]) =>
    isTrait ? lines.map(({ key, value }) => `${key} ${value}`) : [],
  );
}
