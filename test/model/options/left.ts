import { confEntries } from "../../../src/model/conf";
import { flagsKey } from "../../../src/model/line";
import { type ContainerSettings, parseSettings } from "../../../src/model/container";
import { dropInLines } from "../../../src/model/drop-in";
import type { Problem } from "../../../src/model/error";
import { told } from "../problems";

/** What a container with these settings leaves on its host; fails when they are not sound. */
export interface Left {
  /** `KEY=VALUE`, without the flags and the copy of resolv.conf that every container has. */
  readonly conf: readonly string[];
  readonly flags: readonly string[];
  readonly dropIn: readonly string[];
}

export function left(settings: ContainerSettings): Left {
  const problems: Problem[] = [];
  const parsed = parseSettings("web", settings, {}, problems);
  expect(told(problems)).toEqual([]);
  const conf = [...confEntries(parsed)].filter(([key]) => key !== flagsKey && key !== "COPY_RESOLV_CONF");
  return {
    conf: conf.map(([key, value]) => `${key}=${value}`),
    flags: (confEntries(parsed).get(flagsKey) ?? "").split(" ").filter((word) => word !== ""),
    dropIn: dropInLines(parsed),
  };
}

/** Every problem of settings of whatever type, `what → remedy`; they are judged to the end, whatever they are. */
export function refused(settings: unknown): string[] {
  const problems: Problem[] = [];
  parseSettings("web", settings as ContainerSettings, {}, problems);
  for (const { what, remedy } of problems) expect([what, remedy]).not.toContain("");
  return told(problems);
}

/** An object with a key that no literal can give it. */
export function keyed(key: string, value: unknown): Readonly<Record<string, never>> {
  return JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(value)}}`) as Readonly<Record<string, never>>;
}
