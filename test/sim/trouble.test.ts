import fs from "node:fs";
import { EmbeddedHost } from "../../src/sim";
import { containing, output, ssh } from "./client";

const WANTS = "/etc/systemd/system.control/machines.target.wants";

describe("7 time and trouble", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({
      name: "web1",
      interfaces: ["eth1"],
      declarative: [{ name: "db", conf: { LOCAL_ADDRESS: "10.9.9.9" } }],
    });
  });
  afterEach(() => host.stop());
  const ok = (command: string): Promise<string> => output(host, command);
  const status = (name: string): Promise<string> => ok(`nixos-container status ${name}`);
  const link = (name: string): Promise<string> =>
    ok(
      `mkdir -p $CDKTF_NIXOS_ROOT${WANTS}; ln -s /etc/systemd/system/container@.service $CDKTF_NIXOS_ROOT${WANTS}/container@${name}.service; systemctl daemon-reload`,
    );
  const seconds = async (command: string): Promise<number> => {
    const begun = Date.now();
    await ok(command);
    return (Date.now() - begun) / 1000;
  };

  test("7.1 slow steps take the time they are told to", async () => {
    host.setDurations({ build: 1000 });
    host.setDurations({ build: 0.4, start: 0.3 });
    expect(await seconds("nixos-container create web")).toBeGreaterThan(0.4);
    expect(await seconds("nixos-container start web")).toBeGreaterThan(0.3);
    host.setDurations({ build: 0, stop: 0.35, reload: 0.45 });
    expect(await seconds("nixos-container update web")).toBeGreaterThan(0.45);
    expect(await seconds("nixos-container stop web")).toBeGreaterThan(0.35);
  });

  test("7.2 builds can be made to fail", async () => {
    await ok("nixos-container create web");
    host.setFaults({ build: "the builder's disk is full" });
    expect(await host.run("nixos-container update web")).toMatchObject({
      code: 1,
      stderr: containing("> the builder's disk is full"),
    });
    host.setFaults({ build: "" });
    expect((await host.run("nixos-container update web")).code).toBe(0);
  });

  test("7.3 on a full disk nothing can be written, by doubles or by anyone else", async () => {
    await ok("nixos-container create web && nixos-container start web && echo kept >file");
    host.setFaults({ diskFull: true });
    expect(await host.run("nixos-container create other")).toMatchObject({
      code: 28,
      stderr: containing("No space left on device"),
    });
    expect(await host.run("nixos-container update web")).toMatchObject({
      code: 1,
      stderr: containing("No space left on device"),
    });
    const command =
      "echo more >>file || echo failed; cp /bin/sh copy || echo failed; cat file | tr a-z A-Z; echo out >/dev/null";
    expect((await ssh(host, command)).stdout).toBe("failed\nfailed\nKEPT\n");
    expect((await host.run("nixos-container stop web && nixos-container start web")).code).toBe(0);
    host.setFaults({ diskFull: false });
    expect((await host.run("echo more >>file && nixos-container create other")).code).toBe(0);
  });

  test("7.4 after a reboot only what machines.target wants runs", async () => {
    await ok("nixos-container create web --auto-start && nixos-container start web && nixos-container create linked");
    await host.edit("/etc/nixos-containers/web.conf", "INTERFACES=eth1\nAUTO_START=1\n");
    await ok("nixos-container restart web && touch $CDKTF_NIXOS_ROOT/run/gone");
    await link("linked");
    await host.run("setsid -f sleep 1000 >/dev/null 2>&1");
    const connection = ssh(host, "sleep 1000");
    while (host.connections === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await host.reboot();
    expect((await connection).code).toBe(255);
    expect([await status("web"), await status("linked"), await status("db")]).toEqual(["down", "up", "up"]);
    expect(fs.existsSync(host.path("/run/gone"))).toBe(false);
    expect(fs.readdirSync(host.path("/sys/class/net"))).toEqual(["eth0", "eth1", "lo", "ve-db", "ve-linked"]);
    expect(await ok("systemctl show container@web -p InactiveExitTimestamp --value")).toBe("");
    expect((await ssh(host, "nixos-container start web")).code).toBe(0);
  });

  test("7.5 a rebuild starts what is linked and tells of failed units", async () => {
    await ok("nixos-container create web && nixos-container create idle && nixos-container stop db");
    await link("web");
    expect(await host.rebuild()).toEqual({ code: 0 });
    expect([await status("web"), await status("idle"), await status("db")]).toEqual(["up", "down", "up"]);
    expect(fs.readdirSync(host.path(WANTS))).toEqual(["container@web.service"]);
    await ok("nixos-container create bad --bridge br9");
    await host.run("nixos-container start bad; sleep 1");
    expect(await host.rebuild()).toEqual({ code: 4 });
    expect(await host.calls()).not.toContain("systemctl start machines.target");
  });

  test("7.6 the host's nixpkgs can move", async () => {
    host.upgradeNixpkgs({ release: "25.11", suffix: ".20251120.1234567" });
    expect(await ok("cat $(nix-instantiate --find-file nixpkgs)/.version")).toBe("25.11");
    expect(await ok("readlink -f $(nix-instantiate --find-file nixpkgs)")).toBe(host.path(host.nixpkgs));
  });

  test("7.7 a host returns to a snapshot", async () => {
    await ok("nixos-container create web && nixos-container start web");
    const snapshot = await host.snapshot();
    await ok("nixos-container destroy web && nixos-container create other");
    await host.restore(snapshot);
    expect(await ok("nixos-container list")).toBe("db\nweb");
    expect(await status("web")).toBe("up");
    await ok("nixos-container update web --config 'a = 1;'");
    await host.restore(snapshot);
    expect(fs.readlinkSync(host.path("/nix/var/nix/profiles/per-container/web/system"))).toBe("system-1-link");
  });

  test("7.8 declarative containers run from the beginning, if machines.target wants them", async () => {
    expect(await status("db")).toBe("up");
    expect(await ok("nixos-container show-ip db")).toBe("10.9.9.9");
    const other = await EmbeddedHost.start({ declarative: [{ name: "db", autoStart: false }] });
    expect(await output(other, "nixos-container status db")).toBe("down");
    await other.stop();
  });
});
