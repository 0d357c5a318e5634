import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawn } from "node:child_process";
import { Client } from "ssh2";
import { EmbeddedHost } from "../../src/sim";
import { generateKey } from "../../src/sim/host-keys";
import { containing, finish, output, ssh, sshOptions, startSsh, until } from "./client";

/** Opens one connection with ssh2's client. */
function connect(host: EmbeddedHost): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.on("ready", () => resolve(client)).on("error", reject);
    client.connect({
      host: host.address,
      port: host.port,
      username: host.user,
      privateKey: fs.readFileSync(host.identityFile),
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8") !== ""; // a zombie has no command line left
  } catch {
    return false;
  }
}

describe("2 SSH", () => {
  let host: EmbeddedHost;
  beforeAll(async () => {
    host = await EmbeddedHost.start({ name: "web1", user: "deploy" });
  });
  afterAll(() => host.stop());
  const pidIn = async (file: string): Promise<number> => {
    await until(
      `${file} is written`,
      () => fs.existsSync(host.path(file)) && fs.readFileSync(host.path(file), "utf8").endsWith("\n"),
    );
    return Number(await host.read(file));
  };

  test("2.1 exit status, both outputs and standard input pass", async () => {
    expect(await ssh(host, "cat; echo oops >&2; exit 7", [], { stdin: "in\0put" })).toEqual({
      code: 7,
      stdout: "in\0put",
      stderr: "oops\n",
    });
  });

  test("2.2 a terminal merges both outputs in order and maps newlines", async () => {
    const result = await ssh(host, "echo one; echo two >&2; echo three; test -t 1 || echo none", ["-tt"]);
    expect(result.stdout).toBe("one\r\ntwo\r\nthree\r\nnone\r\n");
  });

  test("2.3 the end of a connection with a terminal hangs up the process group, not other sessions", async () => {
    const client = startSsh(
      host,
      'cd "$TMPDIR"; setsid sh -c "echo \\$\\$ >free; exec sleep 1000" >/dev/null 2>&1 & cd "$TMPDIR"; echo $$ >bound; sleep 1000',
      ["-tt"],
    );
    const [bound, free] = [await pidIn("/tmp/bound"), await pidIn("/tmp/free")];
    client.kill("SIGKILL");
    await until("the command is gone", () => !isAlive(bound));
    expect(isAlive(free)).toBe(true);
    process.kill(free);
  });

  test("2.4 without a terminal a command outlives its connection, and meets a closed pipe when it writes", async () => {
    const client = startSsh(host, 'cd "$TMPDIR"; echo $$ >quiet; sleep 0.3; touch done; echo more; touch never');
    const pid = await pidIn("/tmp/quiet");
    client.kill("SIGKILL");
    await until("it is through", () => !isAlive(pid));
    expect(fs.existsSync(host.path("/tmp/done"))).toBe(true);
    expect(fs.existsSync(host.path("/tmp/never"))).toBe(false);
  });

  test("2.5 a session with a terminal ends with its command, one without waits for all who hold its output", async () => {
    const leave = async (seconds: number, options: string[]): Promise<number> => {
      const command = `setsid sleep ${seconds} & echo $! >$TMPDIR/holder; exit 5`;
      expect((await ssh(host, command, options)).code).toBe(5);
      return Number(await host.read("/tmp/holder"));
    };
    const left = await leave(1000, ["-tt"]);
    expect(isAlive(left)).toBe(true);
    process.kill(left);
    expect(isAlive(await leave(0.5, []))).toBe(false);
  });

  test("2.7 only the given users enter, and only with a key that is known", async () => {
    const stranger = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "stranger-")), "key");
    const key = await generateKey("ed25519");
    fs.writeFileSync(stranger, key.private, { mode: 0o600 });
    expect((await ssh(host, "id -un", [], { user: "root" })).stdout).toBe("root\n");
    expect((await ssh(host, "id -un")).stdout).toBe("deploy\n");
    expect((await ssh(host, "true", [], { user: "mallory" })).code).toBe(255);
    const withKey = (target: EmbeddedHost) =>
      finish(
        spawn("ssh", [
          ...sshOptions(target).with(3, stranger),
          "-p",
          String(target.port),
          `${target.user}@${target.address}`,
          "true",
        ]),
      );
    expect((await withKey(host)).stderr).toContain("Permission denied (publickey)");
    const friend = await EmbeddedHost.start({ authorizedKeys: [key.public] });
    expect((await withKey(friend)).code).toBe(0);
    await friend.stop();
    fs.rmSync(path.dirname(stranger), { recursive: true });
  });

  test("2.8 all types of host keys are offered, and renewed together", async () => {
    const seen = async (type: string): Promise<string> =>
      (await finish(spawn("ssh-keyscan", ["-t", type, "-p", String(host.port), host.address]))).stdout.trim();
    const before = host.hostKeys;
    expect(before.map((key) => key.split(" ")[0])).toEqual(["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"]);
    for (const [index, type] of ["ed25519", "ecdsa", "rsa"].entries())
      expect(await seen(type)).toContain(before[index]);
    const known = fs.readFileSync(host.knownHosts, "utf8");
    await host.renewHostKeys();
    for (const [index, type] of ["ed25519", "ecdsa", "rsa"].entries()) {
      expect(host.hostKeys[index]).not.toBe(before[index]);
      expect(await seen(type)).toContain(host.hostKeys[index]);
    }
    fs.writeFileSync(`${host.knownHosts}.old`, known);
    const stale = await finish(
      spawn("ssh", [
        "-o",
        `UserKnownHostsFile=${host.knownHosts}.old`,
        ...sshOptions(host),
        "-p",
        String(host.port),
        `${host.user}@${host.address}`,
        "true",
      ]),
    );
    expect(stale.stderr).toContain("REMOTE HOST IDENTIFICATION HAS CHANGED");
    expect((await ssh(host, "true")).code).toBe(0);
  });

  test("2.9 many commands share a connection, and slow readers lose nothing", async () => {
    const client = await connect(host);
    const size = 6_000_000;
    const results = await Promise.all(
      Array.from(
        { length: 8 },
        (_, index) =>
          new Promise<number>((resolve, reject) => {
            client.exec(`head -c ${size} /dev/zero & head -c ${size} /dev/zero >&2; wait`, (error, channel) => {
              if (error) {
                reject(error);
                return;
              }
              let bytes = 0;
              channel.stderr.on("data", (data: Buffer) => (bytes += data.length));
              channel.on("close", () => resolve(bytes));
              // Every other one begins to read its output late.
              setTimeout(() => channel.on("data", (data: Buffer) => (bytes += data.length)), index % 2 ? 300 : 0);
            });
          }),
      ),
    );
    client.end();
    expect(results).toEqual(Array.from({ length: 8 }, () => 2 * size));
  });

  test("2.17 a session knows where it comes from, and where it came in", async () => {
    const { stdout } = await ssh(host, "echo $SSH_CONNECTION");
    expect(stdout).toMatch(new RegExp(`^127\\.0\\.0\\.1 \\d+ ${host.address.replaceAll(".", "\\.")} ${host.port}\n$`));
  });

  test("2.10 scp copies both ways", async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "scp-"));
    const there = path.join(directory, "there");
    const back = path.join(directory, "back");
    fs.writeFileSync(there, Buffer.alloc(300_000, "embedded"));
    const remote = `${host.user}@${host.address}:copied`;
    const scp = (from: string, to: string) =>
      finish(spawn("scp", ["-O", ...sshOptions(host), "-P", String(host.port), from, to]));
    expect(await scp(there, remote)).toMatchObject({ code: 0 });
    expect(fs.existsSync(host.path("/home/deploy/copied"))).toBe(true);
    expect(await scp(remote, back)).toMatchObject({ code: 0 });
    expect(fs.readFileSync(back).equals(fs.readFileSync(there))).toBe(true);
    fs.rmSync(directory, { recursive: true });
  });

  test("2.11 a signal that ended a command is reported as one, and a client can send one", async () => {
    const client = await connect(host);
    const ending = await new Promise<unknown[]>((resolve, reject) =>
      client.exec("echo ready; sleep 1000", (error, channel) => {
        if (error) {
          reject(error);
          return;
        }
        channel.on("data", () => channel.signal("TERM")).on("exit", (...words: unknown[]) => resolve(words));
      }),
    );
    client.end();
    expect(ending.slice(0, 2)).toEqual([null, "SIGTERM"]);
  });

  test("2.14 connections can be refused, cut and counted", async () => {
    const before = host.connections;
    host.refuseConnections(2);
    expect((await ssh(host, "true")).code).toBe(255);
    expect((await ssh(host, "true")).code).toBe(255);
    expect((await ssh(host, "true")).code).toBe(0);
    expect(host.connections).toBe(before + 1);
    const cut = finish(startSsh(host, "echo; sleep 1000"));
    await until("it is connected", () => host.connections === before + 2);
    host.cutConnections();
    expect((await cut).code).toBe(255);
  });

  test("2.15 environment requests are ignored, and a shell reads its commands", async () => {
    const result = await finish(
      spawn("ssh", [
        "-T",
        ...sshOptions(host),
        "-o",
        "SetEnv=LANG=xx NIX_PATH=evil",
        "-p",
        String(host.port),
        `${host.user}@${host.address}`,
      ]),
      'echo "$LANG"; echo "$NIX_PATH" | grep -c evil; exit 4\n',
    );
    expect(result).toEqual({ code: 4, stdout: "C.UTF-8\n0\n", stderr: "" });
  });
});

