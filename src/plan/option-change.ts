import type { Change, Effect } from "../model/change";
import { confEntries, confLines, parseConf } from "../model/conf";
import type { DesiredContainer } from "../model/container";
import { parseDropIn, renderDropIn } from "../model/drop-in";
import { flagsKey, isUnitLine, type Line, sameLines } from "../model/line";
import { readContainerModule } from "../model/module";
import type { Journal, ObservedContainer, ObservedHost } from "../model/observed";
import { linesOf, options } from "../model/options";
import type { Property, Sight } from "../model/options/option";
import { byProperty, isOwned, properties } from "../model/options/properties";
import { plain } from "../model/text";

/** A container as the code wants it beside what there is of it. */
export interface Compared {
  readonly desired: DesiredContainer;
  readonly observed: ObservedContainer;
  readonly host: ObservedHost;
  /** Without one, as for a container that is adopted, there is nothing to say of what a journal keeps. */
  readonly journal?: Journal;
  /** Whether the container runs and goes on running. */
  readonly live: boolean;
}

/** What differs in the options of a container: first what its conf says, then the rest, in the order of the options. */
export function optionChanges(compared: Compared): Change[] {
  const { desired, observed, host, journal, live } = compared;
  const wanted = readBack(linesOf(desired, host));
  const dropIn = parseDropIn(observed.dropIn);
  // What is foreign as a whole is told as a whole, and what is missing as missing: no option differs by it.
  const conf = journal && !observed.conf ? wanted.filter(isConf) : confLines(parseConf(observed.conf ?? []));
  const unit = dropIn ?? wanted.filter(isUnitLine);
  const seen = [...inPlaces(conf), ...unit, ...insideLines(observed, journal, wanted)];
  const all = [...seen, ...wanted];
  const [before, after] = [byProperty(seen, all), byProperty(wanted, all)];
  const differing = (ofConf: boolean, some: readonly Property[]): Change[] =>
    some.flatMap((property) => {
      const [was, is] = [before.get(property) ?? [], after.get(property) ?? []];
      if (sameLines(was, is) || [...was, ...is].some(isConf) !== ofConf) return [];
      return [change(property, was, is, wanted, live)];
    });
  const told = [...differing(true, properties)];
  const flagsTold = properties.some((property) => !sameFlags(before.get(property) ?? [], after.get(property) ?? []));
  told.push(...confChanges(compared, told, flagsTold));
  for (const option of options) {
    told.push(...differing(false, option.properties ?? []));
    const sight: Sight = { desired, observed, host, ...(journal && { journal }), seen, wanted, live, told };
    told.push(...(option.changes?.(sight) ?? []));
  }
  const isForeign = (line: Line): boolean =>
    isUnitLine(line) && !isOwned(line, all) && !options.some((option) => option.owns?.(line, all));
  // The same lines in another order are told where nothing else is: what differs is never passed over.
  const isTurned = told.length === 0 && renderDropIn(wanted).join("\n") !== observed.dropIn.join("\n");
  if (!dropIn || isTurned || !sameLines(seen.filter(isForeign), wanted.filter(isForeign))) {
    const was = plain(observed.dropIn.join(" "), 80);
    told.push({ property: "drop-in of the unit", before: was, after: "as we write it", effect: "none" });
  }
  return desired.restartIfChanged ? told : told.map(atNextStart);
}

/** What shall be, in the order in which it is read from a host: a drop-in has the units of a key in one place. */
function readBack(lines: readonly Line[]): readonly Line[] {
  return [
    ...inPlaces(lines.filter(isConf)),
    ...(parseDropIn(renderDropIn(lines)) ?? lines.filter(isUnitLine)),
    ...lines.filter(({ place }) => place === "module"),
  ];
}

/** A conf may have its flags before its other keys, or after them: that means nothing. */
function inPlaces(conf: readonly Line[]): readonly Line[] {
  return [...conf.filter(({ place }) => place === "conf"), ...conf.filter(({ place }) => place === "flag")];
}

