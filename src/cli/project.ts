import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { NixosError } from "../model/error";

/** What cdktf.json says, as far as it matters for running the app. */
export interface Project {
  /** The command that runs the app. */
  readonly app: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * Reads cdktf.json of a directory, as cdktf itself does.
 * @param app what was given with --app; cdktf.json may be missing then
 * @throws NixosError when it is missing or cannot be read
 */
export function readProject(directory: string, app?: string): Project {
  const file = path.join(directory, "cdktf.json");
  if (!existsSync(file)) {
    if (app !== undefined) return { app, context: {} };
    throw settingsError(
      `there is no cdktf.json in ${directory}`,
      "run it in the directory of your CDKTF project, or name the app with --app",
    );
  }
  const settings = parsed(file);
  const command = app ?? settings["app"];
  if (typeof command !== "string" || command.trim() === "") {
    throw settingsError(`${file} does not say how to run the app`, 'add a line like "app": "npx ts-node main.ts"');
  }
  const { context } = settings;
  return { app: command, context: isRecord(context) ? context : {} };
}

function parsed(file: string): Readonly<Record<string, unknown>> {
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw settingsError(`${file} cannot be read`, "mend it: it must be valid JSON", cause);
  }
  if (!isRecord(settings))
    throw settingsError(`${file} holds no JSON object`, "compare it with the one that `cdktf init` writes");
  return settings;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function settingsError(what: string, remedy: string, cause?: unknown): NixosError {
  const detail = cause instanceof Error ? cause.message : undefined;
  return new NixosError([{ code: "settings", what, where: {}, remedy, ...(detail !== undefined && { detail }) }], {
    cause,
  });
}