test("2.6 a host can refuse terminals", async () => {
  const host = await EmbeddedHost.start({ permitTty: false });
  expect((await ssh(host, "true", ["-tt"])).stderr).toContain("PTY allocation request failed");
  expect((await ssh(host, "true")).code).toBe(0);
  await host.stop();
});

test("2.12 a banner and a noisy profile can be had", async () => {
  const host = await EmbeddedHost.start({ banner: "Authorized use only\n", profileNoise: "Welcome!\n" });
  expect(await ssh(host, "echo out")).toEqual({
    code: 0,
    stdout: "Welcome!\nout\n",
    stderr: containing("Authorized use only\n"),
  });
  await host.stop();
});

test("2.13 a jump host forwards to loopback ports, any other host refuses", async () => {
  const [jump, wall, target] = await Promise.all([
    EmbeddedHost.start({ jumpHost: true }),
    EmbeddedHost.start(),
    EmbeddedHost.start({ name: "inner" }),
  ]);
  const through = (bastion: EmbeddedHost) => {
    const proxy = [
      "ssh",
      ...sshOptions(bastion),
      "-p",
      bastion.port,
      "-W",
      "%h:%p",
      `${bastion.user}@${bastion.address}`,
    ].join(" ");
    return ssh(target, "hostname", ["-o", `ProxyCommand=${proxy}`]);
  };
  expect(await through(jump)).toMatchObject({ code: 0, stdout: "inner\n" });
  expect((await through(wall)).code).toBe(255);
  await Promise.all([jump.stop(), wall.stop(), target.stop()]);
});

