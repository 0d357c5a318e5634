import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { DesiredHost } from "../../src/model/host";
import { observeSync } from "../../src/observe/sync";
import { encode } from "../../src/observe/wire";
import { describeUnless } from "../support/tools";
import { desiredHost } from "./context";
import { Bench, freePort, noSshd, publicKey, type Sshd, user } from "./sshd";

describeUnless(noSshd, "hosts observed from a synchronous program", () => {
  let bench: Bench;
  let sshd: Sshd;
  let temporary: string;
  const environment = { ...process.env };

  beforeAll(async () => {
    bench = new Bench();
    const key = bench.key("id");
    const root = path.join(bench.folder, "root");
    mkdirSync(path.join(root, "etc/ssh"), { recursive: true });
    mkdirSync(path.join(root, "home"), { mode: 0o700 });
    writeFileSync(path.join(root, "etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
    sshd = await bench.sshd([key], [`ForceCommand HOME=${root}/home CDKTF_NIXOS_ROOT=${root} sh -s`]);
    for (const type of ["rsa", "ecdsa", "ed25519"]) {
      writeFileSync(path.join(root, `etc/ssh/ssh_host_${type}_key.pub`), `${sshd.keys[type]} root@web1\n`);
    }
    temporary = path.join(bench.folder, "tmp");
    mkdirSync(temporary);
    const config = `IdentityFile ${key}\nUserKnownHostsFile ${bench.write("known", sshd.known())}\n`;
    Object.assign(process.env, {
      CDKTF_NIXOS_SSH_CONFIG: bench.write("config", config),
      CDKTF_NIXOS_PROGRESS_FILE: path.join(bench.folder, "progress"),
      TMPDIR: temporary,
    });
    delete process.env["SSH_AUTH_SOCK"];
  });
  afterAll(async () => {
    process.env = environment;
    await bench.close();
  });

  const request = (settings: Partial<DesiredHost>) => ({
    host: desiredHost({ port: sshd.port, user, ...settings }),
    sources: [bench.folder, "/no/such/source"],
    owners: [],
    syntax: [],
  });

  it("are told in the order of the request, by the real probe, over one connection each", async () => {
    const before = sshd.connections();
    const known = readFileSync(path.join(bench.folder, "known"), "utf8");
    const hosts = Array.from({ length: 20 }, (_, index) => request({ label: `web${index}` }));
    const closed = request({ label: "closed", port: await freePort() });
    const unknown = request({ addressUnknown: true });
    const observations = observeSync({ hosts: [closed, ...hosts, unknown], connectTimeout: 5 });
    expect(observations.map(({ kind }) => kind)).toEqual(["failed", ...hosts.map(() => "observed"), "unobserved"]);
    expect(sshd.connections() - before).toBe(20);
    expect(observations[20]).toMatchObject({
      host: {
        machineId: "0123456789abcdef0123456789abcdef",
        containers: new Map(),
        sources: new Map([
          [bench.folder, "missing"], // below the host's own root
          ["/no/such/source", "missing"],
        ]),
      },
      connection: {
        host: "127.0.0.1",
        port: sshd.port,
        user,
        hostKey: expect.stringContaining(sshd.keys["rsa"]) as string,
      },
    });
    expect(readdirSync(temporary)).toEqual([]);
    expect(readFileSync(path.join(bench.folder, "known"), "utf8")).toBe(known);
    const progress = readFileSync(path.join(bench.folder, "progress"), "utf8").trim().split("\n");
    expect(progress).toHaveLength(22);
    expect(progress.at(-1)).toMatch(/^done 22\/22 /);
  });

  it("leave nothing behind when they are given up", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const program = path.join(__dirname, "..", "..", "dist", "src", "observe", "main.js");
    const child = spawn(process.execPath, [program], { env: process.env, stdio: "pipe" });
    const stderr = text(child.stderr);
    child.stdin.end(encode({ hosts: Array.from({ length: 12 }, () => request({ port })) }));
    await new Promise((resolve) => silent.once("connection", resolve));
    const before = readdirSync(temporary);
    child.kill("SIGTERM");
    const status = await new Promise((resolve) => child.once("exit", resolve));
    silent.close();
    expect(before).toHaveLength(1); // what must go
    expect(status).toBe(143);
    expect(await stderr).toBe("");
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("may be none", () => {
    expect(observeSync({ hosts: [] })).toEqual([]);
  });

  it("are an error of ours when the child process breaks down", () => {
    process.env["NODE_OPTIONS"] = `--require ${bench.write("break.js", 'throw new Error("planted");')}`;
    expect(() => observeSync({ hosts: [] })).toThrow(
      /the observer of the hosts broke down: exited with 1[\s\S]*planted/,
    );
    delete process.env["NODE_OPTIONS"];
  });

  it("are pinned to a key through a folder with spaces, too", () => {
    const spaced = path.join(bench.folder, "a b");
    mkdirSync(spaced);
    process.env["TMPDIR"] = spaced;
    const hostKey = [sshd.keys["ed25519"] ?? ""];
    const wrong = [publicKey(bench.key("wrong"))];
    const kinds = observeSync({ hosts: [request({ hostKey }), request({ hostKey: wrong })] }).map(({ kind }) => kind);
    process.env["TMPDIR"] = temporary;
    expect(kinds).toEqual(["observed", "failed"]);
    expect(execFileSync("ls", [spaced], { encoding: "utf8" })).toBe("");
  });
});
