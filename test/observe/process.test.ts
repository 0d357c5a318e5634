import { run } from "../../src/observe/process";

const sh = (script: string, options: Partial<Parameters<typeof run>[2]> = {}) =>
  run("sh", ["-c", script], { timeout: 60, ...options });

test("a command's exit status and both of its streams come back, byte by byte", async () => {
  const { stdout, ...rest } = await sh("printf 'out \\377'; printf 'err ü' >&2; exit 3");
  expect(stdout).toEqual(Buffer.from([0x6f, 0x75, 0x74, 0x20, 0xff]));
  expect(rest).toEqual({ exitCode: 3, stderr: "err ü", timedOut: false });
});

test("it reads what it is given, and nothing where it is given nothing", async () => {
  expect((await sh("cat", { input: "given" })).stdout.toString()).toBe("given");
  expect((await sh("cat; echo end")).stdout.toString()).toBe("end\n");
});

test("it need not read what it is given", async () => {
  expect(await sh("exit 0", { input: "x".repeat(1_000_000) })).toMatchObject({ exitCode: 0 });
});

test("it runs in the C locale, with what else it is told, and what this process has", async () => {
  const told = await sh('echo "$LC_ALL $SSH_ASKPASS_REQUIRE $OWN $PATH"', { env: { OWN: "own" } });
  expect(told.stdout.toString()).toBe(`C never own ${process.env["PATH"]}\n`);
});

test.each([
  ["is missing", "no-such-program", [], "ENOENT"],
  ["is given more than the kernel takes", "true", ["x".repeat(3_000_000)], "E2BIG"],
])("a program that %s was not started, and why is told", async (_what, file, args, notStarted) => {
  const result = await run(file, args, { timeout: 60 });
  expect(result).toMatchObject({ notStarted, timedOut: false });
  expect(result.exitCode).toBeUndefined();
});

test("a command that was ended by a signal has no exit status, and was started", async () => {
  const result = await sh("kill -9 $$");
  expect([result.exitCode, result.notStarted, result.timedOut]).toEqual([undefined, undefined, false]);
});

test("one that takes too long is ended, and what it had said is kept", async () => {
  const result = await sh("echo first; exec sleep 300", { timeout: 0.5 });
  expect([result.timedOut, result.exitCode, result.stdout.toString()]).toEqual([true, undefined, "first\n"]);
});

test("one that will not end is ended all the same, and who holds its output is not waited for", async () => {
  const deaf = "trap '' TERM; sleep 300 & echo $!; while :; do sleep 0.1; done";
  const result = await sh(deaf, { timeout: 0.5 });
  process.kill(Number(result.stdout.toString()), "SIGKILL"); // fails where it is not there to hold it
  expect(result.timedOut).toBe(true);
});

test("an observation that is broken off ends it, before it began too", async () => {
  const abort = new AbortController();
  const running = sh("exec sleep 300", { signal: abort.signal });
  abort.abort();
  expect(await running).toMatchObject({ timedOut: false });
  expect((await sh("exec sleep 300", { signal: abort.signal })).exitCode).toBeUndefined();
});