describe("2.16 Terraform's remote-exec", () => {
  let host: EmbeddedHost;
  let directory: string;
  beforeAll(async () => {
    host = await EmbeddedHost.start();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "remote-exec-"));
    fs.writeFileSync(path.join(directory, "terraformrc"), "");
  });
  afterAll(async () => {
    await host.stop();
    fs.rmSync(directory, { recursive: true });
  });
  const terraform = (...words: string[]) =>
    spawn("terraform", words, {
      cwd: directory,
      env: {
        ...process.env,
        TF_CLI_CONFIG_FILE: path.join(directory, "terraformrc"),
        CHECKPOINT_DISABLE: "1",
        CI: "1",
        TF_IN_AUTOMATION: "1",
      },
    });
  const configure = (script: string): void =>
    fs.writeFileSync(
      path.join(directory, "main.tf.json"),
      JSON.stringify({
        resource: {
          terraform_data: {
            it: {
              connection: {
                type: "ssh",
                host: host.address,
                port: host.port,
                user: host.user,
                private_key: `\${file("${host.identityFile}")}`,
                host_key: host.hostKeys
                  .map((key, index) => (index === 0 ? key : `[${host.address}]:${host.port} ${key}`))
                  .join("\n"),
                script_path: "./.x-%RAND%.sh",
                agent: false,
              },
              provisioner: [{ "remote-exec": { inline: [script] } }],
            },
          },
        },
      }),
    );

  test("2.16 uploads and runs a script, and passes output and exit code", async () => {
    configure("pwd; echo trouble >&2; sleep 0.3; exit 3"); // Terraform may lose what a script says right at its end
    expect((await finish(terraform("init", "-no-color"))).code).toBe(0);
    const result = await finish(terraform("apply", "-auto-approve", "-no-color"));
    expect(result.stdout).toContain(`(remote-exec): ${host.root}/root`);
    expect(result.stdout).toContain("(remote-exec): trouble");
    expect(result.stderr).toContain("Process exited with status 3");
    configure("nixos-container create web");
    expect((await finish(terraform("apply", "-auto-approve", "-no-color"))).code).toBe(0);
    expect(await output(host, "nixos-container status web")).toBe("down");
  });

  test("2.16 hangs up when Terraform dies", async () => {
    configure('echo $$ >"$TMPDIR/pid"; sleep 1000');
    const apply = terraform("apply", "-auto-approve", "-no-color", "-replace=terraform_data.it");
    await until(
      "the script runs",
      () => fs.existsSync(host.path("/tmp/pid")) && fs.readFileSync(host.path("/tmp/pid"), "utf8").endsWith("\n"),
    );
    const pid = Number(await host.read("/tmp/pid"));
    apply.kill("SIGKILL");
    await until("the script is gone", () => !isAlive(pid));
  });
});