/** A change that would restart a container that shall not be. */
function atNextStart(change: Change): Change {
  if (change.effect !== "restart" && change.effect !== "danger") return change;
  const after = `${change.after ?? "none"}, from its next start on`;
  return { ...change, after, effect: change.effect === "danger" ? "danger" : "none" };
}

/** What a new container is given: only what differs from an empty one. */
export function givenChanges(desired: DesiredContainer, host: ObservedHost): Change[] {
  const lines = byProperty(linesOf(desired, host));
  return options.flatMap((option) => [
    ...(option.properties ?? []).flatMap((property): Change[] => {
      const own = lines.get(property);
      return own === undefined || property.isQuiet ? [] : [withoutBefore(change(property, [], own, own, false))];
    }),
    ...(option.given?.(desired) ?? []).flatMap(([property, after]): Change[] =>
      after === undefined ? [] : [{ property, after, effect: "none" }],
    ),
  ]);
}

function change(
  property: Property,
  was: readonly Line[],
  is: readonly Line[],
  wanted: readonly Line[],
  live: boolean,
): Change {
  const [before, after] = [was, is].map((lines) => (lines.length > 0 ? property.words(lines) : property.absent));
  const effect = typeof property.effect === "string" ? property.effect : property.effect(was, is, wanted);
  return {
    property: property.name,
    ...(before !== undefined && { before: before === after ? `${before}, written otherwise` : before }),
    ...(after !== undefined && { after }),
    effect: live || effect === "danger" ? effect : "none",
  };
}

/** Nothing of a new container is at stake. */
function withoutBefore({ property, after }: Change): Change {
  return { property, ...(after !== undefined && { after }), effect: "none" };
}

function sameFlags(some: readonly Line[], others: readonly Line[]): boolean {
  const flags = (lines: readonly Line[]): Line[] => lines.filter(({ place }) => place === "flag");
  return sameLines(flags(some), flags(others));
}

/** What the module of ours sets inside; where it cannot be told, it is told as a whole. */
function insideLines(
  observed: ObservedContainer,
  journal: Journal | undefined,
  wanted: readonly Line[],
): readonly Line[] {
  const text = journal && observed.texts.get(`${journal.module}/container.nix`);
  return readContainerModule(text ?? "")?.lines ?? wanted.filter(({ place }) => place === "module");
}

function isConf({ place }: Line): boolean {
  return place === "conf" || place === "flag";
}

/** What the conf says that no option writes there; that it is missing; that it may not be in effect. */
function confChanges(
  { desired, observed, journal, live }: Compared,
  told: readonly Change[],
  flagsTold: boolean,
): Change[] {
  const effect = live ? "restart" : "none";
  if (journal && !observed.conf) {
    return [{ property: "conf on the host", before: "missing", after: "as in the code", effect }];
  }
  const [before, after] = [parseConf(observed.conf ?? []), confEntries(desired)];
  const lines = [...confLines(before), ...confLines(after)];
  const foreign = lines.filter((line) => line.place === "conf" && !isOwned(line, lines));
  const keys = [...new Set(foreign.map(({ key }) => key))].sort();
  // The same flags in another order, or with other white space between them.
  if (!flagsTold) keys.push(flagsKey);
  const changes = keys
    .filter((key) => differ(before, after, key))
    .map((key): Change => {
      const [was, is] = [before.get(key), after.get(key)];
      return {
        property: plain(`conf ${key}`, 60),
        ...(was !== undefined && { before: plain(was) }),
        ...(is !== undefined && { after: plain(is) }),
        effect,
      };
    });
  const isIdle = told.length + changes.length === 0 && journal !== undefined && desired.restartIfChanged;
  return isIdle ? effectiveChange(observed, effect) : changes;
}

function differ(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>, key: string): boolean {
  return before.get(key) !== after.get(key);
}

/** The conf reads as wanted, but was written after the container began to start. */
function effectiveChange({ unit, since, confTime }: ObservedContainer, effect: Effect): Change[] {
  if (unit !== "up" || since === undefined || confTime === undefined || confTime <= since) return [];
  return [
    { property: "conf in effect", before: "unknown: written after the container started", after: "as written", effect },
  ];
}
