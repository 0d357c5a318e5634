const INT64_MAX = 2n ** 63n - 1n;

/** The smallest float that Nix reads; it refuses those that C calls denormal. */
const FLOAT_MIN = 2.2250738585072014e-308;

/** Nix text of a number, or what is wrong with it. */
export type NumberText = { readonly text: string } | { readonly flaw: string; readonly remedy: string };

/** Integers give Nix integers; anything else, and what no 64-bit integer holds, gives a Nix float. */
export function numberText(value: number): NumberText {
  if (!Number.isFinite(value)) return { flaw: `is ${value}, which Nix cannot hold`, remedy: "use a finite number" };
  if (Number.isSafeInteger(value)) return { text: String(value) }; // -0 prints as 0
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) {
    return {
      flaw: `is ${BigInt(value)}, an integer too large for a JavaScript number to hold exactly`,
      remedy: "write it as a bigint (such as 9007199254740993n)",
    };
  }
  if (Math.abs(value) < FLOAT_MIN) return { flaw: `is ${value}, too close to zero for Nix`, remedy: "use 0" };
  const [mantissa = "", exponent] = String(value).split("e");
  const digits = mantissa.includes(".") ? mantissa : `${mantissa}.0`; // 1e300 would be read as 1 applied to e300
  return { text: exponent === undefined ? digits : `${digits}e${exponent}` };
}

export function bigintText(value: bigint): NumberText {
  // Nix reads -N as the negation of N, and the smallest integer has no positive counterpart.
  if (value === -INT64_MAX - 1n) return { text: `(-${INT64_MAX} - 1)` };
  if (value < -INT64_MAX || value > INT64_MAX) {
    return { flaw: `is ${value}, beyond the 64-bit integers of Nix`, remedy: "use a smaller number, or a string" };
  }
  return { text: String(value) };
}
