import type { Fault } from "./fault";
import { lineOf } from "./lexer";
import { stringFault } from "./nix-string";
import { findTerraformToken, terraformTokenFault } from "./terraform-token";

/** Bytes of one file and of all: Terraform carries them through scp, a megabyte in some 18 seconds, and a third more in base64. */
export const FILE_LIMIT = 2 * 1024 * 1024;
export const TREE_LIMIT = 2 * 1024 * 1024;

/** Where a text comes from, as messages tell it. */
export interface Origin {
  readonly name: string;
  /** A line of it, counted from 1. */
  readonly at: (line: number) => string;
}

export const CONFIG_TEXT: Origin = { name: "config", at: (line) => `line ${line} of config` };

/** Its text was rendered, so that its lines mean nothing to the user. */
export const CONFIG_OBJECT: Origin = { name: "config", at: () => "config" };

export function fileOrigin(name: string): Origin {
  return { name, at: (line) => `${name}:${line}` };
}

/** Why a text cannot be a module file. CRLF is kept as written. */
export function textFaults(text: string, origin: Origin, isNix: boolean): readonly Fault[] {
  const faults = sizeFaults(Buffer.byteLength(text), origin.name);
  if (isNix) faults.push(...markFaults(text, origin));
  const flaw = stringFault(text);
  if (flaw !== undefined) faults.push({ what: `${origin.name} ${flaw.flaw}`, remedy: flaw.remedy });
  const token = findTerraformToken(text);
  if (token !== undefined) faults.push(terraformTokenFault(origin.at(lineOf(text, token))));
  return faults;
}

/** A byte order mark is a fault of what nix reads, and of nothing else. */
export function markFaults(text: string, { name }: Origin): Fault[] {
  if (!text.startsWith("\ufeff")) return [];
  const remedy = "save it as UTF-8 without a byte order mark";
  return [{ what: `${name} begins with a byte order mark, which nix refuses`, remedy }];
}

export function sizeFaults(bytes: number, name: string): Fault[] {
  if (bytes <= FILE_LIMIT) return [];
  const what = `${name} is too large: ${kib(bytes)} of at most ${kib(FILE_LIMIT)}`;
  return [{ what, remedy: "keep data out of the module: bind-mount it, or fetch it on the host" }];
}

export function treeSizeFault(name: string): Fault {
  return {
    what: `${name} holds more than ${kib(TREE_LIMIT)} of module files`,
    remedy: "give a folder that holds the modules only: bind-mount data, or fetch it on the host",
  };
}

/** @param reference what names the folder, such as `line 2 of config refers to ./.` */
export function folderSizeFault(reference: string): Fault {
  return {
    what: `${reference}: with all files of that folder there are more than ${kib(TREE_LIMIT)}`,
    remedy: "refer to the files it needs by their names; bind-mount data, or fetch it on the host",
  };
}

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
