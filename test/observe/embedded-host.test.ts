import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DesiredHost } from "../../src/model/host";
import type { Observation } from "../../src/model/observed";
import { observeHost } from "../../src/observe/observe-host";
import { probeProgram } from "../../src/script/probe";
import { EmbeddedHost } from "../../src/sim";
import { until } from "../sim/client";
import { describeWith } from "../support/tools";
import { hostRequest, said, testContext } from "./context";

describeWith(["ssh", "ssh-keygen"], "an embedded host under the real probe", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "observe-test-"));
  const hosts: EmbeddedHost[] = [];

  beforeAll(() => {
    delete process.env["SSH_AUTH_SOCK"];
  });
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function start(options: Parameters<typeof EmbeddedHost.start>[0] = {}): Promise<EmbeddedHost> {
    const host = await EmbeddedHost.start(options);
    hosts.push(host);
    return host;
  }

  function observe(host: EmbeddedHost, settings: Partial<DesiredHost> = {}): Promise<Observation> {
    const config = path.join(folder, `config-${host.port}`);
    writeFileSync(config, "UserKnownHostsFile /dev/null\nGlobalKnownHostsFile none\n");
    const request = hostRequest({ ...loginOf(host), hostKey: host.hostKeys, ...settings });
    return observeHost(request, probeProgram, testContext(folder, { sshConfig: config }));
  }

  it("is told with its containers over one connection", async () => {
    const host = await start({ name: "web1", declarative: [{ name: "shop" }] });
    const created = await host.run("nixos-container create db && nixos-container start db");
    expect(created.code).toBe(0);
    const before = host.connections;
    const observation = await observe(host);
    if (observation.kind !== "observed") throw new Error(said(observation));
    expect(host.connections - before).toBe(1);
    const { containers, hostname, nixpkgsRelease, confDir, sshServer } = observation.host;
    expect({ hostname, nixpkgsRelease, confDir, sshServer }).toEqual({
      hostname: "web1",
      sshServer: { address: host.address, port: host.port },
      nixpkgsRelease: "25.05.20250612.abcdef0",
      confDir: "/etc/nixos-containers",
    });
    expect(containers.get("shop")).toMatchObject({ declarative: true });
    expect(containers.get("db")).toMatchObject({ declarative: false, root: "dir", unit: "up", boot: false });
    expect(containers.get("db")!.running).toBe(containers.get("db")!.profile);
  });

  it("is told with its routes, but for those that lead nowhere or everywhere", async () => {
    const host = await start();
    const routes = [
      "default via 192.0.2.1 dev eth0 proto static metric 100",
      "blackhole 10.7.0.0/16",
      "10.8.0.0/24 via 192.0.2.1 dev eth0 proto static",
      "10.9.0.0/16 dev wg0 proto kernel scope link src 10.9.0.1",
      "10.233.1.2 dev ve-web scope link",
      "fd00:9::/64 dev wg0 metric 1024 pref medium",
    ];
    await host.run(`printf '%s\\n' ${routes.map((route) => `'${route}'`).join(" ")} >"$CDKTF_NIXOS_ROOT/run/routes"`);
    const observation = await observe(host);
    if (observation.kind !== "observed") throw new Error(said(observation));
    expect(observation.host.routes).toEqual([
      "eth0 10.8.0.0/24",
      "wg0 10.9.0.0/16",
      "ve-web 10.233.1.2",
      "wg0 fd00:9::/64",
    ]);
  });

  it("tells what sets up its network, where that leads, who resolves names, and what listens", async () => {
    const host = await start();
    const network = async () => {
      const observation = await observe(host);
      if (observation.kind !== "observed") throw new Error(said(observation));
      const { network, wayOut, nameservers, listens } = observation.host;
      return { network, wayOut, nameservers, listens };
    };
    expect(await network()).toEqual({ wayOut: "eth0", nameservers: ["192.0.2.1"], listens: [22] });
    const row = (number: number, local: string, state: string): string => `  ${number}: ${local} 0:0 ${state} 0`;
    const [any, any6] = ["00000000", "0".repeat(32)];
    const tcp = [row(0, `${any}:1F90`, "0A"), row(1, "0100007F:0035", "0A"), row(2, `${any}:0050`, "01")].join("\n");
    await host.run(
      [
        'cd "$CDKTF_NIXOS_ROOT"',
        "echo >etc/systemd/system/nftables.service",
        `printf 'Iface\neth1\t0000000A\t0\t1\t0\t0\t0\t000000FF\ntun0\t00000000\t0\t1\t0\t0\t0\t00000080\n' >proc/net/route`,
        "printf '# ours\nsearch lan\nnameserver 127.0.0.53\nnameserver ::1' >etc/resolv.conf",
        `printf '  sl  local\n${tcp.replaceAll("\n", "\\n")}\n' >proc/net/tcp`,
        `printf '  sl  local\n${row(0, `${any6}:01BB`, "0A")}\n' >proc/net/tcp6`,
      ].join(" && "),
      { user: "root" },
    );
    expect(await network()).toEqual({
      network: ["nftables"],
      nameservers: ["127.0.0.53", "::1"],
      listens: [443, 8080],
    });
  });

  it("is told through sudo, but not without it", async () => {
    const free = await start({ user: "deploy" });
    expect(said(await observe(free))).toBe("observed");
    expect(said(await observe(free, { become: false }))).toMatch(/^deploy at \S+ is not root, and become is false\n/);
    const asking = await start({ user: "deploy", sudo: "password" });
    const refused = await observe(asking);
    expect(said(refused)).toMatch(/^sudo does not make deploy at \S+ root without a password\n/);
    expect(refused).toHaveProperty("connection.user", "deploy");
  });

  it("is told through banners and noisy profiles", async () => {
    const host = await start({ banner: "Authorized use only\n", profileNoise: "Welcome!\n" });
    expect(said(await observe(host))).toBe("observed");
  });

  it("is not told when it is off, or has other keys than the pinned one", async () => {
    const host = await start();
    await host.pause();
    expect(said(await observe(host))).toMatch(/^127\.0\.0\.1 port \d+ refuses the connection\n/);
    await host.resume();
    const hostKey = host.hostKeys;
    await host.renewHostKeys();
    expect(said(await observe(host, { hostKey }))).toMatch(/shows another key than the pinned hostKey/);
    expect(said(await observe(host))).toBe("observed");
  });

  it("is not told when its connection is cut", async () => {
    const host = await start();
    const cut = observeHost(
      hostRequest({ ...loginOf(host), hostKey: host.hostKeys }),
      () => 'touch "$TMPDIR/arrived"; sleep 1000',
      testContext(folder, { sshConfig: "none" }),
    );
    await until("the program runs", () => existsSync(host.path("/tmp/arrived")));
    host.cutConnections();
    expect(said(await cut)).toMatch(/^the connection to 127\.0\.0\.1 was cut after the login\n/);
  });
});

function loginOf({ address, port, user, identityFile }: EmbeddedHost): Partial<DesiredHost> {
  return { address, port, user, identityFile };
}
