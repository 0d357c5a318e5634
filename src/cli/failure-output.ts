/** A frame of a stack trace, `    at name (place)` or `    at place`; ` {` at its end begins the error's properties. */
const frame = /^\s+at (?:.* \()?(.*?)\)?( \{)?$/;

/** Where no user's code is: packages, and node itself. */
const foreign = /(?:^|[/\\])node_modules[/\\]|^(?:file:\/\/)?node:|^<anonymous>$|^native$/;

/** Properties of an error that repeat what its message says: those of ts-node, esbuild and node's loaders. */
const repeated = /^ {2}(diagnostic\w*|errors|warnings|code|requireStack|url|name):/;

/**
 * What a user needs of the output of an app that failed: of a compiler's complaint the complaint, of an error its message
 * and the frames in the user's own code.
 */
export function usefulOutput(output: string): string {
  const lines = output.trimEnd().split("\n");
  const complaint = lines.findIndex((line) => /\berror TS\d+:/.test(line));
  const useful = complaint < 0 ? withoutFrames(withoutThrowSite(lines)) : upToFrames(lines.slice(complaint));
  const text = useful
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return text === "" ? output.trimEnd() : text;
}

/** Without node's own `file:line`, source line and `^` in front of an error, where that line is no user's. */
function withoutThrowSite(lines: readonly string[]): readonly string[] {
  const arrow = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  const [, place] = /^(.*):\d+$/.exec(lines[arrow - 2] ?? "") ?? [];
  return place !== undefined && foreign.test(place) ? [...lines.slice(0, arrow - 2), ...lines.slice(arrow + 1)] : lines;
}

function upToFrames(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => frame.test(line));
  return end < 0 ? lines : lines.slice(0, end);
}

/** Without frames in packages and in node, properties that repeat the message, and node's last line, its version. */
function withoutFrames(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const [, place, opens] = frame.exec(line) ?? [];
    const end = opens === undefined ? -1 : lines.indexOf("}", index);
    const isRepeated = end > index && repeated.test(lines[index + 1] ?? "");
    if (place === undefined ? !/^Node\.js v\d/.test(line) : !foreign.test(place)) {
      kept.push(isRepeated ? line.slice(0, -2) : line);
    } else if (end > index && !isRepeated) kept.push("{");
    if (isRepeated) index = end;
  }
  return kept;
}
