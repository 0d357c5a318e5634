import type { Dialect } from "./program";
import { shellQuote } from "./quote";

/** The assignments that reap reads; the program's text follows them. */
export function reapCall(
  owner: string,
  remove: readonly { readonly name: string; readonly base: string }[],
  apply: string,
  dialect: Dialect,
): string[] {
  return [
    dialect.literal(`w_owner=${shellQuote(owner)}`),
    dialect.literal(`w_remove=${shellQuote(remove.map(({ name, base }) => `${name} ${base}`).join("\n"))}`),
    `w_apply='${dialect.trigger("apply", apply)}'`,
  ];
}

/**
 * The assignments that teardown reads; `machine` is a literal or an expression such as `${each.key}`,
 * `record` the address in Terraform's state of the instance it belongs to.
 * The owner is a trigger's: what was deployed under it is removed, whatever the code calls itself by now.
 */
export function teardownCall(owner: string, machine: string, record: string, dialect: Dialect): string[] {
  const encoded = dialect.trigger("owner", owner);
  return [
    `w_owner=$(echo '${encoded}' | PATH=$PATH:/run/current-system/sw/bin base64 -d) || exit 1`,
    `w_machine='${machine}'`,
    `w_record='${record}'`,
  ];
}
