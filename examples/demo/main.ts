import { readArguments, usage } from "./arguments";
import { Narrator } from "./narrator";
import { playDemo } from "./play";

/** Exit codes: 0 all is as told, 1 something is not, 2 it could not begin, 130 it was interrupted. */
async function main(): Promise<number> {
  const narrator = new Narrator(process.stdout);
  try {
    const { help, host } = readArguments(process.argv.slice(2));
    if (help) {
      process.stdout.write(usage);
      return 0;
    }
    return await playDemo(narrator, host);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
}

void main().then((code) => process.exit(code));
