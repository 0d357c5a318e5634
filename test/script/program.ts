import { createHash } from "node:crypto";
import { type ContainerSettings, type DesiredContainer, parseSettings } from "../../src/model/container";
import { convergeCall, plainDialect, type PlannedChange, programText, reapCall, teardownCall } from "../../src/script";
import type { EmbeddedHost } from "../../src/sim";

export const owner = "project/stack";
/** A module that can be built, and one that cannot. */
export const sound = "{ ... }:\n{ }\n";
export const broken = '{ ... }:\n{ a = throw "broken on purpose"; }\n';

/** A container as the constructs would hand it over. */
export function desired(name: string, text: string, settings: ContainerSettings = {}): DesiredContainer {
  const sum = (value: string): string => createHash("sha256").update(value).digest("hex");
  return {
    ...parseSettings(name, settings, {}, []),
    construct: `stack/${name}`,
    host: "stack/host",
    owner,
    config: {
      entry: "configuration.nix",
      files: [{ path: "configuration.nix", text }],
      digest: sum(`${sum(text)}  configuration.nix\n`),
    },
  };
}

/** The whole converge program, every value filled in. */
export function convergeProgram(container: DesiredContainer, change: Partial<PlannedChange> = {}): string {
  const planned = {
    action: "update",
    base: "any",
    stateVersion: "25.05",
    stopFirst: [],
    machine: "",
    apply: "token",
    ...change,
  };
  return `#!/bin/sh\n${convergeCall(container, planned, plainDialect).join("\n")}\n${programText("converge")}`;
}

/** Converge for the container `data` with these settings. */
export function dataProgram(settings: ContainerSettings, text = sound): string {
  return convergeProgram(desired("data", text, settings));
}

/** The whole reap program. */
export function reapProgram(remove: readonly { readonly name: string; readonly base: string }[], by = owner): string {
  return `#!/bin/sh\n${reapCall(by, remove, "token", plainDialect).join("\n")}\n${programText("reap")}`;
}

/** The whole teardown program. */
export function teardownProgram(machine: string, by = owner): string {
  return `#!/bin/sh\n${teardownCall(by, machine, `null_resource.nixos-teardown["${machine}"]`, plainDialect).join("\n")}\n${programText("teardown")}`;
}

let runs = 0;

/** Runs a program as Terraform would: uploaded to the home directory under a name of its own, made executable, run by its path. */
export function runProgram(
  host: EmbeddedHost,
  program: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const script = `./.cdktf-nixos-${++runs}.sh`;
  return host.run(`cat >${script} && chmod 777 ${script} && ${script}`, { stdin: program });
}

/** A program whose functions of the given text stand in for those of the host, as if something did not work. */
export function withFaults(program: string, functions: string): string {
  return spliced(program, /^set -u$/m, (line) => `${line}\n${functions}`);
}

/** What ends the work as a kill from outside does, be it from a subshell of it. */
export const killed = 'kill -KILL "$$"; exit 1';

/** A program whose work is killed right before the line given, or right after it. */
export function cutOff(program: string, place: "before" | "after", line: RegExp): string {
  return spliced(program, line, (found) => (place === "before" ? `${killed}\n${found}` : `${found}\n${killed}`));
}

/** A program with something else in the place of a line. */
export function spliced(program: string, line: RegExp, text: (line: string) => string): string {
  const changed = program.replace(line, text);
  if (changed === program) throw new Error(`the program has no line ${line.source}`);
  return changed;
}

/** What a command says that runs in the root directory of a host. */
export async function inRoot(host: EmbeddedHost, command: string): Promise<string> {
  const { stdout, stderr } = await host.run(`cd "$CDKTF_NIXOS_ROOT"; ${command}`);
  return (stdout + stderr).trim();
}
