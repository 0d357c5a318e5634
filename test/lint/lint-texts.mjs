// Lints the texts given on stdin as JSON, each under a path of its own, and prints the ids of the rules that each breaks.
import { text } from "node:stream/consumers";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

// the files do not exist and have no types, so the rules that need types are off
const eslint = new ESLint({ overrideConfig: { files: ["**/*.ts"], ...tseslint.configs.disableTypeChecked } });
const results = [];
for (const { file, text: code } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(code, { filePath: file, warnIgnored: true });
  results.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(results));
