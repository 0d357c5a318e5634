/** The text of a file; undefined for what is none. */
export function textOf(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Whether a kernel would run it: a text that names its interpreter, or a binary. */
export function isProgram(bytes: Buffer): boolean {
  return bytes.subarray(0, 2).equals(Buffer.from("#!")) || bytes.subarray(0, 4).equals(Buffer.from("\x7fELF"));
}
