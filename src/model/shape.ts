import { z } from "zod";
import { containerNetworkShape } from "./container-network";
import type { Problem, Where } from "./error";
import { closestName, type Hints } from "./suggestion";

const text = z.string();
const flag = z.boolean();
const number = z.number();
const texts = z.array(text);

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
  containerNetwork: containerNetworkShape.optional(),
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

/**
 * Looks at the shape of settings, where null stands for nothing, as NixOS writes it.
 * @param tokens the paths of values that are not known yet, and told elsewhere
 * @param hints what unknown names may be meant for, by `name` or `unit.name`
 */
export function checkShape<T extends object>(
  shape: z.ZodType,
  given: T,
  where: Where,
  tokens: readonly FieldPath[] = [],
  hints: Hints = {},
): Shaped<T> {
  const value = withoutNulls(given);
  const result = shape.safeParse(value, { reportInput: true });
  const issues = result.success ? [] : result.error.issues.flatMap((issue) => flaws(issue, [], { shape, hints }));
  const found = [...issues.filter(({ path }) => path.at(-1) !== reserved), ...reservedNames(value)].filter(
    ({ path }) => !tokens.some((token) => isAtOrBelow(path, token)),
  );
  const paths = [...found.map(({ path }) => path), ...tokens];
  return {
    problems: found.map(({ what, remedy }) => ({ code: "input", what, where, remedy })),
    sound: (without(value, paths) ?? {}) as T,
    isFaulty: (field) => paths.some(([first]) => first === undefined || first === field),
  };
}

export type FieldPath = readonly PropertyKey[];

const reserved = "__proto__";

/** Members of a name that objects lose when they are copied: a check would look at something else than what is used. */
function reservedNames(value: unknown, path: FieldPath = []): Flaw[] {
  if (typeof value !== "object" || value === null || path.length > 5) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key !== reserved) return reservedNames(member, at);
    return [
      { path: at, what: `${fieldName(at)} is a name that JavaScript keeps for itself`, remedy: "call it otherwise" },
    ];
  });
}

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

/** Settings without the members that are null: none is what they say. */
export function withoutNulls<T>(value: T, depth = 0): T {
  if (typeof value !== "object" || value === null || depth > 5) return value;
  if (Array.isArray(value)) return value.map((member: unknown) => withoutNulls(member, depth + 1)) as T;
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || !Object.values(value).some(mayHoldNull)) return value;
  const left = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(left.map(([key, member]) => [key, withoutNulls(member as unknown, depth + 1)])) as T;
}

function mayHoldNull(member: unknown): boolean {
  return typeof member === "object";
}

interface Flaw {
  readonly path: FieldPath;
  readonly what: string;
  readonly remedy: string;
}

interface Context {
  readonly shape: z.ZodType;
  readonly hints: Hints;
}

function flaws(issue: z.core.$ZodIssue, at: FieldPath, context: Context): Flaw[] {
  const path = [...at, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      what: `${fieldName([...path, key])} is not a setting`,
      remedy: suggestion(key, path, context),
    }));
  }
  if (issue.code === "invalid_union") {
    const kinds = issue.errors.map(([inner]) =>
      inner?.path.length === 0 && inner.code === "invalid_type" ? inner.expected : "",
    );
    if (kinds.every((kind) => plainKinds.has(kind))) return [kindFlaw(path, issue.input, [...new Set(kinds)])];
    // The form it was meant in is the one that is wrong further inside.
    const distance = (issues: readonly z.core.$ZodIssue[]): number =>
      issues.some((inner) => inner.path.length === 0 && inner.code === "invalid_type") ? Infinity : issues.length;
    const [closest = []] = [...issue.errors].sort((a, b) => (distance(a) < distance(b) ? -1 : 1));
    return closest.flatMap((inner) => flaws(inner, path, context));
  }
  return [kindFlaw(path, issue.input, [issue.code === "invalid_type" ? issue.expected : issue.message])];
}

/** Kinds of which a setting may take more than one. */
const plainKinds: ReadonlySet<string> = new Set(["string", "number", "boolean"]);

/** A value that is of none of these kinds. */
function kindFlaw(path: FieldPath, input: unknown, kinds: readonly string[]): Flaw {
  const name = fieldName(path);
  const words = kinds
    .map((kind) => (typeof input === "number" && kind === "number" ? "finite number" : kind))
    .join(" or ");
  const expected = `${/^[aeiou]/.test(words) ? "an" : "a"} ${words}`;
  if (input === undefined) return { path, what: `${name} is missing`, remedy: `set ${name} to ${expected}` };
  const [meant] = kinds.flatMap((kind) => meantValue(input, kind, path) ?? []);
  const remedy = meant === undefined ? `give ${expected}` : `write ${meant}`;
  return { path, what: `${name} is ${shown(input)}, not ${expected}`, remedy };
}

