import { mkdtempSync } from "node:fs";
import path from "node:path";
import type { DesiredHost } from "../../src/model/host";
import { SshApply } from "../support/ssh-apply";
import { describeUnless } from "../support/tools";
import { framed, observeWith, said, testContext } from "./context";
import { Bench, freePort, noSshd, type Sshd, user } from "./sshd";

const program = framed("host\\tmachine-id\\tabc");

describeUnless(noSshd, 'what ssh reaches, transport: "ssh" plans and deploys', () => {
  let bench: Bench;
  let key: string;
  let second: string;
  let jumps: readonly Sshd[];
  let root: string;
  let configs = 0;

  beforeAll(async () => {
    delete process.env["SSH_AUTH_SOCK"];
    bench = new Bench();
    key = bench.key("key");
    second = bench.key("second");
    root = mkdtempSync(path.join(bench.folder, "root-"));
    jumps = [await bench.sshd([key]), await bench.sshd([key])];
  });
  afterAll(() => bench.close());

  /** A server whose programs have a root directory of their own. */
  const server = (extra: readonly string[] = [], keys = [key]): Promise<Sshd> =>
    bench.sshd(keys, [`SetEnv CDKTF_NIXOS_ROOT=${root}`, ...extra]);

  /** An ssh configuration with the server as `inner`, two jump hosts, and known keys of all. */
  function config(inner: Sshd, lines: readonly string[] = []): string {
    const one = (name: string, { port }: Sshd): string => `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}`;
    const known = bench.write(
      `known-${(configs += 1)}`,
      [inner, ...jumps].map((each) => each.known("ed25519")).join(""),
    );
    return bench.write(
      `config-${configs}`,
      [
        one("inner", inner) + lines.map((line) => `\n  ${line}`).join(""),
        ...jumps.map((jump, index) => one(`jump${index + 1}`, jump)),
        `Host *\n  User ${user}\n  IdentityFile ${key}\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile none`,
      ].join("\n"),
    );
  }

  async function plan(sshConfig: string, host: Partial<DesiredHost> = {}): Promise<string> {
    const settings = { address: "inner", transport: "ssh", ...host } as const;
    return said(await observeWith(program, settings, testContext(bench.folder, { sshConfig, connectTimeout: 15 })));
  }

  function newApply(sshConfig: string, options: readonly string[] = [], env: Record<string, string> = {}): SshApply {
    const own = { CDKTF_NIXOS_SSH_CONFIG: sshConfig, XDG_RUNTIME_DIR: bench.folder, ...env };
    return new SshApply({ host: "inner", options: [`User=${user}`, ...options] }, own);
  }

  async function deploy(sshConfig: string, options: readonly string[] = []): Promise<string> {
    const apply = newApply(sshConfig, options);
    const { output } = await apply.run("echo deployed");
    apply.end();
    return output;
  }

  const ways: readonly [string, () => Promise<readonly [string, string?]>][] = [
    [
      "A5: a key exchange that Go does not have",
      async () => [config(await server(["KexAlgorithms sntrup761x25519-sha512@openssh.com"]))],
    ],
    [
      "A13: a login of two steps",
      async () => [
        config(await server(["AuthenticationMethods publickey,publickey"], [key, second]), [`IdentityFile ${second}`]),
      ],
    ],
    ["A12: a server that gives no terminal", async () => [config(await server(["PermitTTY no"]))]],
    [
      "A ProxyCommand",
      async () => [config(await server(), [`ProxyCommand ssh -F ${config(await server())} -W %h:%p jump1`])],
    ],
    ["two jump hosts of ssh's configuration", async () => [config(await server(), ["ProxyJump jump1,jump2"])]],
    ["two jump hosts of the code", async () => [config(await server()), "jump1,jump2"]],
    [
      "a session that ssh's configuration would do without",
      async () => [config(await server(), ["SessionType none", "StdinNull yes"])],
    ],
    [
      "a ControlMaster of the user's own",
      async () => [
        config(await server(), ["ControlMaster auto", `ControlPath ${bench.folder}/own-%C`, "ControlPersist 1"]),
      ],
    ],
  ];
  test.each(ways)("%s", async (_title, prepare) => {
    const [sshConfig, proxyJump] = await prepare();
    expect(await plan(sshConfig, { ...(proxyJump !== undefined && { proxyJump }) })).toBe("observed");
    expect(await deploy(sshConfig, proxyJump === undefined ? [] : [`ProxyJump=${proxyJump}`])).toBe("deployed\n");
  });

  test("a jump host whose key is pinned, and known nowhere else", async () => {
    const inner = await server();
    const jump = jumps[0];
    const known = bench.write(`known-${(configs += 1)}`, inner.known());
    const sshConfig = bench.write(
      `it's config-${configs}`,
      `Host inner\n  HostName 127.0.0.1\n  Port ${inner.port}\nHost *\n  User ${user}\n  IdentityFile ${key}\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile none`,
    );
    const proxyJump = `127.0.0.1:${jump.port}`;
    expect(await plan(sshConfig, { proxyJump, jumpHostKey: Object.values(jump.keys) })).toBe("observed");
    const through = async (keys: readonly string[]): Promise<string> => {
      const pins = {
        CDKTF_NIXOS_JUMP: proxyJump,
        CDKTF_NIXOS_JUMP_KNOWN_HOSTS: keys.map((one) => `* ${one}`).join("\n"),
      };
      const apply = newApply(sshConfig, [`ProxyJump=${proxyJump}`], pins);
      const { output } = await apply.run("echo deployed");
      apply.end();
      return output;
    };
    expect(await through(Object.values(jump.keys))).toBe("deployed\n");
    expect(await through(Object.values(inner.keys))).toContain("Host key verification failed");
  });

  test("the control: without it, two jump hosts and a ProxyCommand are refused", async () => {
    for (const line of ["ProxyJump jump1,jump2", "ProxyCommand nc %h %p"]) {
      const sshConfig = config(jumps[0], [line]);
      expect(await plan(sshConfig, { transport: "remote-exec" })).toContain("Terraform");
    }
  });

  test("a jump host that lets nobody in is named by the plan and by the deploy, and nobody is asked for a password", async () => {
    const closed = await bench.sshd([second], ["PasswordAuthentication yes"]);
    const known = bench.write(`known-${(configs += 1)}`, closed.known() + jumps[0].known());
    const sshConfig = bench.write(
      `config-${configs}`,
      `Host inner\n  HostName 127.0.0.1\n  Port ${jumps[0].port}\n  ProxyJump closed\nHost closed\n  HostName 127.0.0.1\n  Port ${closed.port}\nHost *\n  User ${user}\n  IdentityFile ${key}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${known}`,
    );
    expect(await plan(sshConfig)).toContain(`${user}@127.0.0.1: Permission denied`);
    expect(await deploy(sshConfig)).toContain(`${user}@127.0.0.1: Permission denied`);
  });

  test("a long banner does not hide why the way is closed, neither at the plan nor at the deploy", async () => {
    const lines = Array.from({ length: 40 }, (_, index) => `Line ${index}: sessions that timed out are closed.\n`);
    const banner = bench.write("banner", lines.join(""));
    const closed = await server([`Banner ${banner}`], [second]);
    const denied = /Permission denied \(publickey\)/;
    for (const jump of [[], ["ProxyJump jump1,jump2"]]) {
      const sshConfig = config(closed, ["IdentitiesOnly yes", ...jump]);
      const planned = await plan(sshConfig);
      expect(planned).toMatch(denied);
      expect(planned).toContain("it takes none of our keys");
      expect(await deploy(sshConfig)).toMatch(denied);
    }
  });

  test("a ProxyCommand that cannot be run is told in its own words, and nobody is sent to the log of a server", async () => {
    const planned = await plan(config(await server(), ["ProxyCommand no-such-connector %h %p"]));
    expect(planned).toMatch(/no-such-connector.*not found|not found.*no-such-connector/);
    expect(planned).toMatch(/its ProxyCommand brought no connection/);
    expect(planned).not.toContain("journalctl");
  });

  test("a server that allows one session a connection, and few logins at a time, serves many containers all the same", async () => {
    const inner = await server(["MaxSessions 1", "MaxStartups 2:100:3"]);
    const apply = newApply(config(inner));
    const ends = await Promise.all(Array.from({ length: 6 }, (_, index) => apply.run(`echo ${index}; sleep 0.3`)));
    apply.end();
    expect(ends).toEqual(ends.map((_, index) => ({ code: 0, output: `${index}\n` })));
  });

  test("a start-up file that reads what was meant for the program is told", async () => {
    const inner = await server([`ForceCommand read -r line; eval "$SSH_ORIGINAL_COMMAND"`]);
    expect(await deploy(config(inner))).toBe(
      "ERROR: a start-up file of the login shell read what was meant for the program: it must not read its input; nothing was done\n",
    );
  });

  test("a name that ssh's configuration has forgotten leads to where the machine was when it was deployed", async () => {
    const inner = await server();
    const sshConfig = config(inner).replace(/$/, "");
    const known = inner
      .known()
      .split("\n")
      .filter(Boolean)
      .map((line) => line.replace(/^\S+/, "*"))
      .join("\n");
    const nobody = bench.write(`config-${(configs += 1)}`, `Host *\n  User ${user}\n  IdentityFile ${key}`);
    const recorded = `HostName=127.0.0.1\nPort=${inner.port}`;
    const apply = newApply(nobody, [], { CDKTF_NIXOS_RECORDED: recorded, CDKTF_NIXOS_KNOWN_HOSTS: known });
    expect(await apply.run("echo found")).toEqual({ code: 0, output: "found\n" });
    apply.end();
    // Where the name is known, it leads where it leads now.
    const elsewhere = `HostName=127.0.0.1\nPort=${await freePort()}`;
    const other = newApply(sshConfig, [], { CDKTF_NIXOS_RECORDED: elsewhere });
    expect(await other.run("echo found")).toEqual({ code: 0, output: "found\n" });
    other.end();
  });
});
