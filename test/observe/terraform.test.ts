import { execFileSync } from "node:child_process";
import type { Connection } from "../../src/model/observed";
import { describeUnless } from "../support/tools";
import { framed, observeWith, said, testContext } from "./context";
import { Bench, noSshd, publicKey, type Sshd, user } from "./sshd";
import { applyWith, noEngine } from "./terraform";

describeUnless(noSshd || noEngine, "what can be observed, Terraform can reach", () => {
  let bench: Bench;
  let inner: Sshd;
  let jump: Sshd;
  let innerKey: string;
  let jumpKey: string;

  beforeAll(async () => {
    delete process.env["SSH_AUTH_SOCK"];
    bench = new Bench();
    innerKey = bench.key("inner-key");
    jumpKey = bench.key("jump-key");
    inner = await bench.sshd([innerKey]);
    jump = await bench.sshd([jumpKey]);
  });
  afterEach(() => {
    delete process.env["SSH_AUTH_SOCK"];
  });
  afterAll(() => bench.close());

  async function connect(config: string, server = inner): Promise<Connection> {
    const program = framed(
      "host\\tmachine-id\\tabc",
      ...Object.values(server.keys).map((key) => `host\\thost-key\\t${key}`),
    );
    // The user has met each host once, and by one key: ssh takes that one, Go prefers another.
    const known = bench.write("known", inner.known("ed25519") + jump.known("ed25519"));
    const rest = `Host *\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile none`;
    const context = testContext(bench.folder, { sshConfig: bench.write("config", `${config}\n${rest}`) });
    const observation = await observeWith(program, { address: "inner" }, context);
    if (observation.kind !== "observed") throw new Error(said(observation));
    return observation.connection;
  }

  const apply = (connection: Connection): string => applyWith(bench, connection);

  const at = (name: string, { port }: Sshd, key: string): string =>
    `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  User ${user}\n  IdentityFile ${key}\n`;

  it("directly", async () => {
    const connection = await connect(at("inner", inner, innerKey));
    expect(apply(connection)).toBe("applied");
    // The control: the one key that known_hosts has is not enough.
    expect(apply({ ...connection, hostKey: inner.keys["ed25519"] })).toContain("knownhosts: key mismatch");
  });

  it("through a jump host with a key of its own", async () => {
    const connection = await connect(`${at("inner", inner, innerKey)}  ProxyJump jump\n${at("jump", jump, jumpKey)}`);
    expect(apply(connection)).toBe("applied");
    const stranger = publicKey(bench.key("stranger"));
    const hostKey = connection.hostKey.replaceAll(`[127.0.0.1]:${jump.port} `, "[127.0.0.1]:1 ");
    expect(apply({ ...connection, hostKey: `${hostKey}\n[127.0.0.1]:${jump.port} ${stranger}` })).toContain(
      "knownhosts",
    );
  });

  it("with the right one of an agent's many keys", async () => {
    const socket = await bench.agent();
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    const many = Array.from({ length: 8 }, (_, index) => bench.key(`many-${index}`));
    execFileSync("ssh-add", ["-q", ...many, innerKey], { env, stdio: "ignore" });
    process.env["SSH_AUTH_SOCK"] = socket;
    const config = `Host inner\n  IdentitiesOnly yes\n${at("inner", inner, `${innerKey}.pub`)}`;
    const connection = await connect(config);
    expect(connection).toMatchObject({ agent: true, agentIdentity: `${innerKey}.pub` });
    expect(apply(connection)).toBe("applied");
    expect(apply({ ...connection, agentIdentity: undefined })).toMatch(
      /unable to authenticate|Too many authentication failures/,
    ); // the control
  });

  it("with certificates on either side", async () => {
    const authority = bench.key("authority");
    const key = bench.key("certified");
    execFileSync("ssh-keygen", ["-q", "-s", authority, "-I", "me", "-n", user, `${key}.pub`]);
    const hostKey = bench.key("host-with-certificate");
    execFileSync("ssh-keygen", ["-q", "-s", authority, "-h", "-I", "it", "-n", "127.0.0.1", `${hostKey}.pub`]);
    const extra = [`TrustedUserCAKeys ${authority}.pub`, `HostKey ${hostKey}`, `HostCertificate ${hostKey}-cert.pub`];
    const server = await bench.sshd([], extra);
    const known = bench.write("known-authority", `@cert-authority * ${publicKey(authority)}\n`);
    const connection = await connect(`${at("inner", server, key)}  UserKnownHostsFile ${known}`, server);
    expect(connection).toMatchObject({ identityFile: key, certificateFile: `${key}-cert.pub` });
    expect(connection.hostKey).toContain("@cert-authority");
    expect(apply(connection)).toBe("applied");
  });
});
