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
  hostKey: text.optional(),
  proxyJump: text.optional(),
  become: flag.optional(),
});

/** Every field that is unknown, missing or of another type; the values themselves are not judged here. */
export function shapeProblems(shape: z.ZodType, value: unknown, where: Where): Problem[] {
  const result = shape.safeParse(value, { reportInput: true });
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => issueProblems(issue, where));
}

function issueProblems(issue: z.core.$ZodIssue, where: Where, at: readonly PropertyKey[] = []): Problem[] {
  const path = [...at, ...issue.path];
  const field = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  const name = field.replace(/^\./, "");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      code: "input",
      what: `${name === "" ? "" : `${name}.`}${key} is not a setting`,
      where,
      remedy: "correct its name: the README lists every setting",
    }));
  }
  if (issue.code === "invalid_union") {
    const [closest = []] = [...issue.errors].sort((a, b) => a.length - b.length);
    return closest.flatMap((inner) => issueProblems(inner, where, path));
  }
  const expected = issue.code === "invalid_type" ? issue.expected : issue.message;
  return [
    {
      code: "input",
      what:
        issue.input === undefined
          ? `${name} is missing`
          : `${name} is ${typeof issue.input === "object" ? "of another type" : JSON.stringify(issue.input)}, not a ${expected}`,
      where,
      remedy: issue.input === undefined ? `set ${name} to a ${expected}` : `give a ${expected}`,
    },
  ];
}
