import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { HostConnection } from "../../src/sim";
import { run } from "./command";

const program = path.resolve(__dirname, "../../dist/src/cli/main.js");
const folder = mkdtempSync(path.join(tmpdir(), "cdktf-nixos-cli-host-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(stdin: "pipe" | "ignore", ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, "embedded-host", ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: [stdin, "pipe", "inherit"],
  });
}

async function firstOutput(child: ChildProcess): Promise<string> {
  for await (const data of child.stdout ?? []) return String(data);
  throw new Error("it printed nothing");
}

const exitOf = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once("exit", resolve));
const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith("cdktf-nixos-host-"));

describe("cdktf-nixos embedded-host", () => {
  test("prints the props of its NixosHost, and ends with its standard input", async () => {
    const child = start("pipe", "--json", "--name", "web1", "--user", "deploy");
    const ended = exitOf(child);
    const { address, port, user, identityFile, hostKey } = JSON.parse(await firstOutput(child)) as HostConnection;
    expect({ address, user }).toEqual({ address: "127.0.0.1", user: "deploy" });
    expect(hostKey).toHaveLength(3);
    const options = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
    const login = [...options, "-i", identityFile, "-p", String(port), `${user}@${address}`, "hostname"];
    expect(spawnSync("ssh", login, { encoding: "utf8" })).toMatchObject({ status: 0, stdout: "web1\n" });
    child.stdin?.end();
    expect(await ended).toBe(0);
    expect(left()).toEqual([]);
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "lives without standard input, and ends with %s",
    async (signal) => {
      const child = start("ignore");
      const ended = exitOf(child);
      expect(await firstOutput(child)).toMatch(
        /^The embedded host host listens\. Log in:\n {2}ssh .* root@127\.0\.0\.1\n/,
      );
      await delay(700);
      expect(child.exitCode).toBeNull();
      child.kill(signal);
      expect(await ended).toBe(0);
      expect(left()).toEqual([]);
    },
  );

  test("says why it does not start, and ends, whoever still holds its standard input", async () => {
    const child = spawn(process.execPath, [program, "embedded-host"], {
      env: { ...process.env, TMPDIR: path.join(folder, "none") },
      stdio: ["pipe", "ignore", "pipe"],
      timeout: 60_000,
    });
    const ended = exitOf(child);
    let said = "";
    child.stderr.on("data", (data) => (said += String(data)));
    expect(await ended).toBe(1);
    expect(said).toMatch(/^the embedded host does not start: .*none/);
  });

  test("ends with the process that started it, which was killed", async () => {
    const script = `require("node:child_process").spawn(process.execPath, [${JSON.stringify(program)}, "embedded-host", "--json"],
      { stdio: ["ignore", "inherit", "inherit"] }); setInterval(Date.now, 1000);`;
    const parent = spawn(process.execPath, ["-e", script], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { identityFile = "" } = JSON.parse(await firstOutput(parent)) as Record<string, string>;
    expect(existsSync(identityFile)).toBe(true);
    parent.kill("SIGKILL");
    const end = Date.now() + 60_000;
    while (existsSync(path.dirname(identityFile))) {
      if (Date.now() > end) throw new Error("it lives on");
      await delay(50);
    }
  });

  test("an option that is none has a neighbour named", async () => {
    expect((await run(["embedded-host", "--jsno"], folder)).stderr).toContain("Did you mean --json?");
    expect((await run(["embeded-host"], folder)).stderr).toContain("Did you mean embedded-host?");
  });
});
