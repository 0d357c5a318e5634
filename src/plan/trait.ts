import { confEntries, parseConf } from "../model/conf";
import type { DesiredContainer } from "../model/container";
import type { ObservedContainer } from "../model/observed";

/** What a container of the code could be known by under another name. */
export function wantedTraits(desired: DesiredContainer | undefined): string[] {
  return desired ? [`config ${desired.config.digest}`, ...addresses(confEntries(desired))] : [];
}

/** The same of a container on its host. */
export function seenTraits(observed: ObservedContainer | undefined): string[] {
  const config = observed?.journal ? [`config ${observed.journal.config}`] : [];
  return [...config, ...addresses(parseConf(observed?.conf ?? []))];
}

function addresses(conf: ReadonlyMap<string, string>): string[] {
  return ["LOCAL_ADDRESS", "LOCAL_ADDRESS6", "LOCAL_MAC_ADDRESS"].flatMap((key) => {
    const value = conf.get(key);
    return value === undefined ? [] : [`${key} ${value}`];
  });
}
