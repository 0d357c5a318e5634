import { stripVTControlCharacters } from "node:util";

/** A line as terraform wrote it: without colours, and without the column in which cdktf names the stack. */
export function terraformLine(line: string, stack: string): string {
  const plain = stripVTControlCharacters(line)
    .replace(/^.*\r(?=.)/, "")
    .trimEnd();
  const margin = stack.length + 2;
  return plain.slice(0, margin).trim() === "" || plain.startsWith(`${stack}  `) ? plain.slice(margin) : plain;
}

/** Whether a line of an apply is worth showing: what the hosts say, and how it ended; not who connects to where, nor nix's own output. */
export function isTold(line: string): boolean {
  if (/^(Apply|Destroy) complete!/.test(line)) return true;
  return / \(remote-exec\): \S+: (?!\| )/.test(line);
}

/** A plan in terraform's words: from the first resource to the line that counts them, or the one that there is nothing to do. */
export function planLines(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const first = lines.findIndex((line) => heading.test(line));
  const last = lines.findIndex((line) => line.startsWith("Plan: "));
  return first < 0 || last < first
    ? lines.filter((line) => line.startsWith("No changes."))
    : lines.slice(first, last + 1);
}

/** The part of a plan that is about one resource. */
export function resourceLines(plan: readonly string[], address: string): readonly string[] {
  const first = plan.findIndex((line) => heading.exec(line)?.[1] === address);
  const end = plan.findIndex((line, index) => index > first && line === "    }");
  return first < 0 ? [] : plan.slice(first, end < 0 ? undefined : end + 1);
}

const heading = /^ {2}# (\S+) (?:will|must) be /;
