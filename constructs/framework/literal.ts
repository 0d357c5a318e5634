import type { Library, Resolvable, ResolveContext } from "./library";

/**
 * Attributes, and literal ones that CDKTF need not search for tokens: it would look through every string of an app three times,
 * which takes longer than all the rest of a synth.
 */
export function withLiteral(
  library: Library,
  attributes: object,
  literal: object,
  merge: (resolved: object, literal: object) => object,
): Resolvable {
  return new Postprocessed(library, attributes, (resolved) => {
    const whole = merge(resolved, literal);
    return new Postprocessed(library, {}, () => whole, whole);
  });
}

/** What CDKTF makes of its attributes is handed to `then`; what that returns is not searched any more. */
class Postprocessed implements Resolvable {
  readonly creationStack: string[] = [];

  constructor(
    private readonly library: Library,
    private readonly attributes: object,
    private readonly then: (resolved: object) => object,
    private readonly json?: object,
  ) {}

  resolve(context: ResolveContext): unknown {
    context.registerPostProcessor({ postProcess: (resolved: object) => this.then(resolved) });
    return this.attributes;
  }

  /** For a CDKTF that does not resolve a stack's resources a second time. */
  toJSON(): object {
    return this.json ?? this.attributes;
  }

  toString(): string {
    return this.library.Token.asString(this);
  }
}
