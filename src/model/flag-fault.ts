/**
 * Why a text cannot be a word among systemd-nspawn's flags, or undefined when it can: the unit's script splits them at white
 * space, takes quotes and backslashes as they stand, and expands wildcards.
 */
export function wordFault(text: string): string | undefined {
  if (text === "") return "is empty";
  if (/[\s\u0000-\u001f\u007f]/.test(text)) return "contains white space or a control character";
  if (/["'`\\]/.test(text)) return "contains a quote or a backslash, which would be passed on as it stands";
  if (/[*?[\]]/.test(text)) return "contains a wildcard, which the unit's script would expand";
  if (text.includes("${")) return "contains ${…}, which nobody fills in";
  if (/\p{Surrogate}/u.test(text)) return "contains half a character, which is not valid text";
  if (text !== text.normalize("NFC")) return "contains decomposed characters, which Terraform would rewrite";
  return undefined;
}
