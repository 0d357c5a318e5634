import { createHash } from "node:crypto";
import { programText } from "./program";
import { shellQuote } from "./quote";

/** What a probe is asked. */
export interface Probe {
  /** Marks the frame of this very probe's output. */
  readonly nonce: string;
  /** Whether sudo may be used when the user is not root. */
  readonly become: boolean;
  /**
   * Whether Terraform will put scripts into the user's home directory and run them.
   * @default true
   */
  readonly scripts?: boolean;
  /** Bind sources to look for. */
  readonly sources: readonly string[];
  /**
   * Containers that bind them.
   * @default none
   */
  readonly mounting?: readonly string[];
  /**
   * Units of the host whose state is asked for.
   * @default none
   */
  readonly units?: readonly string[];
  /**
   * Keys of the conf of which it is asked whether the containers' unit reads them.
   * @default none
   */
  readonly keys?: readonly string[];
  /** Owners whose last removal is asked for. */
  readonly owners: readonly string[];
  /** Module files to have parsed by the host's nix. */
  readonly syntax: readonly { readonly sha256: string; readonly text: string }[];
  /**
   * Containers whose own configuration.nix is asked for.
   * @default none
   */
  readonly adopted?: readonly string[];
}

/** Hash that names an owner in a file name. */
export function ownerHash(owner: string): string {
  return createHash("sha256").update(owner).digest("hex").slice(0, 16);
}

/** The program that observes a host: POSIX sh on stdin of `sh -s`, framed records on stdout (docs/host.md). */
export function probeProgram(probe: Probe): string {
  const end = "CDKTF_NIXOS_PROGRAM";
  const requests = [
    ...probe.sources.map((path) => `source_kind ${shellQuote(path)}`),
    ...(probe.mounting ?? []).map((name) => `observe_access ${shellQuote(name)}`),
    ...(probe.units && probe.units.length > 0 ? [`observe_host_units ${probe.units.map(shellQuote).join(" ")}`] : []),
    ...(probe.keys ?? []).map((key) => `observe_key ${shellQuote(key)}`),
    ...(probe.adopted ?? []).map((name) => `found_configuration ${shellQuote(name)}`),
    ...probe.syntax.map(({ sha256, text }) => `check_syntax ${sha256} ${Buffer.from(text, "utf8").toString("base64")}`),
  ];
  return [
    `printf '\\n@cdktf-nixos 1 %s begin\\n' ${shellQuote(probe.nonce)}`,
    `p_become=${probe.become ? "yes" : "no"}`,
    `p_scripts=${probe.scripts === false ? "no" : "yes"}`,
    programText("login"),
    // Without its end line a probe counts as cut off: what died halfway must not look like a host with nothing on it.
    `$become \${become:+env "LOGIN_NIX_PATH=\${NIX_PATH-}"} sh -s <<'${end}' || [ "$become" = false ] || exit 1`,
    `p_reaps=${shellQuote(probe.owners.map(ownerHash).join(" "))}`,
    "probe_requests() {",
    ...requests.map((line) => `  ${line}`),
    "  :",
    "}",
    programText("probe") + end,
    `printf '@cdktf-nixos 1 %s end\\n' ${shellQuote(probe.nonce)}`,
    "",
  ].join("\n");
}
