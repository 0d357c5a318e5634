import fs from "node:fs";
import { EmbeddedHost } from "../../src/sim";
import { output, ssh, until } from "./client";

describe("1 the host", () => {
  let host: EmbeddedHost;
  beforeAll(async () => {
    host = await EmbeddedHost.start({
      name: "web1",
      user: "deploy",
      interfaces: ["eth1"],
      bridges: ["br0"],
      declarative: [{ name: "db" }],
    });
  });
  afterAll(() => host.stop());

  test("1.1 it keeps its loopback port while it is paused and resumed", async () => {
    const { port } = host;
    await host.pause();
    expect((await ssh(host, "true")).code).toBe(255);
    await host.resume();
    expect(host.port).toBe(port);
    expect(host.address).toBe("127.0.0.1");
    expect((await ssh(host, "true")).code).toBe(0);
  });

  test("1.2 a command has an environment of its own and starts in its home", async () => {
    process.env["OF_THIS_PROCESS"] = "leaks";
    const lines = (await output(host, "env; echo PWD_IS=$(pwd)")).split("\n");
    delete process.env["OF_THIS_PROCESS"];
    const names = lines
      .map((line) => line.split("=")[0])
      .filter((name) => !["PWD", "_", "SHLVL", "OLDPWD"].includes(name));
    expect(names.sort()).toEqual(
      ["CDKTF_NIXOS_ROOT", "HOME", "LANG", "LOGNAME", "NIX_PATH", "PATH", "PWD_IS", "SHELL", "TMPDIR", "USER"].sort(),
    );
    expect(lines).toContain(`CDKTF_NIXOS_ROOT=${host.root}`);
    expect(lines).toContain(`HOME=${host.root}/home/deploy`);
    expect(lines).toContain(`PWD_IS=${host.root}/home/deploy`);
    expect(await output(host, "pwd", "root")).toBe(`${host.root}/root`);
    expect(await output(host, "command -v systemctl")).toBe(`${host.root}/run/current-system/sw/bin/systemctl`);
  });

  test("1.3 what a NixOS host has is there", async () => {
    for (const home of ["/root", "/home/deploy"]) expect(fs.statSync(host.path(home)).mode & 0o777).toBe(0o700);
    expect(await host.read("/etc/machine-id")).toMatch(/^[0-9a-f]{32}\n$/);
    expect(await host.read("/etc/os-release")).toContain('VERSION_ID="25.05"');
    expect(await host.read("/etc/ssh/ssh_host_ed25519_key.pub")).toBe(`${host.hostKey} root@web1\n`);
    for (const file of [
      "/etc/ssh/ssh_host_rsa_key.pub",
      "/etc/ssh/ssh_host_ecdsa_key.pub",
      "/etc/systemd/system/container@.service",
    ])
      expect(fs.existsSync(host.path(file))).toBe(true);
    expect(await host.read("/proc/meminfo")).toContain("MemAvailable:   8388608 kB");
    expect(await host.read("/proc/sys/net/ipv4/ip_forward")).toBe("1\n");
    expect(fs.readdirSync(host.path("/sys/class/net"))).toEqual(["br0", "eth0", "eth1", "lo"]);
    expect(fs.existsSync(host.path("/sys/class/net/br0/bridge"))).toBe(true);
    expect(fs.existsSync(host.path("/etc/systemd/system.control"))).toBe(false);
    expect(fs.readdirSync(host.path("/dev"))).toEqual(["fuse", "net", "null", "urandom"]);
    const tun = await host.run(`stat -L -c '%F|%t|%T' "$CDKTF_NIXOS_ROOT/dev/net/tun"`);
    expect(tun.stdout).toBe("character special file|a|c8\n");
  });

  test("1.4 links to be prefixed say /nix/store, links to be followed resolve below the root", async () => {
    await host.run("nixos-container create web", { user: "root" });
    expect(fs.readlinkSync(host.path("/nix/var/nix/profiles/per-container/web/system"))).toBe("system-1-link");
    expect(fs.readlinkSync(host.path("/nix/var/nix/profiles/per-container/web/system-1-link"))).toMatch(
      /^\/nix\/store\//,
    );
    expect(await host.read("/etc/nixos-containers/db.conf")).toContain("SYSTEM_PATH=/nix/store/");
    expect(fs.realpathSync(host.path("/etc/nixos-containers/db.conf"))).toMatch(`${host.root}/nix/store/`);
  });

  test("1.7 stopping ends processes in sessions of their own and removes the directory", async () => {
    const other = await EmbeddedHost.start();
    await other.run("setsid -f sleep 1000 >/dev/null 2>&1; setsid -f sh -c 'sleep 1000' >/dev/null 2>&1");
    const count = () =>
      fs
        .readdirSync("/proc")
        .filter((pid) => /^\d+$/.test(pid))
        .filter((pid) => {
          try {
            return fs.readFileSync(`/proc/${pid}/environ`, "latin1").includes(`CDKTF_NIXOS_ROOT=${other.root}`);
          } catch {
            return false;
          }
        }).length;
    await until("both sleep", () => count() >= 2);
    await other.stop();
    expect(count()).toBe(0);
    expect(fs.existsSync(other.root)).toBe(false);
  });
});

test("1.5 the older layout shares its directory with podman", async () => {
  const host = await EmbeddedHost.start({ layout: "21.11" });
  await host.run("nixos-container create web");
  expect(fs.existsSync(host.path("/etc/containers/web.conf"))).toBe(true);
  expect(fs.existsSync(host.path("/var/lib/containers/web/etc/nixos/configuration.nix"))).toBe(true);
  expect(fs.existsSync(host.path("/etc/containers/libpod.conf"))).toBe(true);
  expect(fs.existsSync(host.path("/etc/nixos-containers"))).toBe(false);
  expect(await output(host, "nixos-container list")).toBe("web");
  await host.stop();
});

test("1.6 the program tells its directories, and a host can lack the program or the unit", async () => {
  const host = await EmbeddedHost.start({ layout: "21.11" });
  const read = (name: string) => `sed -n 's/.*my \\$${name} = "\\(.*\\)";/\\1/p' "$(command -v nixos-container)"`;
  expect(await output(host, read("configurationDirectory"))).toBe("/etc/containers");
  expect(await output(host, read("stateDirectory"))).toBe("/var/lib/containers");
  await host.stop();
  const bare = await EmbeddedHost.start({ tool: false, unitTemplate: false });
  expect((await bare.run("command -v nixos-container")).code).toBe(127);
  expect(fs.existsSync(bare.path("/etc/systemd/system/container@.service"))).toBe(false);
  expect(await output(bare, "systemctl show container@x -p LoadState --value")).toBe("not-found");
  await bare.stop();
});
