/** Something was not as told: what was looked at, what it should have been, and what it was. */
export class Surprise extends Error {
  constructor(
    readonly what: string,
    readonly expected: string,
    readonly seen: string,
  ) {
    super(`${what}: expected ${expected}, saw ${seen}`);
    this.name = "Surprise";
  }
}

/** The demo cannot begin: what is missing, and what to do about it. */
export class Hindrance extends Error {}

/** Compares what was seen with what was told. @throws Surprise when they differ */
export function expectSame(what: string, seen: unknown, expected: unknown): void {
  const [told, found] = [text(expected), text(seen)];
  if (told !== found) throw new Surprise(what, told, found);
}

/** Looks for a text in what was seen. @throws Surprise when it is not there */
export function expectIn(what: string, seen: string, expected: string): void {
  if (!seen.includes(expected)) throw new Surprise(what, `a text with ${JSON.stringify(expected)}`, seen.trim());
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
}
