import { createServer } from "node:net";
import type { Context } from "../../src/observe/context";
import { describeUnless } from "../support/tools";
import { framed, observeWith, said, testContext } from "./context";
import { Bench, freePort, noSshd, publicKey, type Sshd, user } from "./sshd";

describeUnless(noSshd, "a host behind a jump host", () => {
  let bench: Bench;
  let inner: Sshd;
  let jump: Sshd;
  let innerKey: string;
  let jumpKey: string;
  let program: string;
  let configs = 0;

  beforeAll(async () => {
    delete process.env["SSH_AUTH_SOCK"];
    bench = new Bench();
    innerKey = bench.key("inner-key");
    jumpKey = bench.key("jump-key");
    inner = await bench.sshd([innerKey]);
    jump = await bench.sshd([jumpKey]);
    bench.write("known", inner.known() + jump.known("ed25519"));
    program = framed(
      "host\\tmachine-id\\tabc",
      ...Object.values(inner.keys).map((line) => `host\\thost-key\\t${line}`),
    );
  });
  afterAll(() => bench.close());

  const context = (extra = "", known = "known"): Context =>
    testContext(bench.folder, {
      sshConfig: bench.write(
        `config-${(configs += 1)}`,
        [
          extra,
          `Host inner\n  HostName 127.0.0.1\n  Port ${inner.port}\n  User ${user}\n  IdentityFile ${innerKey}\n  ProxyJump jump`,
          `Host jump\n  HostName 127.0.0.1\n  Port ${jump.port}\n  User ${user}\n  IdentityFile ${jumpKey}`,
          `Host *\n  UserKnownHostsFile ${bench.folder}/${known}\n  GlobalKnownHostsFile none`,
        ].join("\n"),
      ),
    });

  it("is observed over one connection through it, each with its own key", async () => {
    const before = [inner.connections(), jump.connections()] as const;
    const observation = await observeWith(program, { address: "inner" }, context());
    expect(said(observation)).toBe("observed");
    expect([inner.connections() - before[0], jump.connections() - before[1]]).toEqual([1, 1]);
    expect(observation).toHaveProperty("connection", {
      host: "127.0.0.1",
      port: inner.port,
      user,
      identityFile: innerKey,
      agent: false,
      bastion: { host: "127.0.0.1", port: jump.port, user, identityFile: jumpKey },
      hostKey: expect.any(String) as string,
    });
  });

  it("tells all the keys the jump host proves to have, though known_hosts knows but one", async () => {
    const observation = await observeWith(program, { address: "inner" }, context());
    const [at, over] = [inner, jump].map(({ port }) => `[127.0.0.1]:${port}`);
    if (observation.kind !== "observed") throw new Error(said(observation));
    const [first, ...lines] = observation.connection.hostKey.split("\n");
    expect(first).toMatch(/^sk-ssh-ed25519@openssh\.com \S+$/); // nobody's
    expect(lines).toEqual([
      ...["ecdsa", "ed25519", "rsa"].map((type) => `${at} ${inner.keys[type]}`),
      ...["ecdsa", "ed25519", "rsa"].map((type) => `${over} ${jump.keys[type]}`),
    ]);
  });

  it("is observed through the jump host that the code names", async () => {
    const settings = { port: inner.port, user, identityFile: innerKey, proxyJump: `${user}@127.0.0.1:${jump.port}` };
    const observation = await observeWith(
      program,
      settings,
      context(`Match host 127.0.0.1\n  IdentityFile ${jumpKey}`),
    );
    expect(observation).toMatchObject({ kind: "observed", connection: { bastion: { port: jump.port } } });
    const direct = await observeWith(program, { address: "inner", proxyJump: "none" }, context());
    expect(direct).not.toHaveProperty("connection.bastion");
  });

  it("takes the jump host's own alias in known_hosts", async () => {
    bench.write("known-alias", `${inner.known()}gate ${jump.keys["rsa"]}\n`);
    const observation = await observeWith(
      program,
      { address: "inner" },
      context("Host jump\n  HostKeyAlias gate", "known-alias"),
    );
    expect(observation).toMatchObject({
      kind: "observed",
      connection: { hostKey: expect.stringContaining(`[127.0.0.1]:${jump.port} ssh-rsa`) as string },
    });
  });

  it("is not observed when it is the jump host that is not known, changed, refuses or is gone", async () => {
    const at = (settings: string, known?: string): Promise<string> =>
      observeWith(program, { address: "inner" }, context(`Host jump\n${settings}`, known)).then(said);
    bench.write("known-inner", inner.known());
    expect(await at("", "known-inner")).toMatch(
      /^the host key of the jump host jump \(127\.0\.0\.1 port \d+\) is not known/,
    );
    bench.write("known-changed", `${inner.known()}[127.0.0.1]:${jump.port} ${publicKey(bench.key("changed"))}\n`);
    expect(await at("", "known-changed")).toMatch(/^the host key of the jump host .* is not the one in known_hosts/);
    expect(await at(`  IdentitiesOnly yes\n  User nobody-here`)).toMatch(
      /^the jump host .* does not let nobody-here in/,
    );
    expect(await at(`  Port ${await freePort()}`)).toMatch(/^the jump host .* refuses the connection/);
    expect(await at("  HostName no-such-jump")).toMatch(/^"jump" leads to "no-such-jump", which is no known name/);
  });

  it("is not observed when the jump host cannot reach it", async () => {
    const to = (settings: string): Promise<string> =>
      observeWith(program, { address: "inner" }, context(`Host inner\n${settings}`)).then(said);
    expect(await to(`  Port ${await freePort()}`)).toMatch(/^inner \(127\.0\.0\.1 port \d+\) refuses the connection\n/);
    expect(await to("  HostName no-such-inner")).toMatch(/^"inner" leads to "no-such-inner", which is no known name\n/);
    expect(await to("  HostName no-such-inner")).toContain("-J");
  });

  it("says that it is silent behind the jump host", async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const settings = { ...context(`Host inner\n  Port ${port}`), connectTimeout: 1 };
    expect(said(await observeWith(program, { address: "inner" }, settings))).toMatch(
      /^inner \(.*\) did not answer within 1 s\n/,
    );
    server.close();
  });

  it("says that the jump host forwards nothing", async () => {
    const strict = await bench.sshd([jumpKey], ["AllowTcpForwarding no"]);
    bench.write("known-strict", inner.known() + strict.known());
    const observation = await observeWith(
      program,
      { address: "inner" },
      context(`Host jump\n  Port ${strict.port}`, "known-strict"),
    );
    expect(said(observation)).toContain("the jump host jump does not forward to inner");
  });

  it("13: is observed by the pinned keys of the jump host alone, whatever known_hosts has", async () => {
    bench.write("known-inner", inner.known());
    const pinned = (keys: readonly (string | undefined)[], known = "known-inner"): ReturnType<typeof observeWith> => {
      const jumpHostKey = keys.filter((one) => one !== undefined);
      return observeWith(program, { address: "inner", proxyJump: "jump", jumpHostKey }, context("", known));
    };
    for (const type of ["rsa", "ed25519"]) {
      const observation = await pinned([jump.keys[type]]);
      expect(said(observation)).toBe("observed");
      expect(observation).toHaveProperty(
        "connection.hostKey",
        expect.stringContaining(`:${jump.port} ${jump.keys["ecdsa"]}`),
      );
    }
    const wrong = await pinned([publicKey(bench.key("wrong-jump"))], "known"); // which has the right one
    expect(said(wrong)).toMatch(/^the jump host .* shows another key than the pinned hostKey/);
    expect(said(wrong)).toContain("set the hostKey of proxyJump to its new keys");
    expect(said(await pinned([], "known-inner"))).not.toBe("observed");
    const unknown = await observeWith(program, { address: "inner" }, context("", "known-inner"));
    expect(said(unknown)).toContain(`-p ${jump.port} ${user}@jump\` and compare`);
    expect(said(unknown)).toContain("or set the hostKey of proxyJump (proxyJump: { address, hostKey })");
  });

  it("A20: is told how to make the jump host's key known where no login writes it down", async () => {
    const thrownAway = "Host jump\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null";
    const text = said(await observeWith(program, { address: "inner" }, context(thrownAway)));
    expect(text).toMatch(/^the host key of the jump host jump .* is not known\n/);
    expect(text).toContain(`what \`ssh-keyscan -p ${jump.port} 127.0.0.1\` prints`);
    expect(text).toContain("or set the hostKey of proxyJump (proxyJump: { address, hostKey })");
    expect(text).not.toContain("log in once");
  });

  it("A14: is observed through a jump host written as ssh writes it", async () => {
    for (const proxyJump of [`ssh://${user}@jump:${jump.port}`, `ssh://${user}@jump:${jump.port}/`, `${user}@jump`]) {
      expect(said(await observeWith(program, { address: "inner", proxyJump }, context()))).toBe("observed");
    }
  });

  it("is observed by the way that only ssh can go, where ssh is what deploys", async () => {
    const by = (settings: string): Promise<string> =>
      observeWith(program, { address: "inner", transport: "ssh" }, context(settings)).then(said);
    expect(await by("Host inner\n  ProxyJump second,jump\nHost second\n  HostName 127.0.0.1")).not.toBe("observed");
    const second = `Host second\n  HostName 127.0.0.1\n  Port ${jump.port}\n  User ${user}\n  IdentityFile ${jumpKey}`;
    expect(await by(`Host inner\n  ProxyJump second,jump\n${second}`)).toBe("observed");
    const pipe =
      "const s=require('net').connect(process.argv[2],process.argv[1]);process.stdin.pipe(s).pipe(process.stdout)";
    expect(await by(`Host inner\n  ProxyCommand ${process.execPath} -e "${pipe}" %h %p`)).toBe("observed");
    const gone = await by(`Host inner\n  ProxyCommand false`);
    expect(gone).toMatch(/^inner \(127\.0\.0\.1 port \d+\) is not reached: its ProxyCommand brought no connection\n/);
  });

  it("is refused where Terraform could not go the same way", async () => {
    const refused = (settings: string): Promise<string> =>
      observeWith(program, { address: "x" }, context(settings)).then(said);
    expect(await refused("Host x\n  ProxyJump a,b")).toMatch(/^the way to x has two jumps: a,b\n/);
    expect(await refused("Host x\n  ProxyJump inner")).toMatch(/^the way to x has two jumps: jump, then inner\n/);
    expect(await refused("Host x\n  ProxyCommand nc %h %p")).toMatch(
      /^host x is reached by ssh's ProxyCommand, which Terraform/,
    );
    expect(await refused("Host x\n  ProxyJump y\nHost y\n  ProxyCommand nc %h %p")).toMatch(
      /^the jump host y is reached by/,
    );
  });

  it("keeps no connection when nobody is known", async () => {
    bench.write("known-nobody", "");
    const observation = await observeWith(program, { address: "inner" }, context("", "known-nobody"));
    expect(observation).not.toHaveProperty("connection");
    const other = await observeWith(program, { address: "inner" }, context(`Host inner\n  Port ${await freePort()}`));
    expect(other).not.toHaveProperty("connection");
  });
});
