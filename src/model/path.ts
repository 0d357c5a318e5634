/**
 * Why a path cannot stand in a container's conf, or undefined when it can.
 * systemd-nspawn splits its flags on white space and its mounts on colons, and the unit's script expands wildcards.
 */
export function pathFault(path: string): string | undefined {
  if (!path.startsWith("/")) return "is not absolute";
  if (/[\s\u0000-\u001f\u007f]/.test(path)) return "contains white space or a control character";
  if (/["'`\\]/.test(path)) return "contains a quote or a backslash";
  if (/[:*?[\]]/.test(path)) return "contains a colon or a wildcard";
  if (/\p{Surrogate}/u.test(path)) return "contains half a character, which is not valid text";
  if (path !== path.normalize("NFC")) return "contains decomposed characters, which Terraform would rewrite";
  if (path.split("/").some((part) => part === ".." || part === ".")) return "contains `.` or `..`";
  return undefined;
}

/** A path without the slashes that mean nothing: `/data/` and `//data` are the one place `/data`. */
export function tidyPath(path: string): string {
  return path.replace(/\/+/g, "/").replace(/(?<=.)\/$/, "");
}
