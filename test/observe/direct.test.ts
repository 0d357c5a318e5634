import { chmodSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import type { Context } from "../../src/observe/context";
import { describeUnless } from "../support/tools";
import { framed, observeWith, said, testContext } from "./context";
import { Bench, freePort, noSshd, publicKey, type Sshd, user } from "./sshd";

describeUnless(noSshd, "a host with a real sshd", () => {
  let bench: Bench;
  let sshd: Sshd;
  let key: string;
  let base: { port: number; user: string };
  let context: (config?: string) => Context;
  let program: string;

  beforeAll(async () => {
    delete process.env["SSH_AUTH_SOCK"];
    bench = new Bench();
    key = bench.key("id");
    sshd = await bench.sshd([key]);
    base = { port: sshd.port, user };
    bench.write("known", sshd.known("ed25519"));
    let configs = 0;
    context = (config = "") =>
      testContext(bench.folder, {
        sshConfig: bench.write(
          `config-${(configs += 1)}`,
          `${config}\nHost *\n  IdentityFile ${key}\n  UserKnownHostsFile ${bench.folder}/known\n  GlobalKnownHostsFile none\n`,
        ),
      });
    program = framed(
      "host\\tmachine-id\\tabc",
      ...Object.values(sshd.keys).map((line) => `host\\thost-key\\t${line} root@web1`),
    );
  });
  afterAll(() => bench.close());

  it("is observed over one connection, and every key it has is told", async () => {
    const before = sshd.connections();
    const observation = await observeWith(program, base, context());
    expect(observation).toMatchObject({ kind: "observed", host: { machineId: "abc", containers: new Map() } });
    expect(sshd.connections() - before).toBe(1);
    const { ecdsa, ed25519, rsa } = sshd.keys;
    const name = `[127.0.0.1]:${sshd.port}`;
    expect(observation).toHaveProperty("connection", {
      host: "127.0.0.1",
      port: sshd.port,
      user,
      identityFile: key,
      agent: false,
      hostKey: `${ecdsa}\n${name} ${ed25519}\n${name} ${rsa}`,
    });
  });

  it("is observed by an alias of ssh's configuration, host key alias included", async () => {
    bench.write("known-alias", `the-web-server ${sshd.keys["rsa"]}\n`);
    const config = `Host web\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${user}\n  HostKeyAlias the-web-server\n  UserKnownHostsFile ${bench.folder}/known-alias`;
    const observation = await observeWith(program, { address: "web" }, context(config));
    expect(observation).toMatchObject({ kind: "observed", connection: { host: "127.0.0.1", port: sshd.port, user } });
  });

  it("is observed whatever the configuration would make of a connection", async () => {
    const config = [
      "Host *",
      "  RemoteCommand echo mine",
      "  RequestTTY force",
      "  ForwardAgent yes",
      "  LocalForward 127.0.0.1:1 127.0.0.1:1",
      "  ExitOnForwardFailure yes",
      `  ControlMaster auto\n  ControlPath ${bench.folder}/control-%C\n  ControlPersist 60`,
      "  LogLevel QUIET",
      "  SessionType none",
      "  StdinNull yes",
      "  ForkAfterAuthentication yes",
      "  VisualHostKey yes",
      `  PermitLocalCommand yes\n  LocalCommand touch ${bench.folder}/local-command`,
    ].join("\n");
    const observation = await observeWith(program, base, context(config));
    expect(said(observation)).toBe("observed");
    expect(readdirSync(bench.folder).filter((name) => /control-|local-command/.test(name))).toEqual([]);
  });

  it("is not observed with a key that nobody knows", async () => {
    const observation = await observeWith(program, base, context("Host *\n  UserKnownHostsFile /dev/null"));
    expect(said(observation)).toMatch(/^the host key of 127\.0\.0\.1 port \d+ is not known\n/);
    expect(said(observation)).toContain("No ED25519 host key is known for");
    expect(said(observation)).not.toContain("debug1");
    expect(observation).not.toHaveProperty("connection"); // Terraform could not verify it either
  });

  it("is not observed with another key than known_hosts has, nor revoked", async () => {
    const other = publicKey(bench.key("other"));
    const known = bench.write("known-other", `[127.0.0.1]:${sshd.port} ${other}\n`);
    const observation = await observeWith(program, base, context(`Host *\n  UserKnownHostsFile ${known}`));
    expect(said(observation)).toContain("is not the one in known_hosts");
    expect(said(observation)).toContain(`ssh-keygen -R '[127.0.0.1]:${sshd.port}'`);
    expect(observation).toHaveProperty("connection.hostKey", other);

    bench.write("known-revoked", `@revoked * ${sshd.keys["ed25519"]}\n${sshd.known("ed25519")}`);
    const revoked = `Host *\n  UserKnownHostsFile ${bench.folder}/known-revoked`;
    expect(said(await observeWith(program, base, context(revoked)))).toContain("is revoked in known_hosts");
  });

  it("is observed with a pinned key alone, whatever its type, and with any of several", async () => {
    const config = "Host *\n  UserKnownHostsFile /dev/null";
    const keys = Object.values(sshd.keys);
    const renewed = Object.entries(sshd.keys).map(([type, one]) => [
      publicKey(bench.key(`old-${type}`, { type })),
      one,
    ]);
    for (const hostKey of [...keys.map((one) => [one]), keys, ...renewed]) {
      const observation = await observeWith(program, { ...base, hostKey }, context(config));
      expect(said(observation)).toBe("observed");
      expect(observation).toHaveProperty("connection.hostKey", expect.stringMatching(/^ecdsa/));
    }
  });

  it("is not observed with another than the pinned key, even one that known_hosts has", async () => {
    const wrong = ["ed25519", "rsa"].map((type) => publicKey(bench.key(`wrong-${type}`, { type })));
    for (const hostKey of [...wrong.map((one) => [one]), wrong]) {
      const observation = await observeWith(program, { ...base, hostKey }, context());
      expect(said(observation)).toMatch(/shows another key than the pinned hostKey|does not show the pinned hostKey/);
      const [first = "", ...others] = hostKey;
      const expected = [first, ...others.map((one) => `[127.0.0.1]:${sshd.port} ${one}`)].join("\n");
      expect(observation).toHaveProperty("connection.hostKey", expected);
    }
  });

  it("puts a pinned key first that the host does not report", async () => {
    const silent = framed("host\\tmachine-id\\tabc", `host\\thost-key\\t${sshd.keys["ecdsa"]}`);
    const observation = await observeWith(silent, { ...base, hostKey: [sshd.keys["rsa"] ?? ""] }, context());
    const expected = `${sshd.keys["rsa"]}\n[127.0.0.1]:${sshd.port} ${sshd.keys["ecdsa"]}`;
    expect(observation).toHaveProperty("connection.hostKey", expected);
  });

  it("does not let a stranger in", async () => {
    const stranger = bench.key("stranger");
    const config = "Host *\n  IdentitiesOnly yes";
    const refusing = await bench.sshd([stranger]);
    bench.write("known-refusing", refusing.known());
    const observation = await observeWith(
      program,
      { user, port: refusing.port },
      context(`${config}\n  UserKnownHostsFile ${bench.folder}/known-refusing`),
    );
    expect(said(observation)).toContain(`does not let ${user} in`);
    expect(said(observation)).toContain("Permission denied");
    expect(observation).toHaveProperty("connection.identityFile", key); // destroy may need it
  });

  it("says which key others may read, and how to mend that", async () => {
    const open = bench.key("open");
    chmodSync(open, 0o644);
    const server = await bench.sshd([open]);
    bench.write("known-open", server.known());
    const settings = { user, port: server.port, identityFile: open };
    const config = context(`Host *\n  UserKnownHostsFile ${bench.folder}/known-open`);
    const observation = await observeWith(program, settings, config);
    expect(said(observation)).toMatch(/^ssh does not use \S+\/open for 127\.0\.0\.1 port \d+: others may read it\n/);
    expect(observation).toHaveProperty("remedy", `\`chmod 600 ${open}\``);
    chmodSync(open, 0o600);
    expect(said(await observeWith(program, settings, config))).toBe("observed"); // the remedy helps
  });

  it("says that nobody listens, or knows the name", async () => {
    const port = await freePort();
    expect(said(await observeWith(program, { user, port }, context()))).toContain("refuses the connection");
    const unknown = await observeWith(program, { address: "no-such-alias" }, context());
    expect(said(unknown)).toMatch(/^unknown host alias or name "no-such-alias"\n/);
    const gone = await observeWith(program, { address: "a" }, context("Host a\n  HostName gone.invalid"));
    expect(said(gone)).toMatch(/^"a" leads to "gone\.invalid", which is no known name\n/);
  });

  it("says that a silent host does not answer in time", async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const observation = await observeWith(program, { user, port }, { ...context(), connectTimeout: 1 });
    server.close();
    expect(said(observation)).toMatch(/did not answer within 1 s/);
  });

  it("asks for no passphrase: an encrypted key without an agent is an error", async () => {
    const locked = bench.key("locked", { passphrase: "secret-word" });
    const before = sshd.connections();
    const explicit = await observeWith(program, { ...base, identityFile: locked }, context());
    expect(said(explicit)).toMatch(/^the key \S+\/locked is encrypted, and no agent holds it\n/);
    expect(sshd.connections()).toBe(before);

    const server = await bench.sshd([locked]);
    bench.write("known-locked", server.known());
    const config = `Host *\n  IdentityFile ${locked}\n  UserKnownHostsFile ${bench.folder}/known-locked`;
    const configured = await observeWith(program, { user, port: server.port }, context(config));
    expect(said(configured)).toMatch(/^the key \S+\/locked is encrypted, and no agent holds it\n/);
  });

  it("names an identity file that is not there", async () => {
    const observation = await observeWith(program, { ...base, identityFile: "/no/such/key" }, context());
    expect(said(observation)).toContain("the identity file /no/such/key does not exist");
  });

  it("33: tells one that does not exist from one that is none", async () => {
    const wrong = async (identityFile: string): Promise<string> =>
      said(await observeWith(program, { ...base, identityFile }, context()));
    expect(await wrong("~/.ssh/nope-nope")).toMatch(/^the identity file \/\S+\/.ssh\/nope-nope does not exist\n/);
    expect(await wrong(bench.write("text", "hello"))).toMatch(/text cannot be read as a private key\n/);
    expect(await wrong(`${key}.pub`)).toContain(`-> give the path of the private key: ${key}`);
  });

  it("13, A20: tells the whole command for the first login, and none where it would not help", async () => {
    const empty = bench.write("known-empty", "");
    const config = context(`Host *\n  UserKnownHostsFile ${empty}`);
    const unknown = await observeWith(program, { ...base, identityFile: key }, config);
    expect(said(unknown)).toContain(
      `-> log in once with \`ssh -F ${config.sshConfig} -i ${key} -p ${sshd.port} ${user}@127.0.0.1\` and compare`,
    );
    for (const nowhere of ["/dev/null", "none"]) {
      const thrownAway = `Host *\n  StrictHostKeyChecking no\n  UserKnownHostsFile ${nowhere}`;
      const observation = await observeWith(program, base, context(thrownAway));
      expect(said(observation)).toContain("no login writes its key down (UserKnownHostsFile is /dev/null or none)");
      expect(said(observation)).toContain(`what \`ssh-keyscan -p ${sshd.port} 127.0.0.1\` prints`);
      expect(said(observation)).toContain("or set hostKey to its");
      expect(said(observation)).not.toContain("log in once");
    }
  });

  it("14: names no file of ours, which is gone by then", async () => {
    const wrong = publicKey(bench.key("not-it"));
    const observation = await observeWith(program, { ...base, hostKey: [wrong] }, context());
    expect(said(observation)).toContain("shows another key than the pinned hostKey");
    expect(said(observation)).toContain("REMOTE HOST IDENTIFICATION HAS CHANGED");
    expect(said(observation)).not.toMatch(/known-hosts|remove with|ssh-keygen/);
    const known = bench.write("known-wrong", `[127.0.0.1]:${sshd.port} ${wrong}\n`);
    const own = await observeWith(program, base, context(`Host *\n  UserKnownHostsFile ${known}`));
    expect(said(own)).toContain(`Offending ED25519 key in ${known}:1`); // the control
  });

  it("A20: tells a login that took the key and wants a code from one that takes no key", async () => {
    const server = await bench.sshd(
      [key],
      ["KbdInteractiveAuthentication yes", "AuthenticationMethods publickey,keyboard-interactive"],
    );
    const known = bench.write("known-steps", server.known());
    const observation = await observeWith(
      program,
      { user, port: server.port },
      context(`Host *\n  UserKnownHostsFile ${known}`),
    );
    expect(said(observation)).toMatch(
      /^127\.0\.0\.1 port \d+ took the key of \S+, and wants another step then: keyboard-interactive\n/,
    );
    expect(said(observation)).toContain("-> let a key suffice for this user (AuthenticationMethods publickey");
    expect(said(observation)).not.toContain("authorizedKeys");
  });

  it("A14: is observed by an alias with a slash, and as a user of another domain", async () => {
    const config = `Host work/web1\n  HostName 127.0.0.1\n  Port ${sshd.port}`;
    const observation = await observeWith(program, { address: "work/web1", user }, context(config));
    expect(observation).toMatchObject({ kind: "observed", connection: { host: "127.0.0.1", port: sshd.port, user } });
    for (const name of ["deploy@corp.example", "CORP\\deploy"]) {
      const stranger = await observeWith(program, { address: "work/web1", user: name }, context(config));
      expect(said(stranger)).toContain(`does not let ${name} in`); // ssh asked for the very name
      expect(stranger).toHaveProperty("connection.user", name);
      expect(said(stranger)).toContain(
        name.includes("\\") ? "'CORP\\deploy@work/web1'" : " deploy@corp.example@work/web1",
      );
    }
  });

  it("says what is wrong with ssh's configuration", async () => {
    const observation = await observeWith(program, base, context("NoSuchOption yes"));
    expect(said(observation)).toContain("ssh cannot tell how to reach");
    expect(said(observation)).toContain("Bad configuration option: nosuchoption");
  });

  it("says so when there is no ssh", async () => {
    const run = () => Promise.resolve({ stdout: Buffer.of(), stderr: "", timedOut: false, notStarted: "ENOENT" });
    expect(said(await observeWith(program, base, { ...context(), run }))).toContain("ssh cannot be started (ENOENT)");
  });

  it("is not asked while its address is unknown", async () => {
    const observation = await observeWith(program, { addressUnknown: true, address: "${TfToken[1]}" }, context());
    expect(observation).toEqual({ kind: "unobserved", reason: "address" });
  });
});
