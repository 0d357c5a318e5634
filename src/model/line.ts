/** One thing that an option leaves on a host. */
export interface Line {
  /**
   * `conf`: an assignment of the container's conf; `flag`: a word of its EXTRA_NSPAWN_FLAGS; `Unit`, `Service`: what a line of
   * that section says in the unit's drop-in; `module`: an option that the module of ours sets inside.
   */
  readonly place: "conf" | "flag" | "Unit" | "Service" | "module";
  /** Key of an assignment, path of an option; of a flag, what is before its `=`. */
  readonly key: string;
  readonly value: string;
}

/** The key of the conf whose value is the flags of systemd-nspawn. */
export const flagsKey = "EXTRA_NSPAWN_FLAGS";

/** An assignment of the conf; none without a value. */
export function confLine(key: string, value: string | undefined): Line[] {
  return value === undefined || value === "" ? [] : [{ place: "conf", key, value }];
}

/** A flag of systemd-nspawn, as one word. */
export function flagLine(key: string, value: string): Line {
  return { place: "flag", key, value };
}

/** A flag as systemd-nspawn takes it. */
export function flagWord({ key, value }: Line): string {
  return value === "" ? key : `${key}=${value}`;
}

/** The flags of a line of them. */
export function parseFlags(words: string): Line[] {
  return words.split(/\s+/).flatMap((word): Line[] => {
    if (word === "") return [];
    const at = word.indexOf("=");
    return [at < 0 ? flagLine(word, "") : flagLine(word.slice(0, at), word.slice(at + 1))];
  });
}

/** Whether two lists of lines say the same in the same order. */
export function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  return (
    some.length === others.length &&
    some.every((line, index) => {
      const other = others[index];
      return line.place === other?.place && line.key === other.key && line.value === other.value;
    })
  );
}

/** Whether a line stands in the drop-in of the container's unit. */
export function isUnitLine({ place }: Line): boolean {
  return place === "Unit" || place === "Service";
}
