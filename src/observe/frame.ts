/** What stands between the framing lines of a probe's output (docs/host.md), or why nothing does. */
export type Frame =
  | { readonly kind: "complete"; readonly lines: readonly string[] }
  /** Begun, and never ended: the connection or the program was cut off. */
  | { readonly kind: "cut" }
  /** The program never spoke. */
  | { readonly kind: "none" }
  | { readonly kind: "version"; readonly version: string };

/**
 * Finds the frame in whatever login shells and banners print around it.
 * Lines are latin1 strings, one character a byte, so that digests can be taken over what the host really sent.
 */
export function findFrame(output: Buffer, nonce: string): Frame {
  const text = output.toString("latin1");
  const begin = new RegExp(`@cdktf-nixos (\\d+) ${nonce} begin(\\r?)\\n`).exec(text);
  if (!begin) return { kind: "none" };
  const [marker, version = "", carriageReturn = ""] = begin;
  if (version !== "1") return { kind: "version", version };
  const ending = carriageReturn + "\n"; // something between us and the host may write CRLF
  const body = text.slice(begin.index + marker.length);
  const end = (ending + body).indexOf(`${ending}@cdktf-nixos 1 ${nonce} end`);
  if (end < 0) return { kind: "cut" };
  const lines = body.slice(0, end).split(ending);
  return { kind: "complete", lines: [...noise(text.slice(0, begin.index)), ...lines.slice(0, -1)] };
}

/** A shell that prints before it runs a command does us no harm, but breaks the scp with which Terraform uploads its scripts. */
function noise(before: string): string[] {
  const [first] = before.split(/[\r\n\t]+/).filter((line) => line.trim() !== "");
  return first === undefined ? [] : [`host\ttrouble\tnoisy-shell ${first}`];
}
