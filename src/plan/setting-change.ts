import type { DesiredContainer } from "../model/container";
import type { Journal, ObservedContainer, ObservedHost } from "../model/observed";
import { dropInChanges } from "./drop-in-change";
import type { Change } from "./plan";
import { plain } from "./text";

/** What differs in how a container starts, runs and is removed; without a journal, as for one that is adopted. */
export function settingChanges(
  desired: DesiredContainer,
  observed: ObservedContainer,
  host: ObservedHost,
  conf: readonly Change[],
  journal?: Journal,
): Change[] {
  const autoStart = autoStartChange(desired, observed);
  return [
    ...runningChange(desired, observed),
    ...autoStart,
    ...dropInChanges(desired, observed, host, [...conf, ...autoStart]),
    ...(journal ? policyChanges(desired, journal) : []),
  ];
}

function runningChange(desired: DesiredContainer, observed: ObservedContainer): Change[] {
  const up = observed.unit === "up";
  // A start under way, or one that systemd tries again, would bring up what shall be down.
  const coming = /^activating\b/.test(observed.active);
  if (up === desired.running && !(coming && !desired.running)) return [];
  return [
    {
      property: "running",
      before: up ? "true" : downWords(observed.active),
      after: String(desired.running),
      effect: "none",
    },
  ];
}

/** `false`, with systemd's words when it did not just stop. */
function downWords(active: string): string {
  const words = [...new Set(active.split(" "))].join(" "); // `failed failed` says no more than `failed`
  return active === "" || /^inactive\b/.test(active) ? "false" : plain(`false (systemd says: ${words})`, 80);
}

function autoStartChange(desired: DesiredContainer, observed: ObservedContainer): Change[] {
  const linked = desired.autoStart && desired.running;
  if (observed.boot === linked) return [];
  // The link goes with `running`: where that is what changes, it is no change of its own.
  const up = observed.unit === "up";
  if (desired.autoStart && up !== desired.running && observed.boot === up) return [];
  const after = desired.autoStart && !desired.running ? "false while it shall not run" : String(linked);
  return [{ property: "autoStart", before: String(observed.boot), after, effect: "none" }];
}

function policyChanges(desired: DesiredContainer, journal: Journal): Change[] {
  const pairs = [
    ["removalPolicy", plain(journal.removal) || "not set", desired.removalPolicy],
    ["protect", String(journal.protect), String(desired.protect)],
  ] as const;
  return pairs
    .filter(([, before, after]) => before !== after)
    .map(([property, before, after]) => ({ property, before, after, effect: "none" }));
}
