import { plain } from "../../text";
import type { Check, Option, Property, Resource } from "../option";
import type { AutoField } from "./auto-address";

/** Where the settings of a network are checked. */
export interface NetworkCheck extends Check {
  /** Whether these are all the settings that were given: else none is said to be missing. */
  readonly whole: boolean;
  /** Those that only a private network has. */
  readonly own: readonly string[];
  /** The addresses that are to be chosen. */
  readonly auto: readonly AutoField[];
}

/** An option of the network. */
export interface NetworkOption<Given extends object = object, Value extends object = object> extends Option<
  Given,
  Value
> {
  /** Whether only a private network has it: NixOS ignores it where there is none. */
  readonly isPrivate?: boolean;
  parse(given: Given, check: NetworkCheck): Value;
  /** Where a NixOS definition of the same words would mean something else, or what it leaves to be done. */
  notes?(given: Given): readonly string[];
}

/** A property that is one key of the conf, as it stands. */
export function confProperty(name: string, key: string, words = (value: string): string => plain(value)): Property {
  return {
    name: `network.${name}`,
    owns: (line) => line.place === "conf" && line.key === key,
    words: ([line]) => words(line?.value ?? ""),
    effect: "restart",
  };
}

/** An interface that a running container has. */
export function interfaceHeld(value: string): Resource {
  return { kind: "interface", value, text: `the interface ${plain(value, 60)}` };
}
