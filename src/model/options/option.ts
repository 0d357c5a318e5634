import type { z } from "zod";
import type { Change, Effect } from "../change";
import type { DesiredContainer } from "../container";
import type { Problem, Refuse, Where } from "../error";
import type { HostFacts } from "../host-facts";
import type { HostLine } from "../host-line";
import type { Line } from "../line";
import type { Journal, ObservedContainer, ObservedHost } from "../observed";

/**
 * One option of a container, or a family of options that mean something only together: all that is to be known of it.
 * What it does not say, it has nothing to say of. Everything that speaks of options is a loop over the list of them.
 */
export interface Option<Given extends object = object, Value extends object = object> {
  /** The shape of its settings, by name: for callers that no compiler checks, and for names that are one letter off. */
  readonly shape: z.core.$ZodShape;
  /** Its settings checked, with every default filled in; settings of a wrong shape are left out already. */
  parse(given: Given, check: Check): Value;
  /** What does not go together with other options. */
  check?(container: Wanted, check: Check): void;
  /** What it leaves on the host. */
  lines?(container: Wanted, place: Place): readonly Line[];
  /** How what it leaves there is told from what others do, and shown. */
  readonly properties?: readonly Property[];
  /** Whether it is this option whose `changes` tell of a line that no property owns. */
  owns?(line: Line, all: readonly Line[]): boolean;
  /** What differs that no property tells. */
  changes?(sight: Sight): readonly Change[];
  /** What a new container is told to have that no property tells, and that goes without saying where it is the default. */
  given?(container: Wanted): readonly (readonly [property: string, value: string | undefined])[];
  /** What the container may not share with others that the code declares on the same host. */
  claims?(container: Wanted): readonly Claim[];
  /** What else is wrong between the containers that the code declares on one host. */
  clashes?(neighbours: readonly DesiredContainer[]): readonly Clash[];
  /** What a running container with this conf has of its host. */
  holds?(conf: ReadonlyMap<string, string>): readonly Resource[];
  /** Units of the host whose state is of interest. */
  units?(container: Wanted): readonly string[];
  /** Keys of the conf that not every host's container unit reads. */
  newKeys?(container: Wanted): readonly string[];
  /** Paths of the host that must be there when the container starts. */
  sources?(container: Wanted): readonly string[];
  /** What on the host stands in its way when the container is changed and shall run. */
  needs?(container: DesiredContainer, facts: HostFacts, refuse: Refuse, observed?: ObservedContainer): void;
  /** What its host's own NixOS configuration needs for it; without what it was seen to have, where it was looked at. */
  hostConfig?(container: Wanted, host?: ObservedHost): readonly HostLine[];
  /** What is good to know on this host when the container is made or changed. */
  advice?(container: DesiredContainer, host: ObservedHost, sight: Advised): readonly string[];
}

/** A container as the code wants it, as far as its options go. */
export type Wanted = Omit<DesiredContainer, "construct" | "host" | "owner" | "config">;

/** Where settings are checked. */
export interface Check {
  /** Id of the construct. */
  readonly id: string;
  readonly where: Where;
  readonly problems: Problem[];
  readonly refuse: Refuse;
  /** Whether something of a setting was left out of what is looked at, so that nothing is said to be missing. */
  readonly isFaulty: (setting: string) => boolean;
  /** Whether a setting was given as null, which is left out of what is looked at: NixOS's word for none. */
  readonly isNull: (...path: string[]) => boolean;
}

/** What the host lets a container's unit be told. */
export interface Place {
  /** Whether /etc/systemd/system.control can be written. */
  readonly systemControl: "writable" | "read-only";
}

/** A property as a plan calls it, and the lines on the host that stand for it. */
export interface Property {
  /** As users write it: `network.localAddress`. */
  readonly name: string;
  /**
   * Whether a line is of it; the first property of the list that says so has it. Beside it stand all lines of its container: those
   * on the host, in their order, and then those that shall be.
   */
  owns(line: Line, all: readonly Line[]): boolean;
  /** Its lines, of which there is at least one, in the words of the option. */
  words(lines: readonly Line[]): string;
  /** What it is without any line; left out, it is not set then. */
  readonly absent?: string;
  /** What a change costs a container that runs; `danger` is told of any. */
  readonly effect: Effect | ((was: readonly Line[], is: readonly Line[], wanted: readonly Line[]) => Effect);
  /** Whether it goes without saying when a container is made. */
  readonly isQuiet?: boolean;
  /** Whether a container may be known by it under another name. */
  readonly isTrait?: boolean;
}

/** What there is of a container that advice is given for. */
export interface Advised {
  readonly observed?: ObservedContainer;
  /** Whether it is made, or its network changes. */
  readonly connects: boolean;
}

/** What there is and what there shall be, for changes that no property tells. */
export interface Sight {
  readonly desired: DesiredContainer;
  readonly observed: ObservedContainer;
  readonly host: ObservedHost;
  /** Without one, the container is adopted. */
  readonly journal?: Journal;
  /** The lines on the host, and those that shall be. */
  readonly seen: readonly Line[];
  readonly wanted: readonly Line[];
  /** Whether the container runs and goes on running. */
  readonly live: boolean;
  /** What the options before this one have told. */
  readonly told: readonly Change[];
}

/** What a container takes of its host, and may not share with another one. */
export interface Claim {
  /** What two containers may not both have, such as `tcp port 80`. */
  readonly key: string;
  /** How the problem calls it. */
  readonly text: string;
  readonly remedy: string;
}

/** What is wrong between containers, and to which of them it is told. */
export interface Clash {
  readonly container: DesiredContainer;
  readonly what: string;
  readonly remedy: string;
}

/** Something of the host that only one running container can have. */
export interface Resource {
  readonly kind: "local" | "host" | "port" | "interface" | "parent" | "mac";
  /** What distinguishes it, such as `tcp:8080`. */
  readonly value: string;
  /** How the plan calls it. */
  readonly text: string;
}

/** A container, as problems name it to another one. */
export function containerWords({ construct, name }: DesiredContainer): string {
  return `${construct} (container ${name})`;
}

/** Whether its configuration has such words; where it does, advice on them is not asked for. */
export function says({ config }: DesiredContainer, words: RegExp): boolean {
  return config.files.some(({ text }) => words.test(text));
}
