import { mkdtempSync } from "node:fs";
import path from "node:path";
import type { DesiredHost } from "../../src/model/host";
import type { Observation } from "../../src/model/observed";
import type { Context } from "../../src/observe/context";
import { Gates } from "../../src/observe/gate";
import { observeHost } from "../../src/observe/observe-host";
import { run } from "../../src/observe/process";
import type { HostRequest } from "../../src/observe/request";

/** A context with temporary files and limits of the test's own. */
export function testContext(folder: string, settings: Partial<Context> = {}): Context {
  const own = mkdtempSync(path.join(folder, "context-"));
  let files = 0;
  return {
    folder: own,
    sshConfig: "none",
    connectTimeout: 5,
    timeout: 20,
    jumpGates: new Gates(8),
    run,
    temporary: (name) => path.join(own, `${name}-${(files += 1)}`),
    ...settings,
  };
}

/** A checked host, on this machine unless told otherwise. */
export function desiredHost(settings: Partial<DesiredHost>): DesiredHost {
  return { construct: "stack/web1", label: "web1", addressUnknown: false, address: "127.0.0.1", ...settings };
}

export function hostRequest(settings: Partial<DesiredHost>): HostRequest {
  return { host: desiredHost(settings), sources: [], owners: [], syntax: [] };
}

/** Observes a host with a program of the test's own, in which @NONCE@ stands for the nonce. */
export function observeWith(program: string, settings: Partial<DesiredHost>, context: Context): Promise<Observation> {
  return observeHost(hostRequest(settings), ({ nonce }) => program.replaceAll("@NONCE@", nonce), context);
}

/** A program that frames the given records, as printf takes them. */
export function framed(...records: readonly string[]): string {
  const lines = ["@cdktf-nixos 1 @NONCE@ begin", ...records, "@cdktf-nixos 1 @NONCE@ end"];
  return lines.map((line) => `printf '${line}\\n'\n`).join("");
}

/** What an observation says, for people: why it failed, or what keeps Terraform from the host. */
export function said(observation: Observation): string {
  if (observation.kind === "observed" && observation.faults) {
    return observation.faults.map(({ what, remedy }) => `${what}\n-> ${remedy}`).join("\n");
  }
  if (observation.kind !== "failed") return observation.kind;
  return [observation.what, observation.detail ?? "", `-> ${observation.remedy}`].join("\n");
}
