import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedHost as HostHere } from "../../src/sim";
import { callable } from "../../src/sim/host-call";
import { EmbeddedHost } from "../../src/sim/package-entry";

const built = path.resolve(__dirname, "../../dist/src/sim/package-entry.js");
const folder = mkdtempSync(path.join(tmpdir(), "cdktf-nixos-own-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Processes that name this host's root in their environment, or in whose memory it lives. */
function processesOf(directory: string): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").includes(directory);
      } catch {
        return false;
      }
    });
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("it does not come to be");
    await delay(20);
  }
}

/** A process that starts a host and prints where its files are; `then` is what it does afterwards. */
function parent(then: string): ReturnType<typeof spawn> {
  const script = `const { EmbeddedHost } = require(${JSON.stringify(built)});
    EmbeddedHost.start().then((host) => { require("node:fs").writeSync(1, host.root); ${then} });`;
  return spawn(process.execPath, ["-e", script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function firstOutput(child: ReturnType<typeof spawn>): Promise<string> {
  for await (const data of child.stdout ?? []) return String(data);
  throw new Error("it printed nothing");
}

describe("8 a process of its own", () => {
  let host: EmbeddedHost;
  beforeAll(async () => {
    host = await EmbeddedHost.start({ name: "web1", user: "deploy" });
  });
  afterAll(() => host.stop());

  test("8.1 it answers while this process stands still", () => {
    const { address, port, user, identityFile } = host.connection;
    const options = ["-F", "none", "-o", `UserKnownHostsFile=${host.knownHosts}`, "-o", "BatchMode=yes", "-T"];
    const told = spawnSync(
      "ssh",
      [...options, "-i", identityFile, "-p", String(port), `${user}@${address}`, "hostname; whoami"],
      { encoding: "utf8", timeout: 60_000 },
    );
    expect(told).toMatchObject({ stdout: "web1\ndeploy\n", status: 0 });
  });

  test("8.2 it can do all that the host can, and fails with its words", async () => {
    for (const method of callable) {
      expect(HostHere.prototype).toHaveProperty(method);
      expect(EmbeddedHost.prototype).toHaveProperty(method);
    }
    const known = Object.getOwnPropertyNames(HostHere.prototype);
    const here = Object.getOwnPropertyNames(EmbeddedHost.prototype);
    const inner = [
      ...["constructor", "startCommand", "boot", "giveInterfacesBack"],
      ...["unmountUnits", "writeSettings", "writeKnownHosts"],
    ];
    expect(known.filter((name) => !here.includes(name) && !inner.includes(name))).toEqual([]);
    await host.edit("/etc/motd", "välkommen\n");
    expect(await host.read("/etc/motd")).toBe("välkommen\n");
    expect(readFileSync(host.path("/etc/motd"), "utf8")).toBe("välkommen\n");
    await host.remove("/etc/motd");
    await expect(host.read("/etc/motd")).rejects.toThrow(/ENOENT.*motd/);
    expect(await host.run("cat; exit 3", { stdin: "in" })).toEqual({ code: 3, stdout: "in", stderr: "" });
    const before = await host.snapshot();
    await host.setFaults({ build: "no luck" });
    expect((await host.run("nixos-container create web", { user: "root" })).stderr).toContain("no luck");
    await host.setFaults({ build: "" });
    const made = host.called(/nixos-container create db/);
    expect((await host.run("nixos-container create db", { user: "root" })).code).toBe(0);
    await made;
    await expect(host.called(/never/, 1)).rejects.toThrow("no call on web1 matches /never/");
    expect((await host.calls()).join()).toContain("nixos-container create db");
    await host.restore(before);
    expect((await host.run("nixos-container list", { user: "root" })).stdout).toBe("");
    await host.reboot();
    expect(await host.rebuild()).toEqual({ code: 0 });
  });

  test("8.3 it tells how to log in, and keeps up with renewed keys", async () => {
    const { connection } = host;
    expect(connection).toEqual({
      address: "127.0.0.1",
      port: host.port,
      user: "deploy",
      identityFile: host.identityFile,
      hostKey: host.hostKeys,
    });
    expect(connection.hostKey).toHaveLength(3);
    await host.renewHostKeys();
    expect(host.connection.port).toBe(connection.port);
    expect(host.connection.hostKey).not.toEqual(connection.hostKey);
    expect(readFileSync(host.knownHosts, "utf8")).toContain(host.connection.hostKey[0]);
  });

  test("8.4 stop() ends its process and removes its directory; a second one does nothing", async () => {
    const other = await EmbeddedHost.start();
    const { root } = other;
    expect((await other.run("setsid sleep 1000 >/dev/null 2>&1 </dev/null & echo")).code).toBe(0);
    expect(processesOf(root)).toHaveLength(1);
    await other.stop();
    await other.stop();
    expect(existsSync(root)).toBe(false);
    expect(processesOf(root)).toEqual([]);
    await expect(other.calls()).rejects.toThrow("the embedded host is stopped");
  });

  test("8.5 it ends with the process that started it, whatever that one dies of", async () => {
    for (const signal of ["SIGKILL", "SIGINT"] as const) {
      const child = parent(`host.run("sleep 1000").catch(() => {}); setInterval(Date.now, 1000);`);
      const root = await firstOutput(child);
      await until(() => processesOf(root).length > 0);
      child.kill(signal);
      await until(() => !existsSync(path.dirname(root)));
      expect(processesOf(root)).toEqual([]);
    }
  });

  test("8.6 it keeps no process alive that has nothing else to do", async () => {
    const child = parent("");
    const exit = new Promise((resolve) => child.once("exit", resolve));
    const root = await firstOutput(child);
    expect(await exit).toBe(0);
    await until(() => !existsSync(path.dirname(root)));
  });

  test("8.7 options that cannot be are refused, and no process stays", async () => {
    const children = (): number =>
      readdirSync("/proc").filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ")[1] === String(process.pid);
        } catch {
          return false;
        }
      }).length;
    const before = children();
    const { TMPDIR } = process.env;
    const temporary = mkdtempSync(path.join(folder, "refused-"));
    process.env["TMPDIR"] = temporary;
    try {
      await expect(EmbeddedHost.start({ authorizedKeys: ["nonsense"] })).rejects.toThrow(
        'cannot read the authorized key "nonsense"',
      );
    } finally {
      if (TMPDIR === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = TMPDIR;
    }
    await until(() => children() === before);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
