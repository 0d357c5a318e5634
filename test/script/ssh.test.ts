import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedHost } from "../../src/sim";
import { program, SshApply, type Target } from "../support/ssh-apply";
import { hasTool } from "../support/tools";

let host: EmbeddedHost;
let folder: string;
const applies: SshApply[] = [];

beforeEach(async () => {
  host = await EmbeddedHost.start({ name: "host1" });
  folder = mkdtempSync(path.join("/tmp", "nixos-ssh-"));
});
afterEach(async () => {
  for (const apply of applies.splice(0)) apply.end();
  await until(() => sockets().length === 0);
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

function target(of: EmbeddedHost = host): Target {
  const { port, user, identityFile, hostKeys } = of;
  const options = [`User=${user}`, `Port=${port}`, `IdentityFile="${identityFile}"`, "IdentitiesOnly=yes"];
  return { host: of.address, options, knownHosts: hostKeys };
}

function newApply(env: Readonly<Record<string, string | undefined>> = {}, of = target()): SshApply {
  const apply = new SshApply(of, { XDG_RUNTIME_DIR: folder, ...env });
  applies.push(apply);
  return apply;
}

/** The folders of applies that are under way, or were not cleaned up. */
function sockets(inFolder = folder): string[] {
  return existsSync(inFolder) ? readdirSync(inFolder).filter((name) => name.startsWith("cdktf-nixos")) : [];
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 300) throw new Error("it never came to be");
    await delay(100);
  }
}

/** Whether any process of this machine has a text in its command line. */
function isRunning(text: string): boolean {
  return execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).includes(text);
}

function children(pid: number): number[] {
  return execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(Number);
}

describe("a run of the ssh client", () => {
  test.each(["dash", "bash", "busybox"].filter(hasTool))(
    "streams what the host says, and passes its exit status on, with %s",
    async (name) => {
      const shell = path.join(folder, "sh"); // busybox goes by the name it is called
      symlinkSync(execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(), shell);
      const apply = newApply();
      const run = apply.start(
        `echo "$w_word begins"; while [ ! -e "$r/go" ]; do sleep 0.1; done; echo ends >&2; exit 7`,
        {},
        shell,
      );
      await until(() => run.output.includes("it's begins"));
      expect(run.output).not.toContain("ends");
      writeFileSync(path.join(host.root, "go"), "");
      expect(await run.code).toBe(7);
      expect(run.output).toBe("it's begins\nends\n");
    },
  );

  test("becomes root with sudo, or says why it cannot", async () => {
    const user = await EmbeddedHost.start({ name: "host2", user: "deploy" });
    const none = await EmbeddedHost.start({ name: "host3", user: "deploy", sudo: "password" });
    try {
      expect(await newApply({}, target(user)).run("id -u")).toEqual({ code: 0, output: "0\n" });
      expect(await newApply({}, target(none)).run("id -u")).toEqual({
        code: 1,
        output:
          "ERROR: deploy is not root, and sudo wants a password or refuses: allow it sudo without a password, or log in as root\n",
      });
    } finally {
      await Promise.all([user.stop(), none.stop()]);
    }
  });

  test("leaves nothing of the program on the host, and none of it in anyone's home", async () => {
    await newApply().run("ls -a $r/run/cdktf-nixos; ls -A $r/root");
    const left = await host.run("ls -A $CDKTF_NIXOS_ROOT/run/cdktf-nixos ~", { user: "root" });
    expect(left.stdout).not.toMatch(/work\.|\.sh|\.cdktf/);
  });
});

