import { isNixExpression, NixExpression, type ExpressionFault } from "./expression";
import { operand, parenthesised, renderValue } from "./render";

/**
 * Nix code inside TypeScript: nix`lib.mkForce ${8080}`. Nested nix`…` values are spliced in parentheses, any other value
 * as a Nix literal. The code is taken verbatim, backslashes included; only `\${` and `` \` `` stand for `${` and `` ` ``.
 * What is wrong with a value is reported where the expression is used.
 */
export function nix(code: TemplateStringsArray, ...values: readonly unknown[]): NixExpression {
  const faults: ExpressionFault[] = [];
  const splice = (value: unknown, index: number): string => {
    const rendered = renderValue(value);
    const place = `value ${index + 1} of the nix expression`;
    for (const fault of rendered.faults) {
      // At its root the fault speaks of "config", which the value here is not.
      const what = fault.place === "" ? fault.what.replace(/^config\b/, place) : `${place}, ${fault.what}`;
      faults.push({ what, remedy: fault.remedy, place });
    }
    return isNixExpression(value) ? parenthesised(rendered.text) : operand(rendered.text);
  };
  const text = code.raw.map((part, index) => {
    const verbatim = part.replaceAll("\\${", "${").replaceAll("\\`", "`");
    return index < values.length ? verbatim + splice(values[index], index) : verbatim;
  });
  return new NixExpression(text.join(""), faults);
}
