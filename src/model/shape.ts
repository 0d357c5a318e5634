import { z } from "zod";
import type { Problem, Where } from "./error";

const text = z.string();
const flag = z.boolean();
const number = z.number();
const texts = z.array(text);

const mount = z.strictObject({ mountPoint: text.optional(), hostPath: text.optional(), isReadOnly: flag.optional() });

/** The shape of a container's settings: for callers that no compiler checks, and for names that are one letter off. */
export const containerShape = z.strictObject({
  name: text.optional(),
  stateVersion: text.optional(),
  followNixpkgs: flag.optional(),
  network: z
    .strictObject({
      privateNetwork: flag.optional(),
      hostAddress: text.optional(),
      localAddress: text.optional(),
      hostAddress6: text.optional(),
      localAddress6: text.optional(),
      localMacAddress: text.optional(),
      hostBridge: text.optional(),
      forwardPorts: z
        .array(z.strictObject({ protocol: text.optional(), hostPort: number, containerPort: number.optional() }))
        .optional(),
      interfaces: texts.optional(),
      macvlans: texts.optional(),
      networkNamespace: text.optional(),
    })
    .optional(),
  bindMounts: z.union([z.array(mount), z.record(text, mount)]).optional(),
  autoStart: flag.optional(),
  running: flag.optional(),
  removalPolicy: text.optional(),
  protect: flag.optional(),
  adopt: flag.optional(),
  timeouts: z.strictObject({ start: number.optional(), build: number.optional() }).optional(),
});

/** The shape of a host's settings. */
export const hostShape = z.strictObject({
  address: text,
  user: text.optional(),
  port: number.optional(),
  identityFile: text.optional(),
  hostKey: z.union([text, texts]).optional(),
  proxyJump: z.union([text, z.strictObject({ address: text, hostKey: z.union([text, texts]).optional() })]).optional(),
  become: flag.optional(),
  transport: text.optional(),
});

/** What came of looking at the shape of a value. */
export interface Shaped<T> {
  /** Every field that is unknown, missing or of another type; the values themselves are not judged here. */
  readonly problems: readonly Problem[];
  /** The value without those fields, so that the others can be judged too. */
  readonly sound: T;
  /** Whether something is wrong with a field, or below it. */
  readonly isFaulty: (field: string) => boolean;
}

/** Looks at the shape of settings; `tokens` are the paths of values that are not known yet, and told elsewhere. */
export function checkShape<T extends object>(
  shape: z.ZodType,
  value: T,
  where: Where,
  tokens: readonly FieldPath[] = [],
): Shaped<T> {
  const result = shape.safeParse(value, { reportInput: true });
  const issues = result.success ? [] : result.error.issues.flatMap((issue) => flaws(issue, []));
  const found = issues.filter(({ path }) => !tokens.some((token) => isAtOrBelow(path, token)));
  const paths = [...found.map(({ path }) => path), ...tokens];
  return {
    problems: found.map(({ what, remedy }) => ({ code: "input", what, where, remedy })),
    sound: (without(value, paths) ?? {}) as T,
    isFaulty: (field) => paths.some(([first]) => first === undefined || first === field),
  };
}

export type FieldPath = readonly PropertyKey[];

function isAtOrBelow(path: FieldPath, holder: FieldPath): boolean {
  return holder.every((part, index) => part === path[index]);
}

/** A path as users write it: `network.forwardPorts[0].hostPort`. */
export function fieldName(path: FieldPath): string {
  const parts = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`));
  return parts.join("").replace(/^\./, "");
}

/** A value without what is at these paths. */
function without(value: unknown, paths: readonly FieldPath[]): unknown {
  if (paths.some((path) => path.length === 0)) return undefined;
  if (paths.length === 0 || typeof value !== "object" || value === null) return value;
  const inner = Object.entries(value).map(([key, member]): [string, unknown] => {
    const below = paths.filter(([first]) => String(first) === key).map((path) => path.slice(1));
    return [key, without(member, below)];
  });
  const left = inner.filter(([, member]) => member !== undefined);
  return Array.isArray(value) ? left.map(([, member]) => member) : Object.fromEntries(left);
}

interface Flaw {
  readonly path: FieldPath;
  readonly what: string;
  readonly remedy: string;
}

function flaws(issue: z.core.$ZodIssue, at: FieldPath): Flaw[] {
  const path = [...at, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      what: `${fieldName([...path, key])} is not a setting`,
      remedy: "correct its name: the README lists every setting",
    }));
  }
  if (issue.code === "invalid_union") {
    // The form it was meant in is the one that is wrong further inside.
    const distance = (issues: readonly z.core.$ZodIssue[]): number =>
      issues.some((inner) => inner.path.length === 0 && inner.code === "invalid_type") ? Infinity : issues.length;
    const [closest = []] = [...issue.errors].sort((a, b) => (distance(a) < distance(b) ? -1 : 1));
    return closest.flatMap((inner) => flaws(inner, path));
  }
  const name = fieldName(path);
  const named = issue.code === "invalid_type" ? issue.expected : issue.message;
  const kind = typeof issue.input === "number" && named === "number" ? "finite number" : named;
  const expected = `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
  if (issue.input === undefined) return [{ path, what: `${name} is missing`, remedy: `set ${name} to ${expected}` }];
  return [{ path, what: `${name} is ${shown(issue.input)}, not ${expected}`, remedy: `give ${expected}` }];
}

/** A value as messages show it: itself if it is short, else what it is. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "[]" : "an array";
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: string } } | null;
  const type = prototype?.constructor?.name ?? "Object";
  if (type !== "Object") return `an instance of ${type}`;
  return Object.keys(value).length === 0 ? "{}" : "an object";
}
