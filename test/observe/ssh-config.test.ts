import { hostname, userInfo } from "node:os";
import { isFailure } from "../../src/observe/failure";
import { readJump } from "../../src/observe/route";
import { type ResolvedTarget, resolveTarget, type SshTarget } from "../../src/observe/ssh-config";
import { describeWith } from "../support/tools";
import { testContext } from "./context";
import { Bench } from "./sshd";

describeWith("ssh", "what ssh makes of an address", () => {
  const local = userInfo();
  const bench = new Bench();
  afterAll(() => bench.close());

  async function resolve(config: string, target: SshTarget, rootByDefault = true): Promise<ResolvedTarget> {
    const context = testContext(bench.folder, { sshConfig: bench.write("config", config) });
    const resolved = await resolveTarget(target, rootByDefault, context);
    if (isFailure(resolved)) throw new Error(resolved.what);
    return resolved;
  }

  it("is its name, port 22 and root, where nothing says otherwise", async () => {
    const resolved = await resolve("", { address: "web1.example.org" });
    expect(resolved).toMatchObject({ hostName: "web1.example.org", port: 22, user: "root" });
    expect(resolved.proxyJump).toBeUndefined();
    expect(resolved.proxyCommand).toBeUndefined();
    expect(resolved.identityFiles).toContain(`${local.homedir}/.ssh/id_ed25519`);
  });

  it("leaves the user of a jump host to ssh: the local one", async () => {
    expect(await resolve("", { address: "gate" }, false)).toMatchObject({ user: local.username });
  });

  it("is what the code says before what the configuration says", async () => {
    const config = "Host web\n  HostName 10.0.0.1\n  User admin\n  Port 2200\n  ProxyJump gate";
    expect(await resolve(config, { address: "web" })).toMatchObject({
      hostName: "10.0.0.1",
      user: "admin",
      port: 2200,
      proxyJump: "gate",
    });
    const target = {
      address: "web",
      user: "deploy",
      port: 22,
      proxyJump: "me@[fd00::1]:23",
      identityFile: "/a b/100%",
    };
    const resolved = await resolve(config, target);
    expect(resolved).toMatchObject({ user: "deploy", port: 22, proxyJump: "me@[fd00::1]:23" });
    expect(resolved.identityFiles[0]).toBe("/a b/100%");
  });

  it("is an IPv6 address too, and a name of any case", async () => {
    expect(await resolve("", { address: "::1" })).toMatchObject({ hostName: "::1" });
    expect(await resolve("Host web\n  HostName WEB.Example", { address: "web" })).toMatchObject({
      hostName: "web.example",
    });
  });

  it("has the paths of its files with home, tokens and variables filled in", async () => {
    process.env["OBSERVE_TEST"] = "var";
    const known = bench.write("known hosts", "");
    const config = `IdentityFile ~/.ssh/%u-%r-%h-%p-%n\nIdentityFile %d/\${OBSERVE_TEST}/%L%%\nUserKnownHostsFile /no/such "${known}"\nGlobalKnownHostsFile none`;
    const resolved = await resolve(config, { address: "web", user: "deploy" });
    expect(resolved.identityFiles).toEqual([
      `${local.homedir}/.ssh/${local.username}-deploy-web-22-web`,
      `${local.homedir}/var/${hostname().split(".")[0]}%`,
    ]);
    expect(resolved.knownHostsFiles).toEqual([known]);
  });

  it("takes a configured user though it is spelled like the local one", async () => {
    // Under root both are one; the other half of the rule shows where tests run as somebody else.
    const config = `Host web\n  User ${local.username}`;
    expect(await resolve(config, { address: "web" })).toMatchObject({ user: local.username });
    expect(await resolve(config, { address: "other" })).toMatchObject({ user: "root" });
    expect(await resolve("Match user root\n  Port 2201", { address: "other" })).toMatchObject({ port: 2201 });
  });
});

describe("a jump host", () => {
  it("is read as ssh writes it", () => {
    expect(readJump("gate")).toEqual({ address: "gate" });
    expect(readJump("me@gate.example:2200")).toEqual({ address: "gate.example", user: "me", port: 2200 });
    expect(readJump("me@corp@[fd00::1]:22")).toEqual({ address: "fd00::1", user: "me@corp", port: 22 });
    expect(readJump("[10.0.0.1]")).toEqual({ address: "10.0.0.1" });
    expect(readJump("ssh://me@gate:22")).toEqual({ address: "gate", user: "me", port: 22 });
    for (const wrong of ["", "-oX", "fd00::1", "a b:c"]) expect(readJump(wrong)).toBeUndefined();
  });
});
