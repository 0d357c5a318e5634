import { spawnSync } from "node:child_process";

/** Why nothing can be installed with npm on this machine, or undefined where it can: one small question, asked once. */
export function registryProblem(): string | undefined {
  const question = ["view", "picocolors", "version", "--prefer-online", "--fetch-retries=0", "--fetch-timeout=8000"];
  const run = spawnSync("npm", question, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 15_000,
  });
  if (run.status === 0 && /^\d+\.\d+\.\d+$/m.test(run.stdout)) return undefined;
  const complaint = run.stderr.split("\n").find((line) => /\berror\b.*(network|code|E[A-Z]{4,})/.test(line));
  return `npm cannot reach its registry: ${complaint?.replace(/^npm (error|ERR!) /, "") ?? run.error?.message ?? "no answer"}`;
}
