import { execFileSync } from "node:child_process";
import { isFailure } from "../../src/observe/failure";
import { findKnownKeys, hostKeyText, publicKey as readKey } from "../../src/observe/known-hosts";
import { resolveTarget, type SshTarget } from "../../src/observe/ssh-config";
import { describeWith } from "../support/tools";
import { testContext } from "./context";
import { Bench, publicKey } from "./sshd";

describeWith(["ssh", "ssh-keygen"], "the keys of known_hosts", () => {
  const bench = new Bench();
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => publicKey(bench.key(name))) as [
    string,
    string,
    string,
    string,
  ];
  afterAll(() => bench.close());

  async function find(target: SshTarget, user: string, global = "", more = ""): Promise<unknown> {
    const config = `${more}\nUserKnownHostsFile ${bench.write("user", user)}\nGlobalKnownHostsFile ${bench.write("global", global)}`;
    const context = testContext(bench.folder, { sshConfig: bench.write("config", config) });
    const resolved = await resolveTarget(target, true, context);
    if (isFailure(resolved)) throw new Error(resolved.what);
    return findKnownKeys(resolved, context);
  }
  const keys = (...all: readonly string[]): object => ({ keys: [...all].sort(), authorities: [] });

  it("are found by name and port, in all files, once", async () => {
    const lines = `web,10.0.0.1 ${a} comment\n[web]:2222 ${b}\nother ${c}\n`;
    expect(await find({ address: "web" }, lines, `web ${a}\nweb ${d}`)).toEqual(keys(a, d));
    expect(await find({ address: "web", port: 2222 }, lines)).toEqual(keys(b));
    expect(await find({ address: "nobody" }, lines)).toEqual(keys());
  });

  it("are found without the port when none has it, as ssh does", async () => {
    expect(await find({ address: "web", port: 2222 }, `web ${a}\n`)).toEqual(keys(a));
  });

  it("are found under hashed names, wildcards and the alias", async () => {
    const hashed = bench.write("hashed", `web ${a}\n[web]:2222 ${b}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", hashed], { stdio: "ignore" });
    const text = execFileSync("cat", [hashed], { encoding: "utf8" });
    expect(text).not.toContain("web");
    expect(await find({ address: "web", port: 2222 }, text)).toEqual(keys(b));
    expect(await find({ address: "web.example" }, `*.example ${c}\n`)).toEqual(keys(c));
    expect(await find({ address: "web" }, `gate ${d}\nweb ${a}\n`, "", "HostKeyAlias gate")).toEqual(keys(d));
  });

  it("leave out what is revoked, and tell authorities apart", async () => {
    const lines = `@revoked * ${a}\nweb ${a}\nweb ${b}\n@cert-authority *web ${c}\n`;
    expect(await find({ address: "web" }, lines)).toEqual({ keys: [b], authorities: [c] });
  });

  it("are written as Terraform's host_key, or not at all", () => {
    const web = { host: "10.0.0.1", port: 22, keys: ["k 1", "k 2"], authorities: ["ca 1"] };
    const gate = { host: "fd00::1", port: 2222, keys: ["g 1"], authorities: [] };
    expect(hostKeyText(web)).toBe("k 1\n10.0.0.1 k 2\n@cert-authority 10.0.0.1 ca 1");
    expect(hostKeyText(web, gate)).toMatch(
      /^sk-ssh-ed25519@openssh\.com \S+\n10\.0\.0\.1 k 1\n10\.0\.0\.1 k 2\n@cert-authority 10\.0\.0\.1 ca 1\n\[fd00::1\]:2222 g 1$/,
    );
    expect(hostKeyText({ ...web, keys: [] })).toBe("ca 1");
    expect(hostKeyText({ ...web, keys: [], authorities: [] })).toBeUndefined();
    expect(hostKeyText(web, { ...gate, keys: [] })).toBeUndefined();
  });

  it("are of types that Terraform can read", () => {
    expect(readKey(`${a} root@web1`)).toBe(a);
    for (const wrong of ["", "ssh-dss AAAA", "ssh-ed25519", "ssh-ed25519 !"]) expect(readKey(wrong)).toBeUndefined();
  });
});
