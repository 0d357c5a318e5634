import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NixosError } from "../model/error";

/** The files of each program, in their order. */
export const programParts = {
  probe: ["common", "nixpkgs", "names", "observe", "past-and-present", "devices", "probe"],
  converge: [
    "front",
    "common",
    "nixpkgs",
    "observe",
    "container",
    "unit",
    "progress",
    "owner",
    "report",
    "wanted",
    "change",
    "build",
    "rename",
    "running",
    "converge",
  ],
  reap: ["front", "common", "observe", "container", "unit", "progress", "owner", "remove", "reap"],
  teardown: ["front", "common", "names", "observe", "container", "unit", "progress", "owner", "remove", "teardown"],
  login: ["login"],
  ssh: ["ssh"],
  receive: ["receive"],
} as const;

/** The programs that run on a host, and `ssh`, which hands them over. */
export type ProgramName = keyof typeof programParts;

const texts = new Map<ProgramName, string>();

/** The text of a program, ready to follow the assignments it reads; comments and indentation stay behind in the source. */
export function programText(name: ProgramName): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = programParts[name].map((part) => bare(source(part))).join("");
    texts.set(name, text);
  }
  return text;
}

/** A part as it lies beside this file; a bundle of an app has only the code. */
function source(part: string): string {
  try {
    return readFileSync(join(__dirname, `${part}.sh`), "utf8");
  } catch (cause) {
    const problem = {
      code: "settings",
      what: `the programs for the hosts, ${part}.sh among them, are not in ${__dirname}`,
      where: {},
      remedy:
        "install cdktf-nixos-containers with its files; where the app is bundled, leave it out of the bundle (esbuild: --packages=external) and install it beside that",
    } as const;
    throw new NixosError([problem], { cause });
  }
}

function bare(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s*#(?! shellcheck disable)/.test(line) && line.trim() !== "")
    .map((line) => `${line.trimStart().replace(/ # sets [\w, ]+$/, "")}\n`)
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
