import { appendFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { observe } from "./observe";
import type { ObserveRequest } from "./request";
import { decode, encode } from "./wire";

/**
 * The child process of `observeSync`: a request on stdin, the observations on stdout, both in the form of wire.ts.
 * It exits with 0 when hosts fail too: that is an answer. CDKTF_NIXOS_PROGRESS_FILE gets a line for each host that is done.
 */
async function main(): Promise<void> {
  const abort = new AbortController();
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    // A listener that stays: without one, execa's own clean-up would end this process before the temporary files are gone.
    process.on(signal, () => {
      process.exitCode = code;
      abort.abort();
    });
  }
  const progress = process.env["CDKTF_NIXOS_PROGRESS_FILE"];
  const request = decode(await text(process.stdin)) as ObserveRequest;
  const observations = await observe(request, {
    signal: abort.signal,
    ...(progress && {
      onDone: (label, done, total) => appendFileSync(progress, `done ${done}/${total} ${label}\n`),
    }),
  });
  if (!abort.signal.aborted) process.stdout.write(encode(observations));
}

void main();
