import type { Context } from "../../src/observe/context";
import { describeUnless } from "../support/tools";
import { framed, observeWith, said, testContext } from "./context";
import { Bench, noSshd, user } from "./sshd";

describeUnless(noSshd, "what a login shell makes of the program", () => {
  let bench: Bench;
  let key: string;

  beforeAll(() => {
    delete process.env["SSH_AUTH_SOCK"];
    bench = new Bench();
    key = bench.key("id");
  });
  afterAll(() => bench.close());

  /** Observes a host whose sshd runs this instead of what it is asked to. */
  async function through(shell: string, program: string, settings: Partial<Context> = {}): Promise<string> {
    const script = bench.write(`shell-${(count += 1)}`, shell);
    const server = await bench.sshd(
      [key],
      [`ForceCommand sh ${script}`, `Banner ${bench.write("banner", "Beware!\n")}`],
    );
    const config = `IdentityFile ${key}\nUserKnownHostsFile ${bench.write("known", server.known())}\n`;
    const context = testContext(bench.folder, { sshConfig: bench.write("config", config), ...settings });
    const observation = await observeWith(program, { user, port: server.port }, context);
    return observation.kind === "observed" ? JSON.stringify(observation.host.hostname) : said(observation);
  }
  let count = 0;

  const program = framed("host\\tmachine-id\\tabc", "host\\thostname\\tweb1");

  it("does not matter when it prints before and after", async () => {
    expect(await through("printf 'Welcome to fish\\r\\n no newline'; sh -s; echo Bye; exit 3", program)).toBe('"web1"');
    expect(await through("echo '@cdktf-nixos 1 0000 begin'; sh -s 2>&1", `echo noise >&2\n${program}`)).toBe('"web1"');
  });

  it("does not matter when it ends lines in its own way", async () => {
    expect(await through("sh -s | sed 's/$/\\r/'", program)).toBe('"web1"');
  });

  it("is an error when the output stops half-way", async () => {
    const cut = await through("sh -s | head -n 2; sleep 0.3; kill -9 $PPID", program);
    expect(cut).toMatch(/^the connection to 127\.0\.0\.1 was cut while it was observed\n/);
    expect(cut).toMatch(/Connection (to|closed|reset)/);
    expect(await through("sh -s | head -n 2", program)).toMatch(
      /^the connection to \S+ was cut while it was observed\n/,
    );
    expect(await through("cat >/dev/null; kill -9 $PPID", program)).toMatch(
      /^the connection to \S+ was cut after the login\n/,
    );
  });

  it("is an error when it runs no commands, has no sh, or hangs", async () => {
    const closed = await through("echo 'This account is currently not available.'; exit 1", program);
    expect(closed).toMatch(/^the login shell of \S+ at 127\.0\.0\.1 did not run the program\n/);
    expect(closed).toContain("This account is currently not available.");
    expect(await through("exec no-such-shell", program)).toMatch(/^127\.0\.0\.1 has no program `sh` for /);
    expect(await through("sleep 5", program, { timeout: 1 })).toMatch(/^127\.0\.0\.1 did not finish within 1 s\n/);
  });

  it("is an error when the frame is of another version", async () => {
    const newer = program.replaceAll("nixos 1", "nixos 2");
    expect(await through("sh -s", newer)).toContain("speaks version 2 of the protocol");
  });

  it("is an error when records cannot be read, or there is no machine-id", async () => {
    expect(await through("sh -s", framed("host\\tmachine-id"))).toContain('cannot be read: "host\\tmachine-id"');
    expect(await through("sh -s", framed("host\\thostname\\tweb1"))).toContain("does not tell its machine-id");
    // What systemd writes there until the first boot is through.
    const unset = framed("host\\tmachine-id\\tuninitialized", "host\\thostname\\tweb1");
    expect(await through("sh -s", unset)).toContain("does not tell its machine-id");
  });

  it("is an error when the user is not root and cannot become root", async () => {
    const sudo = await through("sh -s", framed("host\\ttrouble\\tsudo sudo: a password is required"));
    expect(sudo).toMatch(
      /^sudo does not make \S+ at 127\.0\.0\.1 root without a password\nsudo: a password is required\n/,
    );
    expect(await through("sh -s", framed("host\\ttrouble\\tnot-root x is not root"))).toContain("is not root");
  });

  it.each([
    ["sudo: sorry, you must have a tty to run sudo", "without a terminal", "take `Defaults requiretty` out"],
    [`sudo: user ${user} is not in the sudoers file`, "at all", "NOPASSWD"],
    [
      "sudo: /run/current-system/sw/bin/sudo must be owned by uid 0 and have the setuid bit set",
      "at all",
      "/run/wrappers/bin",
    ],
    ["sudo: interactive authentication is required", "without a password", "security.sudo.wheelNeedsPassword = false"],
  ])("A20: is an error with a remedy that can work, where sudo says %s", async (words, how, remedy) => {
    const said = await through("sh -s", framed(`host\\ttrouble\\tsudo ${words}`));
    expect(said).toContain(`sudo does not make ${user} at 127.0.0.1 root ${how}\n${words}\n`);
    expect(said).toContain(remedy);
  });

  it("A20: is an error of its own where there is no sudo", async () => {
    const said = await through("sh -s", framed("host\\ttrouble\\tno-sudo no sudo on the PATH; there is doas"));
    expect(said).toMatch(/is not root, and the login knows no sudo\n.*there is doas\n/);
    expect(said).toContain("doas and run0 will not do");
    expect(said).not.toContain("NOPASSWD");
  });

  it("prints nothing dangerous, and none of the program", async () => {
    const output = await through("cat >/dev/null; printf '\\033[31mred\\007\\n'; exit 1", `secret=1\n${program}`);
    expect(output).toContain("\nred\n");
    expect(output).not.toContain("secret");
    expect(await through("cat; exit 1", `secret=1\n`)).toContain("secret"); // the check above can fail
  });
});
