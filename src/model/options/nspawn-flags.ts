import { isCapability } from "./capabilities";

/** A flag of systemd-nspawn that a container can be given by its name alone. */
interface Flag {
  readonly value: "needed" | "none" | "either";
  /** What its value looks like, where that is told. */
  readonly form?: string;
  readonly test?: (value: string) => boolean;
}

const matching =
  (pattern: RegExp) =>
  (value: string): boolean =>
    pattern.test(value);

const boolean = { test: matching(/^(yes|no|on|off|true|false|1|0|y|n|t|f)$/), form: "yes or no" };
const capabilities = {
  test: (value: string) => value.split(",").every(isCapability),
  form: '"CAP_NET_RAW", several with commas between them',
};
const path = { test: matching(/^[+-]?\/[^:]*$/), form: "an absolute path" };
const paths = { test: matching(/^([+-]?\/[^:]*|):.*\/[^:]+$/), form: '"/lower:/upper:/in/the/container"' };

const limit =
  /^(RLIMIT_)?(AS|CORE|CPU|DATA|FSIZE|LOCKS|MEMLOCK|MSGQUEUE|NICE|NOFILE|NPROC|RSS|RTPRIO|RTTIME|SIGPENDING|STACK)=(\d+|infinity)(:(\d+|infinity))?$/;

/** Those of systemd 258; what has an option of its own is told in extra-flags.ts. */
const flags: ReadonlyMap<string, Flag> = new Map([
  ...named("none", "quiet no-pager cleanup"),
  ...named("needed", "uuid hostname pivot-root chdir bind-user bind-user-shell bind-user-group personality"),
  ...named("needed", "cpu-affinity network-zone network-ipvlan selinux-context selinux-apifs-context"),
  ...named("needed", "background image-policy"),
  ...named("needed", "no-new-privileges suppress-sync", boolean),
  ...named("needed", "drop-capability", capabilities),
  ...named("needed", "ambient-capability", {
    ...capabilities,
    test: (value) => capabilities.test(value) && !value.split(",").includes("all"),
  }),
  ...named("needed", "inaccessible", path),
  ...named("needed", "overlay overlay-ro", paths),
  ...named("needed", "setenv", { test: matching(/^[A-Za-z_]\w*(=|$)/), form: '"NAME=VALUE"' }),
  ...named("needed", "rlimit", { test: matching(limit), form: '"RLIMIT_NOFILE=1024:4096"' }),
  ...named("needed", "oom-score-adjust", {
    test: (value) => /^-?\d+$/.test(value) && Math.abs(Number(value)) <= 1000,
    form: "a whole number from -1000 to 1000",
  }),
  ...named("needed", "resolv-conf", {
    test: matching(/^(off|auto|delete|(copy|replace|bind)-(host|static|uplink|stub))$/),
    form: '"off", "auto", "delete", or such as "bind-host"',
  }),
  ...named("needed", "timezone", {
    test: matching(/^(off|copy|bind|symlink|delete|auto)$/),
    form: '"off", "copy", "bind", "symlink", "delete" or "auto"',
  }),
  ...named("needed", "link-journal", {
    test: matching(/^(no|auto|(try-)?(guest|host))$/),
    form: '"no", "auto", "guest", "host", "try-guest" or "try-host"',
  }),
  ...named("either", "volatile", {
    test: matching(/^(yes|no|on|off|true|false|1|0|y|n|t|f|overlay)$/),
    form: '"overlay"; with "state" no configuration could be switched to',
  }),
]);

function named(value: Flag["value"], names: string, rest: Omit<Flag, "value"> = {}): [string, Flag][] {
  return names.split(" ").map((name) => [`--${name}`, { value, ...rest }]);
}

export const flagNames: readonly string[] = [...flags.keys()];

export function isFlag(name: string): boolean {
  return flags.has(name);
}

/** Whether a word is a flag whose value would stand in the next one. */
export function takesNext(word: string): boolean {
  return flags.get(word)?.value === "needed";
}

/** What is wrong with the value of a flag, and the remedy. */
export function flagFault(
  name: string,
  value: string | undefined,
): readonly [flaw: string, remedy: string] | undefined {
  const flag = flags.get(name);
  if (flag?.value === "none") return value === undefined ? undefined : ["takes no value", `write "${name}"`];
  if (flag?.value === "either" && value === "") return ["has no value", `write "${name}", or a value behind it`];
  if (flag?.value === "needed" && (value ?? "") === "") {
    const sample = name === "--setenv" && value === undefined ? "TZ=UTC" : "VALUE";
    return ["is without its value, and would take the next word for it", `write both as one word: "${name}=${sample}"`];
  }
  if (flag?.test === undefined || value === undefined || flag.test(value)) return undefined;
  return ["has a value that it cannot have", `give it ${flag.form ?? "another one"}`];
}