describe("the connection of one apply to a host", () => {
  test("is opened once, however many begin at a time, and shared by all that follow", async () => {
    const apply = newApply();
    const ends = await Promise.all(Array.from({ length: 9 }, (_, index) => apply.run(`echo ${index}; sleep 0.2`)));
    expect(ends).toEqual(ends.map((_, index) => ({ code: 0, output: `${index}\n` })));
    expect(await apply.run("echo later")).toEqual({ code: 0, output: "later\n" });
    expect(host.connections).toBe(1);
  });

  test("is not taken for that of another way whose digest is the same", async () => {
    const other = await EmbeddedHost.start({ name: "host2" });
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(path.join(bin, "cksum"), "#!/bin/sh\ncat >/dev/null\necho 1 1\n", { mode: 0o755 });
    const { options, knownHosts = [] } = target(other);
    const there = {
      CDKTF_NIXOS_OPTIONS: options.join("\n"),
      CDKTF_NIXOS_KNOWN_HOSTS: knownHosts.map((key) => `* ${key}`).join("\n"),
    };
    try {
      const apply = newApply({ PATH: `${bin}:${process.env["PATH"]}` });
      const both = async (): Promise<unknown[]> => [await apply.run("echo $r"), await apply.run("echo $r", there)];
      const ends = [host, other].map(({ root }) => ({ code: 0, output: `${root}\n` }));
      expect([await both(), await both()]).toEqual([ends, ends]);
      expect([host.connections, other.connections]).toEqual([1, 1]);
      expect(sockets()).toEqual(["cdktf-nixos-1"]); // the control
    } finally {
      await other.stop();
    }
  });

  test("ends with the apply: no folder, no process and no connection is left", async () => {
    const apply = newApply();
    await apply.run("true");
    const [name = ""] = sockets();
    expect(isRunning(`${folder}/${name}`)).toBe(true);
    apply.end();
    await until(() => sockets().length === 0 && !isRunning(`${folder}/${name}`));
  });

  test("ends with a Terraform that is killed, and its runs with it; the work on the host goes on", async () => {
    const apply = newApply();
    const run = apply.start('echo begins; while [ ! -e "$r/go" ]; do sleep 0.1; done; : >"$r/done"');
    await until(() => run.output.includes("begins"));
    apply.end("SIGKILL");
    await until(() => sockets().length === 0 && !isRunning(folder));
    expect(existsSync(path.join(host.root, "done"))).toBe(false);
    writeFileSync(path.join(host.root, "go"), "");
    await until(() => existsSync(path.join(host.root, "done")));
  });

  test("outlives one run that is interrupted: its front on the host ends, and the others go on", async () => {
    const apply = newApply();
    const work = (name: string): string =>
      `echo begins; while kill -0 "$front"; do sleep 0.1; done 2>/dev/null; : >"$r/${name}-alone"`;
    const [one, two] = [apply.start(work("one")), apply.start(work("two"))];
    await until(() => one.output.includes("begins") && two.output.includes("begins"));
    process.kill(one.pid, "SIGKILL");
    await until(() => existsSync(path.join(host.root, "one-alone")));
    expect(existsSync(path.join(host.root, "two-alone"))).toBe(false);
    expect(await apply.run("echo later")).toEqual({ code: 0, output: "later\n" });
    expect(host.connections).toBe(1);
  });

  test.each(["dash", "bash", "busybox"].filter(hasTool))(
    "ends the front on a host, whose %s says nothing of that",
    async (name) => {
      const folder = mkdtempSync(path.join(host.root, "work."));
      writeFileSync(path.join(folder, "program"), program("echo begins; sleep 1"));
      const env = { ...process.env, CDKTF_NIXOS_ROOT: host.root };
      const sh = name === "busybox" ? "busybox sh" : name;
      // As under a login shell that waits for what it runs.
      const front = spawn(name, [...sh.split(" ").slice(1), "-c", `${sh} ${folder}/program ssh; exit $?`], { env });
      let output = "";
      for (const stream of [front.stdout, front.stderr]) stream.on("data", (data) => (output += String(data)));
      await until(() => output.includes("begins"));
      front.stdin.end();
      await new Promise((resolve) => front.on("close", resolve));
      expect({ code: front.exitCode, output }).toEqual({ code: 143, output: "begins\n" });
    },
  );

  test("is left by a run that Ctrl-C or Terraform ends, which says what becomes of the work", async () => {
    const apply = newApply();
    const ends = await Promise.all(
      (["SIGINT", "SIGTERM"] as const).map(async (signal) => {
        const run = apply.start(`echo begins; while [ ! -e "$r/go" ]; do sleep 0.1; done; : >"$r/${signal}"`);
        await until(() => run.output.includes("begins"));
        // Ctrl-C reaches the shell and its ssh alike; either may be gone by the other's doing.
        spawnSync("kill", [
          "-s",
          signal.slice(3),
          ...[run.pid, ...(signal === "SIGINT" ? children(run.pid) : [])].map(String),
        ]);
        await run.code;
        return run.output;
      }),
    );
    for (const output of ends) {
      expect(output).toBe(
        "begins\nERROR: interrupted: what had begun on web1 (127.0.0.1) goes on, and a new plan shows how it ended\n",
      );
    }
    writeFileSync(path.join(host.root, "go"), "");
    await until(() => ["SIGINT", "SIGTERM"].every((signal) => existsSync(path.join(host.root, signal))));
  });

  test("that is cut says so, and what has begun goes on; the next run opens a new one", async () => {
    const apply = newApply();
    const run = apply.start('echo begins; sleep 1; : >"$r/done"');
    await until(() => run.output.includes("begins"));
    host.cutConnections();
    expect(await run.code).toBe(255);
    expect(run.output).toContain(
      "ERROR: the connection to web1 (127.0.0.1) was lost: what had begun there goes on unless the host went down, and a new plan shows how it ended\n",
    );
    expect(await apply.run("echo later")).toEqual({ code: 0, output: "later\n" });
    expect(host.connections).toBe(2);
    await until(() => existsSync(path.join(host.root, "done")));
  });

  test("whose process is killed between two runs is replaced", async () => {
    const apply = newApply();
    await apply.run("true");
    const [name = ""] = sockets();
    const [, pid = ""] =
      new RegExp(`^ *(\\d+) ssh .*${name}/\\d+\\.socket`, "m").exec(
        execFileSync("ps", ["-eo", "pid,args", "ww"], { encoding: "utf8" }),
      ) ?? [];
    process.kill(Number(pid), "SIGKILL");
    await delay(100);
    for (const word of ["one", "two", "three"]) {
      expect(await apply.run(`echo ${word}`)).toEqual({ code: 0, output: `${word}\n` });
    }
    expect(host.connections).toBeLessThanOrEqual(3); // its own for the one that finds out, and a new one for all others
  });

  test.each<[string, (folder: string) => Record<string, string | undefined>]>([
    ["with spaces", (inside) => ({ TMPDIR: `${inside}/with spaces` })],
    ["longer than a socket's path may be", (inside) => ({ TMPDIR: `${inside}/${"long".repeat(30)}` })],
    ["that ssh would expand", (inside) => ({ TMPDIR: `${inside}/%h` })],
    ["that is not there", (inside) => ({ TMPDIR: `${inside}/nowhere` })],
    ["that is relative, and without HOME", () => ({ TMPDIR: "tmp", HOME: undefined })],
  ])("is shared in /tmp where TMPDIR is one %s", async (_title, env) => {
    const given = env(folder);
    if (given["TMPDIR"]?.startsWith("/") && !given["TMPDIR"].endsWith("nowhere")) mkdirSync(given["TMPDIR"]);
    const apply = newApply({ XDG_RUNTIME_DIR: undefined, ...given });
    const ends = await Promise.all([1, 2, 3].map((word) => apply.run(`echo ${word}`)));
    expect(ends).toEqual([1, 2, 3].map((word) => ({ code: 0, output: `${word}\n` })));
    expect(host.connections).toBe(1);
    const name = folderName(apply);
    expect(existsSync(`/tmp/${name}`)).toBe(true);
    apply.end();
    await until(() => !existsSync(`/tmp/${name}`));
  });

  test("is not shared through a folder that others may enter, and the runs say so", async () => {
    const apply = newApply({ XDG_RUNTIME_DIR: undefined, TMPDIR: folder });
    const taken = [folder, "/tmp"].map((place) => path.join(place, folderName(apply)));
    try {
      for (const place of taken) mkdirSync(place);
      for (const place of taken) chmodSync(place, 0o755);
      const ends = await Promise.all([1, 2].map((word) => apply.run(`echo ${word}`)));
      for (const [index, { code, output }] of ends.entries()) {
        expect(code).toBe(0);
        expect(output).toBe(
          `no folder for a shared connection to web1 (127.0.0.1) (XDG_RUNTIME_DIR, TMPDIR, /tmp: owned by somebody else, or a path too long for a socket): this one connects by itself\n${index + 1}\n`,
        );
      }
      expect(host.connections).toBe(2);
      for (const place of taken) expect(readdirSync(place)).toEqual([]);
    } finally {
      for (const place of taken) rmSync(place, { recursive: true, force: true });
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** The name of an apply's folder, as the client makes it. */
function folderName(apply: SshApply): string {
  const text = `${process.getuid?.()}\n${apply.pid}\n2026-11-25T00:00:00Z\n${execFileSync("uname", ["-n"], { encoding: "utf8" })}`;
  return `cdktf-nixos-${execFileSync("cksum", { input: text, encoding: "utf8" }).split(" ")[0]}`;
}

describe("nothing is done on the host", () => {
  afterEach(async () => {
    expect(await host.calls()).toEqual([]);
  });

  test("where ssh is missing", async () => {
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
    for (const tool of ["uname", "cksum", "cut", "id"]) {
      symlinkSync(execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim(), path.join(bin, tool));
    }
    const { code, output } = await newApply().run("true", { PATH: bin });
    expect(output).toMatch(
      /^ERROR: there is no ssh on PATH of \S+, which deploys to web1 \(127\.0\.0\.1\) \(transport: "ssh"\): install OpenSSH's client; nothing was done\n$/,
    );
    expect(code).toBe(1);
    expect(host.connections).toBe(0);
  });

  test("where the host is gone: it is tried for a while, once for all who wait, and told in ssh's words", async () => {
    await host.pause();
    const apply = newApply();
    const ends = await Promise.all([1, 2, 3].map(() => apply.run("true", { CDKTF_NIXOS_PATIENCE: "0" })));
    for (const end of ends) {
      expect(end.code).toBe(1);
      expect(end.output).toBe(
        `ERROR: ssh does not reach web1 (127.0.0.1); nothing was done\nssh: connect to host 127.0.0.1 port ${host.port}: Connection refused\n`,
      );
    }
    await host.resume();
    expect(await apply.run("echo back")).toEqual({ code: 0, output: "back\n" });
  });

  test("until a host that is only coming up is there", async () => {
    await host.pause();
    const run = newApply().start("echo up");
    await delay(500);
    await host.resume();
    expect([await run.code, run.output]).toEqual([0, "up\n"]);
  });

  test("where the host shows another key than the pinned one", async () => {
    const { code, output } = await newApply({}, { ...target(), knownHosts: [key()] }).run("true");
    expect(code).toBe(1);
    expect(output).toMatch(
      /^ERROR: ssh does not reach web1 \(127\.0\.0\.1\); nothing was done\n[^]*Host key verification failed\.\n$/,
    );
  });

  test("where the key of known_hosts is another one: ssh's warning stands there whole", async () => {
    const knownHosts = path.join(folder, "known_hosts");
    writeFileSync(knownHosts, `[127.0.0.1]:${host.port} ${key()}\n`);
    const options = [...target().options, `UserKnownHostsFile=${knownHosts}`, "HostKeyAlgorithms=ssh-ed25519"];
    const { code, output } = await newApply({}, { ...target(), options, knownHosts: [] }).run("true");
    expect(code).toBe(1);
    expect(output).toMatch(/REMOTE HOST IDENTIFICATION HAS CHANGED![^]*SHA256:[^]*Host key verification failed\.\n$/);
  });

  test("where it lets nobody in", async () => {
    const options = target().options.filter((option) => !option.startsWith("IdentityFile"));
    const { code, output } = await newApply(
      { SSH_AUTH_SOCK: undefined },
      { ...target(), options: [...options, "IdentityFile=none"] },
    ).run("true");
    expect(code).toBe(1);
    expect(output).toContain("ERROR: ssh does not reach web1 (127.0.0.1); nothing was done\n");
    expect(output).toContain("Permission denied (publickey).");
  });

  test("where a file of the stack is missing, or not as it was synthesized", async () => {
    const text = "wanted_files() { :; }\n";
    const name = createHash("sha256").update(text).digest("hex");
    const file = path.join(folder, name);
    const run = (sum: string): Promise<{ code: number | null; output: string }> =>
      newApply().run("wanted_files; echo ran", {
        CDKTF_NIXOS_TEXT_1: undefined,
        CDKTF_NIXOS_FILE_1: file,
        CDKTF_NIXOS_SHA256_1: sum,
      });
    expect(await run("missing")).toEqual({
      code: 1,
      output: `ERROR: ${file}, a file of this stack, is not there: synthesize again, and deploy from the whole folder; nothing was done\n`,
    });
    writeFileSync(file, "another");
    expect(await run("0".repeat(64))).toEqual({
      code: 1,
      output: `ERROR: ${file}, a file of this stack, is not as it was synthesized: synthesize again; nothing was done\n`,
    });
    writeFileSync(file, text);
    expect(await run(name)).toEqual({ code: 0, output: "ran\n" });
  });

  test("with a program that does not arrive whole", async () => {
    const receive = readFileSync(path.join(__dirname, "../../src/script/receive.sh"), "utf8");
    const { stdout, code } = await host.run(`size=20\n${receive}`, { stdin: "echo ran\n" });
    expect([code, stdout]).toEqual([1, "ERROR: the program did not arrive whole: nothing was done\n"]);
    expect((await host.run("ls $CDKTF_NIXOS_ROOT/run/cdktf-nixos")).stdout).toBe("");
    expect((await host.run(`size=9\n${receive}`, { stdin: "echo ran\n" })).stdout).toBe("ran\n"); // the control
  });
});

function key(): string {
  const file = path.join(tmpdir(), `key-${process.pid}-${Math.random()}`);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  const text = readFileSync(`${file}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
  rmSync(file);
  rmSync(`${file}.pub`);
  return text;
}
