import { confEntries } from "../../src/model/conf";
import type { DesiredContainer } from "../../src/model/container";
import { isUnitLine } from "../../src/model/line";
import { isOpaque, opaqueWords } from "../../src/model/module-file";
import { linesOf, options } from "../../src/model/options";
import type { ContainerPlan } from "../../src/plan";
import { fileTrigger } from "../../src/script";
import { terraformText } from "../framework/escape";

/**
 * The trigger that decides whether Terraform runs the program: the journal's token when the host is as wanted,
 * which is what its state holds after a good apply; else the change in words and a time that is new in every plan.
 */
export function applyTrigger(apply: ContainerPlan["apply"], more = ""): string {
  return apply.kind === "settled"
    ? terraformText(apply.token)
    : `${terraformText(apply.words + more)}\nplanned at \${plantimestamp()}`;
}

/**
 * Lines that somebody edited on the host: Terraform's own diff cannot show them, for its state and the code agree.
 * Bounded, and without control characters: it is the host's text.
 */
function editedLines(plan: ContainerPlan): string {
  if (plan.apply.kind === "settled" || !plan.changes.some(({ property }) => property === "module files on the host"))
    return "";
  const lines = plan.config.flatMap((file) => [file.path, ...file.lines]);
  const shown = lines
    .slice(0, 60)
    .map((line) => `\n  ${line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "?")}`);
  return shown.join("") + (lines.length > shown.length ? `\n  … ${lines.length - shown.length} more lines` : "");
}

/** What its unit is told by options of its own, beside the order and the timeout that stand elsewhere. */
function unitTrigger(container: DesiredContainer): Record<string, string> {
  const lines = linesOf(container, { systemControl: "writable" });
  const told = lines.filter(
    (line) =>
      isUnitLine(line) && line.key !== "TimeoutStartSec" && !options.some((option) => option.owns?.(line, lines)),
  );
  return told.length === 0 ? {} : { unit: told.map(({ key, value }) => `${key}=${value}`).join("\n") };
}

/** The triggers of a container: the plan in words, then its settings and every file of its configuration. */
export function containerTriggers(container: DesiredContainer, plan: ContainerPlan): Record<string, string> {
  const settings: Record<string, string> = {
    autoStart: String(container.autoStart),
    running: String(container.running),
    removalPolicy: container.removalPolicy,
    ...(container.protect && { protect: "true" }),
    ...(container.followNixpkgs && { followNixpkgs: "true" }),
    ...(plan.stateVersion !== "" && { stateVersion: plan.stateVersion }),
    ...(container.startTimeout !== undefined && { "timeouts.start": `${container.startTimeout} s` }),
    ...unitTrigger(container),
    conf: [...confEntries(container)].map(([key, value]) => `${key}=${value}`).join("\n"),
  };
  for (const file of container.config.files)
    settings[fileTrigger(file.path)] = isOpaque(file) ? opaqueWords(file) : file.text;
  return {
    apply: applyTrigger(plan.apply, editedLines(plan)),
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, terraformText(value)])),
  };
}
