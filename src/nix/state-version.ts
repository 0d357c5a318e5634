import { moduleBindings } from "./bindings";
import { lex } from "./lexer";

/** The `system.stateVersion` that a module plainly sets to a release, such as "23.11"; undefined where it sets none, or by a function. */
export function literalStateVersion(text: string): string | undefined {
  const found = moduleBindings(lex(text).tokens).find(({ path }) =>
    /^(config\.)?system\.stateVersion$/.test(path.join(".")),
  );
  const [token, ...rest] = found?.value ?? [];
  if (token?.kind !== "string" || token.interpolated || rest.length > 0) return undefined;
  return /^\d\d\.\d\d$/.test(token.text) ? token.text : undefined;
}
