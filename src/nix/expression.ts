import type { Fault } from "./fault";

/** Registered, so that a second copy of this package in node_modules recognises our expressions. */
const BRAND = Symbol.for("cdktf-nixos-containers/nix-expression");

/** A fault inside an expression, with the place that the expression's own place is put before. */
export interface ExpressionFault extends Fault {
  /** Such as `value 1 of the nix expression`. */
  readonly place: string;
}

/** A piece of Nix code, to stand where a JavaScript value would; made by the `nix` template tag. */
export class NixExpression {
  readonly [BRAND] = true;

  /**
   * @param text Nix code, verbatim.
   * @param faults What was wrong with the values put into it; reported where the expression is used.
   */
  constructor(
    readonly text: string,
    readonly faults: readonly ExpressionFault[] = [],
  ) {}

  toString(): string {
    return this.text;
  }
}

/** Whether a value is a Nix expression, of this copy of the package or another. */
export function isNixExpression(value: unknown): value is NixExpression {
  return typeof value === "object" && value !== null && BRAND in value && "text" in value;
}
