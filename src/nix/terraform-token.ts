import type { Fault } from "./fault";

/** How CDKTF writes a value that Terraform fills in later: into a string, a list, a map. */
const MARKERS = ["${TfToken[", "#{TfToken[", "&{TfToken["] as const;

/** The top 16 bits of the doubles that stand for a number and for a list of numbers. */
const NUMBER_MARKERS: readonly number[] = [0xfdff, 0xfbff];

/** How such a double looks once it was put into a string. */
const PRINTED_NUMBER = /-\d(?:\.\d+)?e\+\d{3}/g;

/** Whether a number is CDKTF's stand-in for one that Terraform fills in later. */
export function isNumberToken(value: number): boolean {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  return NUMBER_MARKERS.includes(bytes.getUint16(0));
}

/** Offset of the first CDKTF token in a text. */
export function findTerraformToken(text: string): number | undefined {
  const offsets = MARKERS.map((marker) => text.indexOf(marker)).filter((offset) => offset >= 0);
  for (const match of text.matchAll(PRINTED_NUMBER)) if (isNumberToken(Number(match[0]))) offsets.push(match.index);
  return offsets.length > 0 ? Math.min(...offsets) : undefined;
}

/** The fault names the place, never the token: a token in a message would be resolved by CDKTF. */
export function terraformTokenFault(place: string): Fault {
  return {
    what: `${place} holds a value that is only known after apply, which can't be part of a NixOS configuration`,
    remedy: "use a value that is known at synth, or put it into a file on the host and bind-mount that",
  };
}
