import type { DesiredContainer } from "../model/container";
import { dropInLines } from "../model/drop-in";
import type { Problem, Refuse, Where } from "../model/error";
import type { HostFacts } from "../model/host-facts";
import type { ObservedContainer } from "../model/observed";
import { isUnitLine } from "../model/line";
import { linesOf, options } from "../model/options";
import { byProperty } from "../model/options/properties";
import { listing, plainLines } from "../model/text";
import { sha256 } from "./digest";

/** What on its host stands in the way of a container that is about to be changed. */
export function preflightProblems(
  desired: DesiredContainer,
  observed: ObservedContainer | undefined,
  facts: HostFacts,
): Problem[] {
  const problems: Problem[] = [];
  const where: Where = { construct: desired.construct, host: facts.label, container: desired.name };
  const refuse: Refuse = (what, remedy) => void problems.push({ code: "host", what, where, remedy });
  if (desired.running) {
    for (const option of options) option.needs?.(desired, facts, refuse, observed);
    if (observed?.masked) {
      const unit = `container@${desired.name}.service`;
      refuse(
        `its unit ${unit} is masked on the host, so that nothing can start or reload it`,
        `unmask it there: systemctl unmask ${unit} (with --runtime, if it was masked so)`,
      );
    }
  }
  if (observed?.root === "mount" && !observed.journal && (!observed.conf || observed.profile === undefined)) {
    problems.push({
      code: "conflict",
      what: `${facts.host.stateDir}/${desired.name} is a mount point, and a create that fails would delete what is on it`,
      where,
      remedy: "create the container before mounting it there, and adopt it",
    });
  }
  const link = desired.autoStart && desired.running && !observed?.boot;
  const wanted = dropInLines(desired, facts.host.systemControl).join("\n");
  const dropIn = wanted !== "" && wanted !== observed?.dropIn.join("\n");
  if (facts.host.systemControl === "read-only" && (link || dropIn)) {
    refuse(
      `${needing(desired)} /etc/systemd/system.control, which is read-only on the host`,
      "make it writable (an immutable /etc overlay, `system.etc.overlay.mutable = false`, cannot hold it), or leave the option out",
    );
  }
  return problems;
}

/** What is kept in system.control: `autoStart needs`, `ephemeral and unit.memoryMax need`. */
function needing(desired: DesiredContainer): string {
  const lines = linesOf(desired, { systemControl: "read-only" }).filter(isUnitLine);
  const properties = [...byProperty(lines).keys()].map(({ name }) => name);
  const names = [...(desired.autoStart ? ["autoStart"] : []), ...properties];
  return `${listing(names)} ${names.length === 1 ? "needs" : "need"}`;
}

/** What the host's nix said of the container's module files. */
export function syntaxProblems(desired: DesiredContainer, facts: HostFacts): Problem[] {
  if (facts.host.syntax.size === 0) return [];
  const where: Where = { construct: desired.construct, host: facts.label, container: desired.name };
  return desired.config.files.flatMap(({ path, text, asked = text }) => {
    const said = facts.host.syntax.get(sha256(asked));
    if (said === undefined) return [];
    const inline = desired.config.inline && path === desired.config.entry;
    const what = `${inline ? "config" : `config file ${JSON.stringify(path)}`} is not valid Nix`;
    return { code: "config", what, where, remedy: "mend the line that nix names", detail: plainLines(said) };
  });
}
