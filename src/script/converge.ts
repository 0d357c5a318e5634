import { createHash } from "node:crypto";
import { confEntries, renderConf } from "../model/conf";
import type { DesiredContainer } from "../model/container";
import { renderDropIn } from "../model/drop-in";
import { containerModuleTemplate, moduleLines } from "../model/module";
import { contentOf, isOpaque } from "../model/module-file";
import { linesOf } from "../model/options";
import type { Dialect } from "./program";
import { shellQuote } from "./quote";

/** What converge must know beside the container itself: what the plan was computed from. */
export interface PlannedChange {
  readonly action: string;
  /** Digest of the state the plan was computed from; `any` for a host that was not observed. */
  readonly base: string;
  /** `auto` leaves it to the host. */
  readonly stateVersion: string;
  readonly stopFirst: readonly string[];
  /**
   * Addresses that were free when they were chosen for it.
   * @default none
   */
  readonly free?: readonly string[];
  /**
   * The other name of a rename that this change brings about, goes on with or undoes.
   * @default none
   */
  readonly otherName?: string;
  /** Key of the teardown that removes it one day: the host's machine-id, or `address of HOST` where that is not known. */
  readonly machine: string;
  /**
   * Whether /etc/systemd/system.control can be written.
   * @default "writable"
   */
  readonly systemControl?: "writable" | "read-only";
  /**
   * The lines of the drop-in that the container's unit was seen with.
   * @default not known
   */
  readonly dropIn?: readonly string[];
  /** Value of the trigger `apply`, for dialects that fill it in. */
  readonly apply: string;
}

/** The keys of a conf by which a container has its addresses. */
const networkKey = /^(HOST_BRIDGE|(HOST|LOCAL)_ADDRESS6?)$/;

/** Name of the trigger that carries a module file. */
export function fileTrigger(path: string): string {
  return `config/${path}`;
}

/** The assignments that converge reads, a line each; the program's text follows them. */
export function convergeCall(container: DesiredContainer, promise: PlannedChange, dialect: Dialect): string[] {
  const conf = renderConf(container).trimEnd();
  const { network } = container;
  const lines = linesOf(container, { systemControl: promise.systemControl ?? "writable" });
  const dropIn = renderDropIn(lines);
  const yes = (value: boolean): string => (value ? "yes" : "no");
  const values = {
    name: container.name,
    owner: container.owner,
    action: promise.action,
    base: promise.base,
    entry: container.config.entry,
    config: container.config.digest,
    state_version: promise.stateVersion,
    follow: yes(container.followNixpkgs),
    conf,
    addresses: network.hostAddress && network.localAddress ? `${network.hostAddress} ${network.localAddress}` : "",
    network: [...confEntries(container)]
      .flatMap(([key, value]) => (networkKey.test(key) ? `${key}=${value}` : []))
      .join(" "),
    free: (promise.free ?? []).join(" "),
    boot: yes(container.autoStart && container.running),
    start: container.startTimeout === undefined ? "" : String(container.startTimeout),
    drop_in: dropIn.join("\n"),
    unit_words: unitWords(dropIn, promise.dropIn),
    unit_aspects: unitAspects,
    container_nix: containerModuleTemplate(container.config.entry, lines),
    inside: moduleLines(lines).join("\n"),
    build: String(container.buildTimeout),
    running: yes(container.running),
    restart: yes(container.restartIfChanged),
    removal: container.removalPolicy,
    protect: yes(container.protect),
    adopt: yes(container.adopt),
    stop_first: promise.stopFirst.join(" "),
    machine: promise.machine,
    other: promise.otherName ?? "",
  };
  const target = [
    "config",
    "entry",
    "state_version",
    "conf",
    "boot",
    "drop_in",
    "running",
    "removal",
    "protect",
  ] as const;
  const digest = createHash("sha256")
    .update(target.map((key) => `${key}=${values[key]}\n`).join("") + values.inside)
    .digest("hex");
  return [
    dialect.literal(
      Object.entries({ ...values, target: digest })
        .map(([key, value]) => `w_${key}=${shellQuote(value)}`)
        .join("\n"),
    ),
    `w_apply='${dialect.trigger("apply", promise.apply)}'`,
    "wanted_files() {",
    ...container.config.files.map((file) => {
      const { path, text } = file;
      const content = isOpaque(file)
        ? dialect.literal(contentOf(file).toString("base64"))
        : dialect.trigger(fileTrigger(path), text);
      return `  file ${dialect.literal(shellQuote(`config/${path}`))} '${content}' || return 1`;
    }),
    "}",
  ];
}

/** What is set beside a container's conf, when it is not known what of it differs. */
const unitAspects = "start at boot, start order and timeout";

/** Lines of a drop-in of which nothing else is to be said. */
const ordinary = /^(\[(Unit|Service)\]|(RequiresMountsFor|Wants|After|TimeoutStartSec)=.*)$/;

/** What the drop-in that is wanted, and the one that was seen, speak of. */
function unitWords(wanted: readonly string[], seen: readonly string[] | undefined): string {
  if (wanted.length === 0 && seen === undefined) return "start order and timeout";
  if (![...wanted, ...(seen ?? [])].every((line) => ordinary.test(line))) return "unit settings";
  const text = wanted.join("\n") + (seen ?? []).join("\n");
  if (/\[Unit\][^]*TimeoutStartSec=/.test(text)) return "start order and timeout";
  return text.includes("[Unit]") ? "start order" : "start timeout";
}
