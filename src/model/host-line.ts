/** A line of its host's NixOS configuration that a container needs. */
export interface HostLine {
  /** Path of the option; left out where no option can be told, and the remark says what there is to do. */
  readonly option?: string;
  /** What it is set to, in Nix. */
  readonly value?: string;
  /** Whether that is one element of a list that others add to. */
  readonly isItem?: boolean;
  /** What is said behind it. */
  readonly remark?: string;
}

/** An option with its value. */
export function hostLine(option: string, value: string, remark?: string): HostLine {
  return { option, value, ...(remark !== undefined && { remark }) };
}

/** An element of an option that is a list. */
export function hostItem(option: string, value: string, remark?: string): HostLine {
  return { ...hostLine(option, value, remark), isItem: true };
}

/** A text as a string of Nix. */
export function nixString(text: string): string {
  return `"${text.replace(/["\\]|\$(?=\{)/g, "\\$&")}"`;
}
