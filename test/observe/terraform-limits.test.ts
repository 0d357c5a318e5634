import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import type { Context } from "../../src/observe/context";
import type { Connection, Observation } from "../../src/model/observed";
import { describeUnless } from "../support/tools";
import { framed, observeWith, said, testContext } from "./context";
import { Bench, noSshd, publicKey, type Sshd, user } from "./sshd";
import { applyWith, noEngine } from "./terraform";

describeUnless(noSshd || noEngine, "where Terraform's own SSH client cannot follow ssh, the plan says so", () => {
  let bench: Bench;
  let key: string;

  beforeAll(() => {
    delete process.env["SSH_AUTH_SOCK"];
    bench = new Bench();
    key = bench.key("id");
  });
  afterEach(() => {
    delete process.env["SSH_AUTH_SOCK"];
  });
  afterAll(() => bench.close());

  const other = 'set transport: "ssh" on the host';
  const told = (server: Sshd): string[] => Object.values(server.keys).map((line) => `host\\thost-key\\t${line}`);

  interface Way {
    readonly server: Sshd;
    readonly jump?: Sshd;
    /** Lines of the host's part of ssh's configuration, which come first. */
    readonly config?: string;
    readonly jumpConfig?: string;
    readonly known?: string;
    readonly records?: readonly string[];
    readonly settings?: Parameters<typeof observeWith>[1];
    readonly context?: Partial<Context>;
  }

  function observe({
    server,
    jump,
    config = "",
    jumpConfig = "",
    known,
    records,
    settings,
    context,
  }: Way): Promise<Observation> {
    const way = jump ? `  ProxyJump jump\nHost jump\n${jumpConfig}\n  HostName 127.0.0.1\n  Port ${jump.port}\n` : "";
    const file = bench.write("known", known ?? server.known() + (jump?.known() ?? ""));
    const rest = `Host *\n  User ${user}\n  IdentityFile ${key}\n  UserKnownHostsFile ${file}\n  GlobalKnownHostsFile none\n`;
    const text = `Host web\n${config}\n  HostName 127.0.0.1\n  Port ${server.port}\n${way}${rest}`;
    return observeWith(
      framed("host\\tmachine-id\\tabc", ...(records ?? told(server))),
      { address: "web", ...settings },
      testContext(bench.folder, { sshConfig: bench.write("config", text), ...context }),
    );
  }

  function connectionOf(observation: Observation): Connection {
    if (observation.kind !== "observed") throw new Error(said(observation));
    return observation.connection;
  }

  it("A5: a key exchange, cipher or MAC that Go does not have, of the host and of its jump host", async () => {
    const strange = await bench.sshd([key], ["KexAlgorithms sntrup761x25519-sha512@openssh.com"]);
    const plain = await bench.sshd([key]);
    const observation = await observe({ server: strange });
    expect(said(observation)).toMatch(
      /^web offers only the key exchange sntrup761\S+, which Terraform's SSH does not have\n/,
    );
    expect(said(observation)).toContain("curve25519-sha256 to services.openssh.settings.KexAlgorithms there");
    expect(said(observation)).toContain(other);
    expect(applyWith(bench, connectionOf(observation))).toContain("no common algorithm for key exchange"); // it is true
    expect(said(await observe({ server: strange, settings: { transport: "ssh" } }))).toBe("observed");
    const behind = await observe({ server: plain, jump: strange });
    expect(said(behind)).toMatch(/^the jump host jump offers only the key exchange sntrup761/);
    expect(said(await observe({ server: plain, jump: plain }))).toBe("observed"); // the control
  });

  it("A5: a cipher or MAC that only newer engines have is measured against the engine that will deploy", async () => {
    const server = await bench.sshd([key], ["Ciphers aes256-ctr", "MACs hmac-sha2-512-etm@openssh.com"]);
    const engine = (version: string): Partial<Context> => {
      const { run } = testContext(bench.folder);
      const answer = { stdout: Buffer.from(version), stderr: "", timedOut: false, exitCode: 0 };
      return { run: (file, args, how) => (args[0] === "version" ? Promise.resolve(answer) : run(file, args, how)) };
    };
    const at = (version: string): Promise<Observation> => observe({ server, context: engine(version) });
    expect(said(await at("Terraform v1.5.7\non linux_amd64"))).toMatch(
      /^web offers only the MAC hmac-sha2-512-etm@openssh.com, which Terraform 1.5 does not have\n.*or deploy with Terraform 1.6 or OpenTofu 1.6;/,
    );
    for (const version of ["Terraform v1.6.0", "Terraform v1.11.4", "OpenTofu v1.6.0"]) {
      expect(said(await at(version))).toBe("observed");
    }
    expect(await at("")).toMatchObject({
      kind: "observed",
      notes: ["web offers only the MAC hmac-sha2-512-etm@openssh.com, which needs Terraform 1.6 or OpenTofu 1.6"],
    });
    const none = await bench.sshd([key], ["Ciphers aes128-ctr", "MACs umac-128@openssh.com"]);
    expect(said(await observe({ server: none }))).toMatch(/^web offers only the MAC umac-128@openssh.com, which/);
    const implicit = await bench.sshd([key], ["Ciphers aes128-gcm@openssh.com", "MACs umac-128@openssh.com"]);
    expect(said(await observe({ server: implicit }))).toBe("observed"); // which needs no MAC
  });

  it("A6: a host key that Go asks for and nobody has handed over", async () => {
    const server = await bench.sshd([key]);
    const jump = await bench.sshd([key]);
    // A host that tells of no keys, and was met by one alone.
    const silent = await observe({ server, records: [], known: server.known("ed25519") });
    expect(said(silent)).toMatch(
      /^Terraform will ask web for its ecdsa-sha2-nistp256 key, which is not among those known of it\n/,
    );
    expect(said(silent)).toContain(`ssh-keyscan -t ecdsa -p ${server.port} 127.0.0.1`);
    expect(applyWith(bench, connectionOf(silent))).toContain("knownhosts: key mismatch"); // it is true
    const pinned = { hostKey: [server.keys["rsa"] ?? ""] };
    expect(said(await observe({ server, records: [], settings: pinned }))).toContain("ecdsa-sha2-nistp256");
    const alone = await bench.sshd([key], ["HostKeyAlgorithms ssh-ed25519"]);
    expect(said(await observe({ server: alone, records: [], known: alone.known("ed25519") }))).toBe("observed");
    // A jump host proves its other keys itself, unless it is kept from that.
    const known = server.known() + jump.known("ed25519");
    expect(said(await observe({ server, jump, known }))).toBe("observed");
    const quiet = { server, jump, known: server.known() + jump.known("ed25519") };
    expect(
      said(
        await observe({
          ...quiet,
          jumpConfig: "  HostKeyAlias gate",
          known: `${server.known()}gate ${jump.keys["rsa"]}\n`,
        }),
      ),
    ).toBe("observed");
  });

  it("A8: IPv6 addresses with a zone, or with an IPv4 one mapped into them, work on either hop", async () => {
    const server = await bench.sshd([key], ["ListenAddress ::1"]);
    const mapped = await observe({
      server,
      config: "  HostName ::ffff:127.0.0.1",
      known: named(server, "::ffff:127.0.0.1"),
    });
    expect(connectionOf(mapped).host).toBe("::ffff:127.0.0.1");
    expect(applyWith(bench, connectionOf(mapped))).toBe("applied");
    const known = named(server, "::ffff:127.0.0.1") + server.known();
    const jumped = await observe({ server, jump: server, jumpConfig: "  HostName ::ffff:127.0.0.1", known });
    expect(applyWith(bench, connectionOf(jumped))).toBe("applied");
    // Nobody has this address here, so that it can only be seen how it is dialled.
    const zone = { ...connectionOf(mapped), host: "fe80::1234%lo" };
    const dialled = applyWith(bench, { ...zone, bastion: { host: "fe80::1234%lo", port: 22, user } });
    expect(applyWith(bench, zone)).toContain("dial tcp [fe80::1234%lo]:");
    expect(dialled).toContain("dial tcp [fe80::1234%lo]:22");
  });

  const named = (server: Sshd, name: string): string => server.known().replaceAll("[127.0.0.1]", `[${name}]`);

  it("A7: a name that only this machine's name service knows is handed over as its address", async () => {
    const server = await bench.sshd([key]);
    const nowhere = { names: { hostsFile: "/dev/null", resolvConf: "/dev/null", ask: () => Promise.resolve([]) } };
    const known = named(server, "localhost");
    const config = "  HostName localhost\n  AddressFamily inet";
    const observation = await observe({ server, config, known, context: nowhere });
    expect(observation).toMatchObject({
      kind: "observed",
      connection: { host: "127.0.0.1" },
      notes: [
        "neither DNS nor the hosts file knows the name localhost (web), so Terraform is told the address that ssh found: 127.0.0.1",
      ],
    });
    expect(applyWith(bench, connectionOf(observation))).toBe("applied");
    const jumpConfig = "  HostName localhost\n  AddressFamily inet";
    const jumped = await observe({ server, jump: server, jumpConfig, known: known + server.known(), context: nowhere });
    expect(connectionOf(jumped).bastion?.host).toBe("127.0.0.1");
    expect(applyWith(bench, connectionOf(jumped))).toBe("applied");
    const sure = await observe({ server, config, known }); // the control: it stands in the hosts file
    expect(connectionOf(sure).host).toBe("localhost");
    expect(sure).not.toHaveProperty("notes");
  });

  it("A9: a host certificate that does not name what Terraform dials", async () => {
    const authority = bench.key("authority");
    const certify = async (names: string): Promise<{ server: Sshd; record: string; plain: string }> => {
      const hostKey = bench.key(`certified-${names.length}`);
      execFileSync("ssh-keygen", ["-q", "-s", authority, "-h", "-I", "it", "-n", names, `${hostKey}.pub`]);
      const certificate = `${hostKey}-cert.pub`;
      const server = await bench.sshd([key], [`HostKey ${hostKey}`, `HostCertificate ${certificate}`]);
      const plain = `[127.0.0.1]:${server.port} ${publicKey(hostKey)}\n`;
      return { server, plain, record: `host\\thost-certificate\\t${readFileSync(certificate, "utf8").trim()}` };
    };
    const alias = "  HostKeyAlias web1.example.org";
    const known = `@cert-authority *.example.org ${publicKey(authority)}\n`;
    for (const names of ["web1.example.org", "*.example.org,web1.example.org"]) {
      const { server, record } = await certify(names);
      const context = { names: { ask: () => Promise.resolve([]) } };
      const observation = await observe({ server, config: alias, known, records: [...told(server), record], context });
      expect(said(observation)).toMatch(/^Terraform dials 127.0.0.1, and the host certificate of web is for \S*/);
      expect(said(observation)).toContain(
        "sign the certificate for 127.0.0.1 too, or let HostName be web1.example.org",
      );
      // Without the probe's word, ssh's log tells the same.
      expect(said(await observe({ server, config: alias, known, context }))).toBe(said(observation));
      expect(applyWith(bench, connectionOf(observation))).toContain("not in the set of valid principals"); // it is true
    }
    const { server, record, plain } = await certify(`localhost,${hostname()}`);
    // A name of the certificate that leads there is dialled; and where known_hosts has plain keys, the host names its authority.
    const observation = await observe({ server, known: plain, records: [...told(server), record] });
    expect(connectionOf(observation).host).toBe("localhost");
    expect(applyWith(bench, connectionOf(observation))).toBe("applied");
    const unknown = await observe({ server, known: plain });
    expect(said(unknown)).toMatch(
      /^web will show Terraform a certificate, and no authority is known that vouches for it\n/,
    );
    expect(applyWith(bench, connectionOf(unknown))).toContain("no authorities for hostname"); // it is true
  });

  it("A10: an agent's key that Terraform cannot pick among more than the host lets it try", async () => {
    const socket = await bench.agent();
    const env = {
      ...process.env,
      SSH_AUTH_SOCK: socket,
      SSH_ASKPASS_REQUIRE: "force",
      SSH_ASKPASS: bench.write("askpass", "#!/bin/sh\necho secret-word\n"),
    };
    execFileSync("chmod", ["700", env.SSH_ASKPASS]);
    const many = Array.from({ length: 8 }, (_, index) => bench.key(`many-${index}`, { comment: "laptop 2024" }));
    const deploy = bench.key("deploy", { passphrase: "secret-word", comment: "laptop 2024" });
    const lonely = bench.key("lonely", { passphrase: "secret-word", comment: "deploy key" });
    execFileSync("ssh-add", ["-q", ...many, deploy, lonely], { env, stdio: "ignore" });
    const server = await bench.sshd([deploy, lonely]);
    for (const file of [deploy, lonely]) rmSync(`${file}.pub`);
    process.env["SSH_AUTH_SOCK"] = socket;
    const way = (file: string): string => `  IdentitiesOnly yes\n  IdentityFile ${file}`;
    const observation = await observe({ server, config: way(deploy) });
    expect(said(observation)).toMatch(
      /^the key for web is number 9 in the agent, the host lets a client try 6, and Terraform cannot pick it/,
    );
    expect(said(observation)).toContain(`\`ssh-keygen -y -f ${deploy} > ${deploy}.pub\``);
    expect(applyWith(bench, connectionOf(observation))).toMatch(
      /unable to authenticate|Too many authentication failures/,
    );
    expect(said(await observe({ server, config: way(deploy), records: ["host\\tauth-tries\\t20"] }))).not.toContain(
      "number 9",
    );
    const commented = await observe({ server, config: way(lonely) });
    expect(commented).toMatchObject({ kind: "observed", connection: { agentIdentity: "deploy key" } });
    expect(applyWith(bench, connectionOf(commented))).toBe("applied");
    // A stale public key beside it names another key.
    bench.write("deploy.pub", readFileSync(`${many[0]}.pub`, "utf8"));
    expect(said(await observe({ server, config: way(deploy) }))).not.toBe("observed");
    execFileSync("sh", ["-c", `ssh-keygen -y -f ${deploy} > ${deploy}.pub`], { env });
    const mended = await observe({ server, config: way(deploy) });
    expect(said(mended)).toBe("observed");
    expect(applyWith(bench, connectionOf(mended))).toBe("applied");
  });

  it("A12: a key that gets no terminal", async () => {
    for (const [options, word] of [
      ["no-pty", "no-pty-key"],
      ["restrict", "no-pty-key"],
      ["restrict,pty", undefined],
    ] as const) {
      const file = bench.write("authorized", `${options} ${readFileSync(`${key}.pub`, "utf8")}`);
      const server = await bench.sshd([key], [`AuthorizedKeysFile ${file}`]);
      const observation = await observe({ server });
      if (observation.kind !== "observed") throw new Error(said(observation));
      expect(observation.host.troubles.map((trouble) => trouble.word)).toEqual(word ? [word] : []);
      expect(observation.host.troubles[0]?.text ?? `${file}:1:`).toContain(`${file}:1`);
      expect(applyWith(bench, observation.connection)).toMatch(word ? /pty-req failed/ : /^applied$/);
    }
  });

  it("A13: a login of two steps", async () => {
    const second = bench.key("second");
    const server = await bench.sshd([key, second], ["AuthenticationMethods publickey,publickey"]);
    const config = `  IdentityFile ${second}`;
    const observation = await observe({ server, config });
    expect(said(observation)).toMatch(
      /^web wants a second key or another step after the first, and Terraform takes one\n/,
    );
    expect(said(observation)).toContain(other);
    expect(applyWith(bench, connectionOf(observation))).toContain("unable to authenticate");
    expect(said(await observe({ server, config, settings: { transport: "ssh" } }))).toBe("observed");
    const plain = await bench.sshd([key]);
    const behind = await observe({ server: plain, jump: server, jumpConfig: config });
    expect(said(behind)).toMatch(/^the jump host jump wants a second key/);
  });
});
