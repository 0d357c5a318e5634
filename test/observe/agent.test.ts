import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import type { Context } from "../../src/observe/context";
import { describeUnless } from "../support/tools";
import { framed, observeWith, said, testContext } from "./context";
import { Bench, noSshd, type Sshd, user } from "./sshd";

describeUnless(noSshd, "a key that an agent or a certificate brings", () => {
  let bench: Bench;
  let sshd: Sshd;
  let jump: Sshd;
  let socket: string;
  let file: string;
  let program: string;
  let configs = 0;

  beforeAll(async () => {
    bench = new Bench();
    const lonely = bench.key("lonely", { comment: "me at home" });
    const locked = bench.key("locked", { passphrase: "secret-word" });
    const other = bench.key("other");
    file = bench.key("file 100%");
    sshd = await bench.sshd([lonely, locked, file]);
    jump = await bench.sshd([lonely]);
    bench.write("known", sshd.known() + jump.known());
    socket = await bench.agent();
    const env = {
      ...process.env,
      SSH_AUTH_SOCK: socket,
      SSH_ASKPASS: bench.write("askpass", "#!/bin/sh\necho secret-word\n"),
      SSH_ASKPASS_REQUIRE: "force",
    };
    execFileSync("chmod", ["700", env.SSH_ASKPASS]);
    execFileSync("ssh-add", ["-q", other, lonely, locked], { env, stdio: "ignore" });
    rmSync(lonely);
    rmSync(`${lonely}.pub`);
    program = framed("host\\tmachine-id\\tabc", ...Object.values(sshd.keys).map((line) => `host\\thost-key\\t${line}`));
  });
  beforeEach(() => {
    process.env["SSH_AUTH_SOCK"] = socket;
  });
  afterAll(async () => {
    delete process.env["SSH_AUTH_SOCK"];
    await bench.close();
  });

  const context = (extra = ""): Context =>
    testContext(bench.folder, {
      sshConfig: bench.write(
        `config-${(configs += 1)}`,
        `${extra}\nHost *\n  UserKnownHostsFile ${bench.folder}/known\n  GlobalKnownHostsFile none\n  IdentityFile none\n`,
      ),
    });
  const observe = (extra?: string, settings = {}): ReturnType<typeof observeWith> =>
    observeWith(program, { user, port: sshd.port, ...settings }, context(extra));

  it("is named by its comment when no file has it", async () => {
    const observation = await observe();
    expect(observation).toHaveProperty("connection", {
      ...{ host: "127.0.0.1", port: sshd.port, user, hostKey: expect.any(String) as string },
      ...{ agent: true, agentIdentity: "me at home" },
    });
  });

  it("is named by its file when one has it, encrypted or only public", async () => {
    const identityFile = `${bench.folder}/locked`;
    expect(await observe("", { identityFile })).toHaveProperty("connection.agentIdentity", identityFile);
    const config = `Host *\n  IdentitiesOnly yes\n  IdentityFile ${identityFile}.pub`;
    expect(await observe(config)).toHaveProperty("connection.agentIdentity", `${identityFile}.pub`);
  });

  it("is missed when neither agent nor file could have it", async () => {
    const observation = await observe("", { identityFile: "/no/such/key" });
    expect(said(observation)).toContain("the identity file /no/such/key does not exist");
  });

  it("is taken from a plain file even beside an agent", async () => {
    const identityFile = `${bench.folder}/file 100%`;
    const observation = await observe("", { identityFile });
    expect(observation).toMatchObject({ connection: { agent: false, identityFile } });
  });

  it("is refused when it is in an agent that Terraform does not ask", async () => {
    delete process.env["SSH_AUTH_SOCK"];
    expect(said(await observe(`Host *\n  IdentityAgent ${socket}`))).toContain(`-> set SSH_AUTH_SOCK=${socket}`);
    process.env["SSH_AUTH_SOCK"] = socket;
    expect(said(await observe(`Host *\n  IdentityAgent ${socket}`))).toBe("observed");
    expect(said(await observe("Host *\n  IdentityAgent none"))).toContain(`does not let ${user} in`);
  });

  it("leads over a jump host from an agent too, but not half from a file", async () => {
    const proxyJump = `${user}@localhost:${jump.port}`;
    const config = "Host localhost\n  HostName 127.0.0.1";
    const both = await observe(config, { proxyJump });
    expect(both).toMatchObject({ connection: { agent: true, bastion: { host: "127.0.0.1", port: jump.port, user } } });
    expect(both).not.toHaveProperty("connection.bastion.identityFile");
    const half = await observe(config, { proxyJump, identityFile: `${bench.folder}/file 100%` });
    expect(said(half)).toContain(`ssh-add ${bench.folder}/file 100%`);
  });

  it("is a certificate with its key, from files", async () => {
    delete process.env["SSH_AUTH_SOCK"];
    const authority = bench.key("authority");
    const key = bench.key("certified");
    execFileSync("ssh-keygen", ["-q", "-s", authority, "-I", "me", "-n", user, `${key}.pub`]);
    const server = await bench.sshd([], [`TrustedUserCAKeys ${authority}.pub`]);
    bench.write("known-ca", server.known());
    const known = `  UserKnownHostsFile ${bench.folder}/known-ca`;
    const beside = await observe(`Host *\n${known}`, { port: server.port, identityFile: key });
    expect(beside).toMatchObject({
      connection: { identityFile: key, certificateFile: `${key}-cert.pub`, agent: false },
    });
    const apart = bench.write("apart-cert.pub", readFileSync(`${key}-cert.pub`, "utf8"));
    rmSync(`${key}-cert.pub`);
    const config = `Host *\n${known}\n  CertificateFile ${apart}`;
    const named = await observe(config, { port: server.port, identityFile: key });
    expect(named).toMatchObject({ connection: { identityFile: key, certificateFile: apart, agent: false } });
  });
});
