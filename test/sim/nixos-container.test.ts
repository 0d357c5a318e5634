import fs from "node:fs";
import { EmbeddedHost, type CommandResult } from "../../src/sim";
import { containing, output, startSsh, until } from "./client";

const CONF = "/etc/nixos-containers";
const STATE = "/var/lib/nixos-containers";
const PROFILES = "/nix/var/nix/profiles/per-container";

describe("3 nixos-container", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ name: "web1", user: "deploy", declarative: [{ name: "db", autoStart: false }] });
  });
  afterEach(() => host.stop());

  const tool = (words: string): Promise<CommandResult> => host.run(`nixos-container ${words}`, { user: "root" });
  const ok = (command: string): Promise<string> => output(host, command, "root");
  const code = async (words: string): Promise<number> => (await tool(words)).code;
  const message = (text: string): string => `${host.root}/run/current-system/sw/bin/nixos-container: ${text}\n`;
  const exists = (file: string): boolean => fs.existsSync(host.path(file));
  const configuration = (name: string): Promise<string> => host.read(`${STATE}/${name}/etc/nixos/configuration.nix`);
  const system = (name: string): string =>
    fs.readlinkSync(host.path(`${PROFILES}/${name}/${fs.readlinkSync(host.path(`${PROFILES}/${name}/system`))}`));
  const inside = async (name: string): Promise<string> => {
    const leader = await ok(`machinectl show ${name} -p Leader --value`);
    return fs.readlinkSync(host.path(`/proc/${leader}/root/run/current-system`));
  };

  test("3.1 list names every container, declarative ones too", async () => {
    await tool("create web");
    expect(await tool("list")).toEqual({ code: 0, stdout: "db\nweb\n", stderr: "" });
  });

  test("3.2 create writes the conf, builds, sets the profile and does not start", async () => {
    const result = await tool(`create web --config 'services.nginx.enable = true;'`);
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(result.stderr).toContain("host IP is 10.233.1.1, container IP is 10.233.1.2\n");
    expect(await host.read(`${CONF}/web.conf`)).toBe(
      "PRIVATE_NETWORK=1\nHOST_ADDRESS=10.233.1.1\nLOCAL_ADDRESS=10.233.1.2\nHOST_BRIDGE=\nHOST_PORT=\nAUTO_START=0\n",
    );
    expect(await configuration("web")).toBe(
      '{ config, lib, pkgs, ... }:\n\n{ boot.isContainer = true;\n  networking.hostName = lib.mkDefault "web";\n' +
        "  networking.useDHCP = false;\n  services.nginx.enable = true;\n}\n",
    );
    expect(exists(system("web"))).toBe(true);
    expect(await tool("status web")).toMatchObject({ code: 0, stdout: "down\n" });
  });

  test("3.3 create takes the first free addresses, also under competition and with a bridge", async () => {
    await host.edit(`${CONF}/other.conf`, "HOST_ADDRESS=10.233.2.1\nLOCAL_ADDRESS=10.9.9.9\n");
    await Promise.all(["a", "b", "c", "d"].map((name) => tool(`create ${name} ${name === "d" ? "--bridge br0" : ""}`)));
    const addresses = await Promise.all(["a", "b", "c", "d"].map((name) => ok(`nixos-container show-ip ${name}`)));
    expect(addresses.sort()).toEqual(["10.233.1.2", "10.233.3.2", "10.233.4.2", "10.233.5.2"]);
  });

  test("3.3 create dies where any conf is empty", async () => {
    await host.edit(`${CONF}/other.conf`, "");
    const { code, stderr } = await tool("create web");
    expect([code, stderr]).toEqual([255, expect.stringMatching(/^Died at \S+ line \d+\.\n$/)]);
  });

  test("3.4 create writes its network flags as they are", async () => {
    await tool(
      "create web --host-address 10.50.0.1 --local-address=10.50.0.2/24 --port tcp:80:80,udp:53 --auto-start --bridge 'br0\nMACVLANS=eth1'",
    );
    expect(await host.read(`${CONF}/web.conf`)).toBe(
      "PRIVATE_NETWORK=1\nHOST_ADDRESS=10.50.0.1\nLOCAL_ADDRESS=10.50.0.2/24\nHOST_BRIDGE=br0\nMACVLANS=eth1\nHOST_PORT=tcp:80:80,udp:53\nAUTO_START=1\n",
    );
  });

  test("3.5 create's exit codes are the measured ones", async () => {
    await tool("create web");
    expect(await tool("create web")).toEqual({
      code: 25,
      stdout: "",
      stderr: message("container ‘web’ already exists"),
    });
    expect(await tool("create twelve-chars")).toEqual({
      code: 2,
      stdout: "",
      stderr: message("container name ‘twelve-chars’ is too long"),
    });
    expect(await tool("create 'a b'")).toEqual({ code: 255, stdout: "", stderr: message("invalid container name") });
    expect(await tool("create 0")).toEqual({ code: 255, stdout: "", stderr: message("no container name specified") });
    expect(await tool("")).toEqual({ code: 255, stdout: "", stderr: message("no action specified") });
    expect(await code("create x --host-address 10.0.0.1")).toBe(255);
    expect(await code("create x --config 'a = 1;' --config-file /x.nix")).toBe(255);
    expect(await tool("create x --no-such")).toMatchObject({ code: 1, stderr: "Unknown option: no-such\n" });
    expect(await code("create x --config")).toBe(1);
    expect((await host.run("nixos-container create x", { user: "deploy" })).code).toBe(13);
    expect(await ok("nixos-container list")).toBe("db\nweb");
    for (const name of ["foo", "FOO", "my_web", "web-", "_web"]) expect(await code(`create ${name}`)).toBe(0);
  });

  test("3.6 a failed create removes conf, profile and state, data included", async () => {
    await host.edit(`${STATE}/web/var/lib/postgres/data`, "precious");
    const result = await tool(`create web --config 'a = throw "no such luck";'`);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("error: no such luck\n");
    expect(result.stderr).toContain(message("failed to build initial container configuration"));
    for (const file of [`${CONF}/web.conf`, `${PROFILES}/web`, `${STATE}/web`]) expect(exists(file)).toBe(false);
  });

  test("3.7 a failed create from a flake leaves the conf", async () => {
    expect(await code("create web --flake /nowhere")).toBe(2);
    expect(await host.read(`${CONF}/web.conf`)).toContain("FLAKE=/nowhere\n");
    expect(exists(`${PROFILES}/web`)).toBe(true);
    expect(await code("create web --flake /nowhere")).toBe(25);
  });

  test("3.8 a killed create leaves a conf and half a profile", async () => {
    host.setDurations({ build: 30 });
    const client = startSsh(host, 'echo $$ >"$TMPDIR/pid"; exec nixos-container create web', ["-tt"], "root");
    await until("it builds", () => exists(`${STATE}/web/etc/nixos/configuration.nix`));
    client.kill("SIGKILL");
    const pid = (await host.read("/tmp/pid")).trim();
    await until("it is gone", () => !fs.existsSync(`/proc/${pid}`));
    host.setDurations({ build: 0 });
    expect(await ok("nixos-container list")).toBe("db\nweb");
    expect(exists(`${PROFILES}/web/system`)).toBe(false);
    expect(await tool("status web")).toMatchObject({ code: 0, stdout: "down\n" });
    expect(await code("start web")).toBe(1);
  });

  test("3.9 a state directory without a conf is reused, and destroy leaves it alone", async () => {
    await host.edit(`${STATE}/web/var/data`, "old");
    expect(await code("destroy web")).toBe(0);
    await tool("create web");
    expect(await host.read(`${STATE}/web/var/data`)).toBe("old");
  });

  test("3.10 configuration is pasted or imported, never parsed", async () => {
    const text = `environment.etc.x.text = "\\$q 'é' \\\\";`;
    await tool(`create web --config '${text.replaceAll("'", `'\\''`)}'`);
    expect(await configuration("web")).toContain(`  ${text}\n`);
    await host.edit("/etc/web.nix", "{ }");
    await host.run(`nixos-container create file --config-file ${host.path("/etc/web.nix")}`, { user: "root" });
    expect(await configuration("file")).toContain(`imports = [ ${host.path("/etc/web.nix")} ];`);
    expect(await code("create none --config-file /no/such.nix")).toBe(0);
    expect(await configuration("none")).toContain("imports = [  ];");
    await host.edit("/etc/with space.nix", "{ }");
    expect(await code(`create space --config-file '${host.path("/etc/with space.nix")}'`)).toBe(2);
    for (const bad of [
      "{ pkgs, ... }: { }",
      "{ a = 1; }",
      "config = { };",
      'networking.hostName = "x"; networking.hostName = "y";',
    ])
      expect(await code(`create bad --config '${bad}'`)).toBe(2);
    expect(await code("create big --config \"$(head -c 140000 /dev/zero | tr '\\0' ' ')\"")).toBe(126);
  });

  test("3.11 a unique name is made and printed", async () => {
    await tool("create web");
    expect(await tool("create web --ensure-unique-name")).toMatchObject({ code: 0, stdout: "web-0\n" });
  });

  test("3.12 update builds, sets the profile and reloads what runs; the conf stays", async () => {
    await tool("create web");
    await tool("start web");
    const before = system("web");
    const conf = await host.read(`${CONF}/web.conf`);
    const result = await tool("update web --config 'a = 1;' --bridge br0 --port tcp:1 --auto-start");
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(result.stderr).toContain("reloading container...\n");
    expect(system("web")).not.toBe(before);
    expect(await inside("web")).toBe(system("web"));
    expect(await host.read(`${CONF}/web.conf`)).toBe(conf);
  });

  test("3.13 a failed update leaves the new configuration beside the old profile", async () => {
    await tool("create web --config 'a = 1;'");
    const before = system("web");
    expect(await tool(`update web --config 'a = throw "x";'`)).toMatchObject({
      code: 1,
      stderr: containing("failed to build container configuration"),
    });
    expect(system("web")).toBe(before);
    expect(await configuration("web")).toContain("throw");
    expect(await code("update web")).toBe(1);
  });

  test("3.14 an unchanged system makes no generation and reloads; a stopped container reloads nothing", async () => {
    await tool("create web --config 'a = 1;'");
    expect((await tool("update web --config 'a = 2;'")).stderr).not.toContain("reloading");
    await tool("start web");
    expect(await inside("web")).toBe(system("web"));
    expect((await tool("update web")).stderr).toContain("reloading container...");
    expect(fs.readlinkSync(host.path(`${PROFILES}/web/system`))).toBe("system-2-link");
    expect(await ok("journalctl -u container@web -o cat")).toContain("Reloaded");
  });

  test("3.15 an empty configuration is none, a blank one is empty", async () => {
    await tool("create web --config 'a = 1;'");
    const before = system("web");
    expect(await code("update web --config ''")).toBe(0);
    expect(system("web")).toBe(before);
    expect(await code("update web --config ' '")).toBe(0);
    expect(await configuration("web")).not.toContain("a = 1;");
    await tool(`create ready --system-path ${before}`);
    expect(system("ready")).toBe(before);
    expect(await code("update ready --config 'a = 1;'")).toBe(2);
  });

  test("3.16 a failed reload has switched already", async () => {
    await tool("create web");
    await tool("start web");
    const before = system("web");
    const result = await tool("update web --config '# embedded-host: unit fails\n'");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(message("failed to reload container"));
    expect(result.stderr).not.toContain("embedded-host-example");
    expect(system("web")).not.toBe(before);
    expect(await inside("web")).toBe(system("web"));
    expect(await ok("journalctl -u container@web -o cat")).toContain(
      "the following units failed: embedded-host-example.service",
    );
  });

  test("3.17 while it reloads a container is down, and a second update skips its reload", async () => {
    await tool("create web");
    await tool("start web");
    host.setDurations({ reload: 0.6 });
    const first = tool("update web --config 'a = 1;'");
    await until(
      "it reloads",
      async () => (await ok("systemctl show container@web -p ActiveState --value")) === "reloading",
    );
    expect(await tool("status web")).toMatchObject({ code: 0, stdout: "down\n" });
    const second = await tool("update web --config 'a = 2;'");
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain("reloading");
    expect((await first).code).toBe(0);
    expect(await inside("web")).not.toBe(system("web"));
  });

  test("3.18 status is up, down or gone; other verbs fail with 2 on an absent container", async () => {
    await tool("create web");
    expect(await tool("status web")).toMatchObject({ code: 0, stdout: "down\n" });
    await tool("start web");
    expect(await tool("status web")).toMatchObject({ code: 0, stdout: "up\n" });
    expect(await tool("status nope")).toEqual({
      code: 2,
      stdout: "gone\n",
      stderr: message("container ‘nope’ does not exist"),
    });
    for (const verb of ["start", "stop", "restart", "terminate", "update", "run", "show-ip", "show-host-key"])
      expect(await code(`${verb} nope`)).toBe(2);
    expect(await code("destroy nope")).toBe(0);
  });

  test("3.19 start and stop are content with what already is so", async () => {
    await tool("create web");
    expect([
      await code("stop web"),
      await code("start web"),
      await code("start web"),
      await code("restart web"),
    ]).toEqual([0, 0, 0, 0]);
    const asUser = async (verb: string) => (await host.run(`nixos-container ${verb} web`, { user: "deploy" })).code;
    expect([await asUser("start"), await asUser("stop")]).toEqual([4, 4]);
    expect(await code("stop web")).toBe(0);
    expect(await tool("status web")).toMatchObject({ stdout: "down\n" });
  });

  test("3.20 destroy removes everything, refuses declarative containers, and misleads without root", async () => {
    await tool("create web");
    await tool("start web");
    expect((await host.run("nixos-container destroy web", { user: "deploy" })).code).toBe(13);
    expect(await code("destroy web")).toBe(0);
    for (const file of [
      `${CONF}/web.conf`,
      `${PROFILES}/web`,
      `${STATE}/web`,
      "/nix/var/nix/gcroots/per-container/web",
    ])
      expect(exists(file)).toBe(false);
    expect((await tool("destroy db")).stderr).toContain("cannot destroy declarative container");
    expect(await code("destroy db")).toBe(30);
  });

  test("3.21 destroy during a reload leaves a ghost, during retries directories", async () => {
    await tool("create web");
    await tool("start web");
    host.setDurations({ reload: 0.5 });
    const update = tool("update web --config 'a = 1;'");
    await until(
      "it reloads",
      async () => (await ok("systemctl show container@web -p ActiveState --value")) === "reloading",
    );
    expect(await code("destroy web")).toBe(0);
    await update;
    expect(await ok("systemctl is-active container@web")).toBe("active");

    await tool("create bad --bridge br9");
    await tool("start bad");
    expect(await code("destroy bad")).toBe(0);
    await until("it comes back", () => exists(`${STATE}/bad/root`));
    expect(exists(`${CONF}/bad.conf`)).toBe(false);
  });

  test("3.22 run passes everything through, and needs a running container", async () => {
    await tool("create web");
    expect(await tool("run web -- true")).toMatchObject({
      code: 1,
      stderr: containing("unable to get container's main PID"),
    });
    await tool("start web");
    const result = await host.run(
      `nixos-container run web -- sh -c 'cat; echo "$1" >&2; hostname; pwd; exit 9' - "a  'b' \\$c"`,
      {
        user: "root",
        stdin: "fed\n",
      },
    );
    expect(result).toEqual({ code: 9, stdout: `fed\nweb\n${host.path(`${STATE}/web/root`)}\n`, stderr: "a  'b' $c\n" });
  });

  test("3.23 show-ip and show-host-key read files", async () => {
    await tool("create web --host-address 10.5.0.1 --local-address 10.5.0.2/24");
    expect(await ok("nixos-container show-ip web")).toBe("10.5.0.2");
    await host.edit(`${CONF}/web.conf`, 'LOCAL_ADDRESS="10.5.0.2"\nLOCAL_ADDRESS6=fd00::2/64\n');
    expect(await ok("nixos-container show-ip web")).toBe("fd00::2");
    await host.edit(`${CONF}/web.conf`, "PRIVATE_NETWORK=0\n");
    expect(await tool("show-ip web")).toMatchObject({ code: 255, stderr: message("cannot get IP address") });
    expect(await code("show-host-key web")).toBe(1);
    await host.edit(`${STATE}/web/etc/ssh/ssh_host_ecdsa_key.pub`, "ecdsa KEY\n");
    expect(await ok("nixos-container show-host-key web")).toBe("ecdsa KEY");
  });

  test("3.24 the conf records a flake without its attribute", async () => {
    await host.edit("/etc/flake/flake.nix", '{ outputs = { self }: { nixosConfigurations."prod" = 1; }; }');
    expect(await code("create web --flake /etc/flake#prod")).toBe(0);
    expect(await host.read(`${CONF}/web.conf`)).toContain("FLAKE=/etc/flake\n");
    expect(fs.lstatSync(host.path("/root/.tmp")).isSymbolicLink()).toBe(true);
    expect(await tool("update web")).toMatchObject({ code: 1, stderr: containing('nixosConfigurations."container"') });
    expect(await code("update web --flake /etc/flake#prod")).toBe(0);
  });

  test("3.25 login and root-login need a terminal", async () => {
    await tool("create web");
    for (const verb of ["login", "root-login"])
      expect(await tool(`${verb} web`)).toMatchObject({ code: 1, stderr: message(`‘${verb}’ needs a terminal`) });
  });
});
