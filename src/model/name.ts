import type { Problem, Where } from "./error";

/** The longest name a container can have: systemd-nspawn takes no longer machine name. */
export const longestName = 64;

/** The longest name a host can have, the container itself among them. */
export const longestHostName = 63;

/** Everything wrong with a container's name; empty when it is sound. */
export function nameProblems(name: string, where: Where): Problem[] {
  const refuse = (what: string, remedy: string): Problem[] => [{ code: "input", what, where, remedy }];
  if (!/^[a-zA-Z0-9_-]+$/.test(name)) {
    return refuse(
      `the container name ${JSON.stringify(name)} has characters other than letters, digits and hyphens`,
      "choose another construct id, or set `name:` to one of letters, digits and hyphens",
    );
  }
  if (name.includes("_")) {
    return refuse(
      `the container name ${JSON.stringify(name)} has an underscore, which no machine name may have: it could be created and would never start`,
      "use a hyphen, or set `name:`",
    );
  }
  if (name.startsWith("-") || name.endsWith("-")) {
    return refuse(
      `the container name ${JSON.stringify(name)} begins or ends with a hyphen`,
      "begin and end it with a letter or digit",
    );
  }
  if (name === "0") {
    return refuse(`the container name "0" is read as no name at all by nixos-container`, "set `name:` to another one");
  }
  if (name.length > longestName) {
    return refuse(
      `the container name ${JSON.stringify(name)} has ${name.length} characters, and a machine name has ${longestName} at most`,
      "choose a shorter construct id, or set `name:`",
    );
  }
  return [];
}
