import { createHash } from "node:crypto";
import { type ContainerSettings, type DesiredContainer, parseSettings } from "../../src/model/container";
import { convergeCall, plainDialect, type PlannedChange, programText, reapCall, teardownCall } from "../../src/script";
import type { EmbeddedHost } from "../../src/sim";

export const owner = "project/stack";

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