/** What an unknown name is most likely meant for. */
function suggestion(key: string, path: FieldPath, { shape, hints }: Context): string {
  const meant = closestName(key, keysAt(shape, path));
  if (meant !== undefined) return `did you mean ${meant}?`;
  const name = fieldName([...path, key]).toLowerCase();
  const hint = Object.hasOwn(hints, name) ? hints[name] : undefined;
  return hint ?? `use one of its settings: ${keysAt(shape, path).join(", ")}`;
}

/** The names that an object at a path may have. */
function keysAt(shape: z.ZodType, path: FieldPath): string[] {
  if (shape instanceof z.ZodOptional) return keysAt(shape.unwrap() as z.ZodType, path);
  if (shape instanceof z.ZodUnion) return shape.options.flatMap((option) => keysAt(option as z.ZodType, path));
  if (shape instanceof z.ZodObject) {
    const [first, ...rest] = path;
    if (first === undefined) return Object.keys(shape.shape);
    const inner = (shape.shape as Readonly<Record<string, z.ZodType>>)[String(first)];
    return inner === undefined ? [] : keysAt(inner, rest);
  }
  if (shape instanceof z.ZodArray)
    return typeof path[0] === "number" ? keysAt(shape.element as z.ZodType, path.slice(1)) : [];
  if (shape instanceof z.ZodRecord)
    return typeof path[0] === "string" ? keysAt(shape.valueType as z.ZodType, path.slice(1)) : [];
  return [];
}

/** How a value of the wrong type is written rightly, where that is plain: `autoStart: true` for `autoStart: "true"`. */
function meantValue(value: unknown, expected: string, path: FieldPath): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined; // not every value has a text
  const key = path.at(-1);
  const named = (text: string): string =>
    typeof key === "string" && /^[A-Za-z]\w*$/.test(key) ? `${key}: ${text}` : text;
  if (expected === "boolean") {
    const word = String(value).toLowerCase();
    if (["true", "yes", "on", "1"].includes(word)) return named("true");
    return ["false", "no", "off", "0"].includes(word) ? named("false") : undefined;
  }
  if (expected === "number" && typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim())) {
    return named(String(Number(value)));
  }
  if (expected === "string" && typeof value === "number" && Number.isFinite(value))
    return named(JSON.stringify(String(value)));
  if (path[0] === "bindMounts" && expected === "object" && typeof value === "string") return mountOf(value, key);
  if (path.at(-2) === "forwardPorts" && expected === "object") return portOf(value);
  if (path[0] === "allowedDevices" && expected === "object" && typeof value === "string") return deviceOf(value);
  if (path[0] === "credentials" && path.length === 2 && expected === "object" && typeof value === "string") {
    return `${/^[A-Za-z]\w*$/.test(String(key)) ? String(key) : JSON.stringify(key)}: { hostPath: ${JSON.stringify(value)} }`;
  }
  if (expected === "array" && (typeof value === "string" || typeof value === "number")) {
    if (key === "allowedDevices") return named(`[${deviceOf(String(value))}]`);
    return key === "forwardPorts" ? named(`[${portOf(value) ?? "…"}]`) : named(`[${JSON.stringify(value)}]`);
  }
  return undefined;
}

/** `/srv/data:/data:ro`, as docker writes it, or the host's path beside the key of a record. */
function mountOf(text: string, key: PropertyKey | undefined): string | undefined {
  if (typeof key === "string") return mountAt(key, text);
  const [hostPath = "", mountPoint = hostPath, mode] = text.split(":");
  if (!hostPath.startsWith("/") || !mountPoint.startsWith("/")) return undefined;
  const writable = text.includes(":") && mode !== "ro" ? ", isReadOnly: false" : "";
  return `{ mountPoint: ${JSON.stringify(mountPoint)}, hostPath: ${JSON.stringify(hostPath)}${writable} }`;
}

/** `/srv/data` or `/srv/data:ro` beside a key that says where it is mounted. */
function mountAt(key: string, text: string): string | undefined {
  const [hostPath, mode] = text.split(":");
  if (mode !== undefined && !/^r[ow]$/.test(mode)) return undefined;
  const writable = mode === "rw" ? ", isReadOnly: false" : "";
  return `${JSON.stringify(key)}: { hostPath: ${JSON.stringify(hostPath)}${writable} }`;
}

/** `/dev/fuse`, or `/dev/fuse rw` as a unit file says it. */
function deviceOf(text: string): string {
  const [node = "", modifier] = text.trim().split(/\s+/);
  return `{ node: ${JSON.stringify(node)}${modifier === undefined ? "" : `, modifier: ${JSON.stringify(modifier)}`} }`;
}

/** `8080:80`, as docker writes it, or a port alone. */
function portOf(value: unknown): string | undefined {
  const [, host, inner, protocol] = /^(\d+)(?::(\d+))?(?:\/(tcp|udp))?$/.exec(String(value)) ?? [];
  if (host === undefined) return undefined;
  const container = inner === undefined ? "" : `, containerPort: ${inner}`;
  return `{ hostPort: ${host}${container}${protocol === undefined ? "" : `, protocol: "${protocol}"`} }`;
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
