import { readFileSync } from "node:fs";
import { join } from "node:path";

const parts = {
  probe: ["common", "nixpkgs", "names", "observe", "past-and-present", "devices", "probe"],
  converge: [
    "front",
    "common",
    "nixpkgs",
    "observe",
    "container",
    "progress",
    "owner",
    "report",
    "wanted",
    "change",
    "build",
    "running",
    "converge",
  ],
  reap: ["front", "common", "observe", "container", "progress", "owner", "remove", "reap"],
  teardown: ["front", "common", "names", "observe", "container", "progress", "owner", "remove", "teardown"],
  login: ["login"],
  ssh: ["ssh"],
  receive: ["receive"],
} as const;

/** The programs that run on a host, and `ssh`, which hands them over. */
export type ProgramName = keyof typeof parts;

const texts = new Map<ProgramName, string>();

/** The text of a program, ready to follow the assignments it reads; comments and indentation stay behind in the source. */
export function programText(name: ProgramName): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = parts[name].map((part) => bare(readFileSync(join(__dirname, `${part}.sh`), "utf8"))).join("");
    texts.set(name, text);
  }
  return text;
}

function bare(source: string): string {
  return source
    .split("\n")
    .filter((line) => !/^\s*#(?! shellcheck disable)/.test(line) && line.trim() !== "")
    .map((line) => `${line.trimStart()}\n`)
    .join("");
}

/** Writes the text that is certain, and the value of a trigger, which Terraform fills in when it runs the program. */
export interface Dialect {
  /** Text as it stands. */
  literal(text: string): string;
  /** The value of a trigger in base64. */
  trigger(name: string, value: string): string;
}

/** Programs as the host reads them, every value filled in: for tests, and for hosts driven without Terraform. */
export const plainDialect: Dialect = {
  literal: (text) => text,
  trigger: (_name, value) => Buffer.from(value, "utf8").toString("base64"),
};
