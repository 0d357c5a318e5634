import fs from "node:fs";
import { EmbeddedHost, type CommandResult } from "../../src/sim";
import { containing, output, until } from "./client";

const CONF = "/etc/nixos-containers";

describe("5 units", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ name: "web1", user: "deploy", bridges: ["br0"], interfaces: ["eth1"] });
  });
  afterEach(() => host.stop());

  const ok = (command: string): Promise<string> => output(host, command, "root");
  const root = (command: string): Promise<CommandResult> => host.run(command, { user: "root" });
  const show = (name: string, property: string): Promise<string> =>
    ok(`systemctl show container@${name} -p ${property} --value`);
  const state = async (name: string): Promise<string> =>
    `${await show(name, "ActiveState")}/${await show(name, "SubState")}`;
  const journal = (name: string): Promise<string> => ok(`journalctl -u container@${name} -o cat`);
  /** Waits until the retries of a failed start are over, and forgets them. */
  const forget = async (name: string): Promise<void> => {
    await ok(`systemctl stop container@${name} && systemctl reset-failed container@${name}`);
  };
  const conf = (name: string, text: string): Promise<void> => host.edit(`${CONF}/${name}.conf`, text);

  test("5.1 show prints what is asked in systemd's order", async () => {
    await ok("nixos-container create web && nixos-container start web");
    const asked = "-p SubState -p ActiveState,Id --property=MainPID --property LoadState";
    expect(await ok(`systemctl show container@web container@none ${asked}`)).toBe(
      "MainPID=5000000\nId=container@web.service\nLoadState=loaded\nActiveState=active\nSubState=running\n\n" +
        "MainPID=0\nId=container@none.service\nLoadState=loaded\nActiveState=inactive\nSubState=dead",
    );
    expect(await ok("systemctl show nonsense.service -p LoadState,ActiveState")).toBe(
      "LoadState=not-found\nActiveState=inactive",
    );
    const stamps = "systemctl show container@web -p InactiveExitTimestamp,ActiveEnterTimestamp";
    expect(await ok(`${stamps} --timestamp=unix --value`)).toMatch(/^@\d{10}\n@\d{10}$/);
    expect(await ok(stamps)).toMatch(/^InactiveExitTimestamp=\w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \w+\n/);
    expect(await ok("systemctl show container@none -p InactiveExitTimestamp,InvocationID")).toBe(
      "InactiveExitTimestamp=\nInvocationID=",
    );
    expect(await ok("systemctl show 'container@*' -p Id --value")).toBe("container@web.service");
    expect((await ok("systemctl show container@web")).split("\n")).toEqual(
      expect.arrayContaining([
        "ActiveState=active",
        "FragmentPath=/etc/systemd/system/container@.service",
        "TimeoutStartUSec=1min",
        "Result=success",
      ]),
    );
  });

  test("5.2 a started unit has a leader that shows its system", async () => {
    await ok("nixos-container create web");
    host.setDurations({ start: 0.3 });
    const start = ok("systemctl start container@web");
    await until("it starts", async () => (await state("web")) === "activating/start");
    await start;
    expect(await state("web")).toBe("active/running");
    expect(await show("web", "InvocationID")).toMatch(/^[0-9a-f]{32}$/);
    const leader = await ok("machinectl show web -p Leader --value");
    const profile = host.path("/nix/var/nix/profiles/per-container/web");
    expect(fs.readlinkSync(host.path(`/proc/${leader}/root/run/current-system`))).toBe(
      fs.readlinkSync(`${profile}/system-1-link`),
    );
    expect(fs.existsSync(`/proc/${leader}`)).toBe(false);
    await ok("systemctl stop container@web");
    expect(fs.existsSync(host.path(`/proc/${leader}`))).toBe(false);
  });

  test.each<[string, string]>([
    ["HOST_BRIDGE=br9", "Failed to add interface vb-web to bridge br9: No such device"],
    ["HOST_BRIDGE=eth1", "Operation not supported"],
    ["INTERFACES=eth9", "Failed to get device eth9: No such device"],
    ["MACVLANS='eth0 eth9'", "Failed to get device eth9: No such device"],
    ["LOCAL_ADDRESS=10.0.0.999", 'rather than "10.0.0.999"'],
    ["LOCAL_ADDRESS6=nonsense", 'rather than "nonsense"'],
    ["HOST_ADDRESS=10.0.0.1/24", 'rather than "10.0.0.1/24"'],
    ["LOCAL_ADDRESS6=fd00::2/64", "Invalid prefix for given prefix length"],
    [`EXTRA_NSPAWN_FLAGS=--setenv=A=${"x".repeat(131_072)}`, "Argument list too long"],
    ["LOCAL_ADDRESS=10.0.0.2/24", "Invalid prefix for given prefix length"],
    ["EXTRA_NSPAWN_FLAGS=--bind=/data:/data", "Failed to stat /data: No such file or directory"],
    ["EXTRA_NSPAWN_FLAGS='--bind-ro=/etc --bind-ro=/data'", "Failed to stat /data: No such file or directory"],
    ["EXTRA_NSPAWN_FLAGS=--bind=/etc # a comment", "execv(#) failed: No such file or directory"],
    ["EXTRA_NSPAWN_FLAGS=--frobnicate", "unrecognized option '--frobnicate'"],
    ["LOCAL_ADDRESS=10.7.7.7", "RTNETLINK answers: File exists"],
    ["PRIVATE_NETWORK=1\nHOST_PORT=tcp:8080:81", "Address already in use"],
    ["PRIVATE_NETWORK=0\nHOST_PORT=tcp:80", "Cannot use --port= without private networking"],
    ["PRIVATE_NETWORK=1\nHOST_PORT=tcp:http", "Failed to parse host port: tcp:http"],
    ["HOST_ADDRESS=10.1.1.1\nNETWORK_NAMESPACE_PATH=/run/netns/blue", "cannot be combined with other network options"],
    ["PRIVATE_NETWORK=1\nNETWORK_NAMESPACE_PATH=/run/netns/blue", "Cannot open file /run/netns/blue"],
    ["HOST_ADDRESS=10.1.1.1\nLOCAL_MAC_ADDRESS=zz", '"zz" is invalid lladdr'],
    ['LOCAL_ADDRESS="10.0.0.2 10.0.0.3"', '"10.0.0.3" is garbage'],
    ["PRIVATE_USERS=nobody", "Failed to parse UID: nobody"],
    ["SYSTEM_PATH=/nix/store/gone", "No such file or directory"],
  ])("5.3 a conf with %.60s does not start", async (lines, reason) => {
    await ok(
      "nixos-container create other --host-address 10.7.7.1 --local-address 10.7.7.7 --port tcp:8080:80 && nixos-container start other",
    );
    await ok("nixos-container create web");
    await conf("web", `${lines}\n`);
    const result = await root("nixos-container start web");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      "Job for container@web.service failed because the control process exited with error code.",
    );
    expect(result.stderr).not.toContain(reason);
    expect(await journal("web")).toContain(reason);
    await forget("web");
    await conf(
      "web",
      "PRIVATE_NETWORK=1\nHOST_ADDRESS=10.8.8.1\nLOCAL_ADDRESS=10.8.8.2\nEXTRA_NSPAWN_FLAGS=--bind=/etc:/x --capability=CAP_NET_ADMIN\n",
    );
    expect((await root("nixos-container start web")).code).toBe(0);
  });

  test("5.3 invalid machine names and systems that cannot start do not", async () => {
    for (const name of ["my_web", "web-", "_web"]) {
      await ok(`nixos-container create ${name}`);
      expect((await root(`nixos-container start ${name}`)).code).toBe(1);
      expect((await journal(name)).includes("Invalid machine name")).toBe(name === "my_web");
    }
    await ok("nixos-container create web --config '# embedded-host: start fails\n'");
    expect((await root("nixos-container start web")).code).toBe(1);
    expect(await journal("web")).toContain("Container payload exited with status 1.");
  });

  test("5.4 the conf is read as an environment file", async () => {
    await ok("nixos-container create web && nixos-container create other --config 'a = 1;'");
    const other = fs.readlinkSync(host.path("/nix/var/nix/profiles/per-container/other/system-1-link"));
    await conf(
      "web",
      `# a comment\n; another\n\nHOST_ADDRESS="10.1.1.1"\r\nLOCAL_ADDRESS='10.1.1.2' \nHOST_BRIDGE=\nCOPY_RESOLV_CONF=1\nSYSTEM_PATH=${other}`,
    );
    await ok("nixos-container start web");
    expect(await ok("ip -o addr show")).toContain("ve-web    inet 10.1.1.1/32");
    expect(await host.read("/var/lib/nixos-containers/web/etc/resolv.conf")).toContain("nameserver");
    const leader = await ok("machinectl show web -p Leader --value");
    expect(fs.readlinkSync(host.path(`/proc/${leader}/root/run/current-system`))).toBe(other);
  });

  test("5.4 of a conf, the four signs that a shell needs escaped lose their backslash in double quotes alone", async () => {
    const start = async (source: string, value: string): Promise<string> => {
      const name = `c${(count += 1)}`;
      fs.mkdirSync(host.path(source), { recursive: true });
      await ok(`nixos-container create ${name}`);
      await conf(name, `EXTRA_NSPAWN_FLAGS=${value}\n`);
      return (await root(`nixos-container start ${name}`)).code === 0 ? "up" : await journal(name);
    };
    let count = 0;
    expect(await start('/srv/a$b"c\\d`e', String.raw`"--bind=/srv/a\$b\"c\\d\`e:/x"`)).toBe("up");
    expect(await start("/srv/f\\g", String.raw`"--bind=/srv/f\g:/x"`)).toBe("up");
    expect(await start("/srv/h\\$i", String.raw`'--bind=/srv/h\$i:/x'`)).toBe("up");
    expect(await start("/srv/j\\$k", String.raw`"--bind=/srv/j\$k:/x"`)).toContain("Failed to stat /srv/j$k:"); // the control
  });

  test("5.5 a failed start is retried, then given up until reset-failed", async () => {
    await ok("nixos-container create web --bridge br9");
    expect((await root("nixos-container start web")).code).toBe(1);
    expect(await state("web")).toBe("activating/auto-restart");
    await until("it gives up", async () => (await state("web")) === "failed/failed");
    expect((await journal("web")).split("\n").filter((line) => line.startsWith("Starting"))).toHaveLength(5);
    await conf("web", "PRIVATE_NETWORK=1\n");
    expect(await root("systemctl start container@web")).toMatchObject({
      code: 1,
      stderr: containing("attempted too often"),
    });
    await ok("systemctl reset-failed container@web");
    expect(await state("web")).toBe("inactive/dead");
    expect((await root("systemctl start container@web")).code).toBe(0);
    for (let restarts = 0; restarts < 6; restarts++) await ok("nixos-container restart web");
  });

  test("5.5 a retry succeeds once the cause is repaired", async () => {
    host.setDurations({ retry: 0.4 });
    await ok("nixos-container create web --bridge br9");
    await root("nixos-container start web");
    await conf("web", "PRIVATE_NETWORK=1\n");
    await until("it runs", async () => (await state("web")) === "active/running");
    expect(Number(await show("web", "NRestarts"))).toBe(1);
  });

  test("5.6 a failed unit outlives destroy", async () => {
    await ok("nixos-container create web --bridge br9");
    await root("nixos-container start web");
    await until("it gives up", async () => (await state("web")) === "failed/failed");
    await ok("nixos-container destroy web");
    expect(await ok("systemctl list-units 'container@*'")).toContain("container@web.service loaded failed failed");
    await ok("systemctl reset-failed container@web");
    expect(await ok("systemctl list-units 'container@*'")).toBe("");
  });

  test("5.7 a start longer than the unit's timeout fails", async () => {
    await ok("nixos-container create web");
    await host.edit(
      "/etc/systemd/system.control/container@web.service.d/90.conf",
      "[Service]\nTimeoutStartSec=100ms\n",
    );
    await ok("systemctl daemon-reload");
    host.setDurations({ start: 0.4 });
    expect(await root("nixos-container start web")).toMatchObject({
      code: 1,
      stderr: containing("a timeout was exceeded"),
    });
    expect(await journal("web")).toContain("start operation timed out");
    await forget("web");
    await host.edit(
      "/etc/systemd/system.control/container@web.service.d/90.conf",
      "[Service]\nTimeoutStartSec=1min 30s\n",
    );
    await ok("systemctl daemon-reload");
    expect(await show("web", "TimeoutStartUSec")).toBe("1min 30s");
    expect((await root("nixos-container start web")).code).toBe(0);
  });

  test("5.8 drop-ins and links count after daemon-reload, set-property at once", async () => {
    await host.edit("/etc/systemd/system.control/container@web.service.d/90.conf", "[Service]\nTimeoutStartSec=5min\n");
    await ok("mkdir -p $CDKTF_NIXOS_ROOT/etc/systemd/system.control/machines.target.wants");
    await ok(
      "ln -s /etc/systemd/system/container@.service $CDKTF_NIXOS_ROOT/etc/systemd/system.control/machines.target.wants/container@web.service",
    );
    const wants = "systemctl show machines.target -p Wants --value";
    expect([await ok(wants), await show("web", "TimeoutStartUSec")]).toEqual(["", "1min"]);
    await ok("systemctl daemon-reload");
    expect([await ok(wants), await show("web", "TimeoutStartUSec")]).toEqual(["container@web.service", "5min"]);
    const link = "$CDKTF_NIXOS_ROOT/etc/systemd/system.control/machines.target.wants/container@web.service";
    for (const other of [
      "ln -sfn /dev/null",
      "rm -f $0; cp /etc/hostname",
      "rm -f $0; ln -s /etc/systemd/system/container@.service",
    ]) {
      await ok(`${other.replace("$0", link)} ${link}; systemctl daemon-reload`);
      expect(await ok(wants)).toBe(other.includes("container@") ? "container@web.service" : "");
    }
    await host.remove("/etc/systemd/system.control/container@web.service.d");
    await ok("systemctl daemon-reload && systemctl set-property container@web MemoryMax=512M");
    expect([await show("web", "MemoryMax"), await show("web", "TimeoutStartUSec")]).toEqual(["536870912", "1min"]);
    expect(await host.read("/etc/systemd/system.control/container@web.service.d/50-MemoryMax.conf")).toContain(
      "[Service]\nMemoryMax=536870912\n",
    );
  });

  test("5.15 a start mounts what the unit's drop-in requires, or fails as a dependency", async () => {
    const unit = (more = ""): Promise<void> =>
      host.edit("/etc/systemd/system/tank.mount", `[Mount]\nWhat=/dev/sdb\nWhere=/tank\n${more}`);
    const mounted = async (): Promise<boolean> => (await root('mountpoint -q "$CDKTF_NIXOS_ROOT/tank"')).code === 0;
    await ok("nixos-container create web");
    await unit("# embedded-host: mount fails\n");
    await host.edit(
      "/etc/systemd/system.control/container@web.service.d/90.conf",
      "[Unit]\nRequiresMountsFor=/tank/50%% /other\nWants=network.target\nAfter=network.target\n",
    );
    await ok("systemctl daemon-reload");
    expect(await show("web", "RequiresMountsFor")).toBe("/tank/50% /other");
    expect([await show("web", "Requires"), await show("web", "Wants"), await show("web", "After")]).toEqual([
      "sysinit.target machine.slice tank.mount",
      "network.target",
      "network.target",
    ]);
    expect(await root("nixos-container start web")).toMatchObject({ code: 1, stderr: containing("A dependency job") });
    const mountState = "systemctl show tank.mount -p ActiveState --value";
    expect([await ok(mountState), await show("web", "ActiveState"), await mounted()]).toEqual([
      "failed",
      "inactive",
      false,
    ]);
    await unit();
    expect((await root("nixos-container start web")).code).toBe(0);
    expect([await ok(mountState), await mounted()]).toEqual(["active", true]);
    await host.reboot();
    expect(await mounted()).toBe(false);
  });

  test("5.9 a reload moves the system, then restarts what changed", async () => {
    await ok("nixos-container create web && nixos-container start web");
    const inside = async (): Promise<string> =>
      fs.readlinkSync(host.path(`/proc/${await ok("machinectl show web -p Leader --value")}/root/run/current-system`));
    const first = await inside();
    for (const mark of ["inhibit reload", "init changes"]) {
      expect((await root(`nixos-container update web --config '# embedded-host: ${mark}\n'`)).code).toBe(1);
      expect(await inside()).toBe(first);
    }
    expect(await journal("web")).toContain("dbus-implementation : dbus -> broker");
    await ok("nixos-container restart web");
    expect(await inside()).not.toBe(first);
    expect((await root("systemctl reload container@web")).code).toBe(0);

    await root("nixos-container update web --config '# embedded-host: unit fails\n'");
    expect((await root("nixos-container run web -- systemctl is-system-running")).stdout).toBe("degraded\n");
    await ok("nixos-container restart web");
    expect((await root("nixos-container run web -- systemctl is-system-running")).stdout).toBe("degraded\n");
    await ok("nixos-container update web --config 'a = 1;'");
    expect((await root("nixos-container run web -- systemctl is-system-running")).stdout).toBe("running\n");

    await host.edit("/etc/systemd/system.control/container@web.service.d/90.conf", "[Service]\nTimeoutStartSec=0.1\n");
    await ok("systemctl daemon-reload");
    host.setDurations({ reload: 0.5 });
    expect((await root("nixos-container update web --config 'a = 2;'")).stderr).toContain("a timeout was exceeded");
    expect(await state("web")).toBe("active/running");
    expect((await root("systemctl stop container@web && systemctl reload container@web")).stderr).toContain(
      "is not active, cannot reload",
    );
  });

  test("5.10 a stop cancels a start, and a job outlives its systemctl", async () => {
    await ok("nixos-container create web");
    host.setDurations({ start: 30 });
    const start = root("systemctl start container@web");
    await until("it starts", async () => (await state("web")) === "activating/start");
    await ok("systemctl stop container@web");
    expect(await start).toMatchObject({ code: 1, stderr: "Job for container@web.service canceled.\n" });
    expect(await state("web")).toBe("inactive/dead");

    host.setDurations({ start: 0.4 });
    await root("timeout -s KILL 0.2 systemctl start container@web");
    expect(await state("web")).toBe("activating/start");
    await until("it runs", async () => (await state("web")) === "active/running");

    await ok("nixos-container create bad --bridge br9");
    await root("nixos-container start bad");
    await ok("systemctl stop container@bad");
    expect(await state("bad")).toBe("inactive/dead");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await state("bad")).toBe("inactive/dead");
  });

  test("5.11 interfaces leave the host while the container runs", async () => {
    const links = (): string[] => fs.readdirSync(host.path("/sys/class/net")).sort();
    const before = links();
    await ok("nixos-container create web && nixos-container create bridged --bridge br0");
    await conf("web", "INTERFACES=eth1\nHOST_ADDRESS=10.1.1.1\n");
    await ok("nixos-container start web && nixos-container start bridged");
    expect(links()).toEqual([...before.filter((name) => name !== "eth1"), "vb-bridged", "ve-web"].sort());
    await ok("nixos-container stop web && nixos-container stop bridged");
    expect(links()).toEqual(before);

    await conf("web", "INTERFACES=eth1:lan0\nMACVLANS='eth0:lan1 eth0'\n");
    await ok("nixos-container start web");
    expect(links()).toEqual(before.filter((name) => name !== "eth1"));
    await ok("nixos-container stop web");
    expect(links()).toEqual(before);
    for (const clash of [
      "INTERFACES=eth1:eth0\nHOST_ADDRESS=10.1.1.1\n",
      "INTERFACES=eth1:a\nMACVLANS=eth0:a\n",
      "MACVLANS='eth0 br0:mv-eth0'\n",
      "INTERFACES=eth1:lo\n",
      "INTERFACES=eth1:\n",
      "INTERFACES=eth9:a\n",
    ]) {
      await conf("web", clash);
      expect((await root("nixos-container start web")).code).not.toBe(0);
      await ok("nixos-container stop web && systemctl reset-failed container@web");
      expect(links()).toEqual(before);
    }
  });

  test("5.12 changes need root, and a unit that exists", async () => {
    expect(await host.run("systemctl start container@web")).toMatchObject({
      code: 4,
      stderr: containing("Access denied"),
    });
    expect(await root("systemctl start nothing")).toMatchObject({
      code: 5,
      stderr: "Failed to start nothing.service: Unit nothing.service not found.\n",
    });
    expect((await host.run("systemctl show container@web -p Id")).code).toBe(0);
  });

  test("5.14 a masked unit neither starts nor reloads", async () => {
    await ok("nixos-container create web && nixos-container start web && systemctl mask --runtime container@web");
    expect([await show("web", "LoadState"), await state("web")]).toEqual(["masked", "active/running"]);
    expect(await root("systemctl reload container@web")).toMatchObject({ code: 1, stderr: containing("is masked") });
    await ok("systemctl stop container@web");
    expect((await root("nixos-container start web")).code).toBe(1);
    await ok("systemctl unmask --runtime container@web && nixos-container start web");
    expect([await show("web", "LoadState"), await state("web")]).toEqual(["loaded", "active/running"]);
  });

  test("5.13 every way to ask gives the same answer", async () => {
    await ok("nixos-container create web");
    expect(await root("systemctl is-active container@web")).toMatchObject({ code: 3, stdout: "inactive\n" });
    expect(await root("systemctl status container@web")).toMatchObject({ code: 3 });
    await ok("nixos-container start web");
    expect(await root("systemctl is-active -q container@web")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await root("systemctl is-failed container@web")).toMatchObject({ code: 3, stdout: "active\n" });
    expect(await ok("systemctl is-enabled container@web")).toBe("static");
    expect(await ok("systemctl list-units --no-legend 'container@*'")).toBe(
      "container@web.service loaded active running Container 'web'",
    );
    expect(await ok("systemctl status container@web")).toContain("Active: active (running)");
    expect(await ok("systemctl --version")).toContain("systemd 257");
  });
});
