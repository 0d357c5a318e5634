import fs from "node:fs";
import { EmbeddedHost } from "../../src/sim";
import { Container } from "./container";
import { until } from "./client";

describe("5 units: drop-ins", () => {
  let host: EmbeddedHost;
  let web: Container;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ user: "deploy", bridges: ["br0"] });
    web = new Container(host, "web");
    await web.create();
  });
  afterEach(() => host.stop());

  const state = (): Promise<string> => web.show("ActiveState");
  /** Properties by name. */
  const shown = async (...names: string[]): Promise<Record<string, string>> => {
    const text = await web.ok(`systemctl show container@web ${names.map((name) => `-p ${name}`).join(" ")}`);
    return Object.fromEntries(
      text.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  };

  test("5.25 what drop-ins say is shown in systemd's words after a daemon-reload, and until the next", async () => {
    const defaults = {
      Restart: "on-failure",
      RestartUSec: "100ms",
      TimeoutStopUSec: "1min 30s",
      Slice: "machine.slice",
      CPUWeight: "[not set]",
      CPUQuotaPerSecUSec: "infinity",
      IOWeight: "[not set]",
      MemoryHigh: "infinity",
      MemoryMax: "infinity",
      TasksMax: "28909",
      LimitNOFILE: "524288",
      OOMScoreAdjust: "0",
      Nice: "0",
      BindsTo: "",
      PartOf: "",
      DropInPaths: "",
      NeedDaemonReload: "no",
    };
    const names = Object.keys(defaults);
    expect(await shown(...names)).toEqual(defaults);
    await web.write(
      "[Unit]\nAfter=a.service\nAfter=b.service\nWants=%i.service\nPartOf=dep.service\nDescription=100%%\n[Service]\nRestart=always\nRestartSec=2\n" +
        "TimeoutStopSec=2min 500ms\nNice=-5\nLimitNOFILE=1K:2K\nOOMScoreAdjust=-100\nMemoryMax=1.5G\nMemoryHigh=50%\nCPUQuota=150%\nCPUWeight=200\n" +
        "IOWeight=50\nTasksMax=10%\nSlice=machine-db.slice\n# a comment\nExecStartPost=/bin/echo a \\\n  b\nPrivateTmp=yes\n",
    );
    expect(await shown("MemoryMax", "NeedDaemonReload")).toEqual({ MemoryMax: "infinity", NeedDaemonReload: "yes" });
    await web.ok("systemctl daemon-reload");
    expect(await shown(...names)).toEqual({
      ...defaults,
      Restart: "always",
      RestartUSec: "2s",
      TimeoutStopUSec: "2min 500ms",
      Slice: "machine-db.slice",
      CPUWeight: "200",
      CPUQuotaPerSecUSec: "1.500000s",
      IOWeight: "50",
      MemoryHigh: "4294967296",
      MemoryMax: "1610612736",
      TasksMax: "19273",
      LimitNOFILE: "2048",
      OOMScoreAdjust: "-100",
      Nice: "-5",
      PartOf: "dep.service",
      DropInPaths: "/etc/systemd/system.control/container@web.service.d/90-cdktf-nixos.conf",
    });
    expect((await web.show("After")).split(" ")).toEqual(expect.arrayContaining(["a.service", "b.service"]));
    expect(await shown("Wants", "LimitNOFILESoft", "PrivateTmp", "ExecStartPost")).toEqual({
      Wants: "web.service",
      LimitNOFILESoft: "1024",
      PrivateTmp: "yes",
      ExecStartPost: expect.stringContaining("argv[]=/bin/echo a  b ;") as string,
    });
    await host.remove(web.dropInDirectory);
    expect(await shown("Nice", "NeedDaemonReload")).toEqual({ Nice: "-5", NeedDaemonReload: "yes" });
    await web.ok("systemctl daemon-reload");
    expect(await shown(...names)).toEqual(defaults);
  });

  test("5.25 of two daemon-reloads at a time the older puts nothing in place of what the younger has read", async () => {
    const slow = new Container(host, "slow");
    const file = host.path(`${slow.dropInDirectory}/90-cdktf-nixos.conf`);
    await slow.write("");
    await web.ok(`rm ${file} && mkfifo ${file}`);
    const older = web.ok("systemctl daemon-reload");
    await new Promise((resolve) => setTimeout(resolve, 200)); // it stands at the pipe
    await web.ok(`mv ${file} ${file}.pipe`);
    await web.write("[Service]\nNice=5\n");
    const younger = web.ok("systemctl daemon-reload");
    await Promise.race([younger, new Promise((resolve) => setTimeout(resolve, 200))]);
    fs.writeFileSync(`${file}.pipe`, "[Service]\nNice=6\n");
    await Promise.all([older, younger]);
    expect(await web.show("Nice")).toBe("5");
  });

  test("5.26 a line that cannot be is ignored, with a word in the journal", async () => {
    await web.dropIn(
      "Stray=1\n[Service]\nMemoryMax=lots\nFrobnicate=1\nRestart=sometimes\nTasksMax=-1\nCPUQuota=0%\nCPUWeight=0\nDeviceAllow=null rw\n" +
        "DeviceAllow=/dev/null x\nNice=40\nTimeoutStartSec=soon\nAfter=a.service\nX-Ours=1\n[Bogus]\nA=1\n[Unit]\nMemoryMax=1G\nno assignment\nX-More=1\n",
    );
    expect(await shown("MemoryMax", "Restart", "TasksMax", "Nice", "TimeoutStartUSec", "NeedDaemonReload")).toEqual({
      MemoryMax: "infinity",
      Restart: "on-failure",
      TasksMax: "28909",
      Nice: "0",
      TimeoutStartUSec: "1min",
      NeedDaemonReload: "no",
    });
    expect(await web.ok("systemctl show container@web")).not.toMatch(/Frobnicate|DeviceAllow|X-/);
    const file = "/etc/systemd/system.control/container@web.service.d/90-cdktf-nixos.conf";
    expect((await web.journal()).split("\n")).toEqual([
      `${file}:1: Assignment outside of section. Ignoring.`,
      `${file}:3: Invalid memory limit 'lots', ignoring.`,
      `${file}:4: Unknown key 'Frobnicate' in section [Service], ignoring.`,
      `${file}:5: Failed to parse Restart=sometimes, ignoring: Invalid argument`,
      `${file}:6: Invalid maximum tasks value '-1', ignoring.`,
      `${file}:7: Invalid CPU quota '0%', ignoring.`,
      `${file}:8: Failed to parse CPUWeight=0, ignoring: Invalid argument`,
      `${file}:9: Invalid device node path 'null', ignoring.`,
      `${file}:10: Invalid device rights 'x', ignoring.`,
      `${file}:11: Failed to parse Nice=40, ignoring: Invalid argument`,
      `${file}:12: Failed to parse TimeoutStartSec= parameter, ignoring: soon`,
      `${file}:13: Unknown key 'After' in section [Service], ignoring.`,
      `${file}:15: Unknown section 'Bogus'. Ignoring.`,
      `${file}:18: Unknown key 'MemoryMax' in section [Unit], ignoring.`,
      `${file}:19: Missing '=', ignoring line.`,
    ]);
    expect(await web.start()).toBe("up");
  });

  test("5.27 drop-ins of four directories count by their names, the first of a name alone", async () => {
    const write = (directory: string, name: string, text: string): Promise<void> =>
      host.edit(`${directory}/container@web.service.d/${name}`, `[Service]\n${text}\n`);
    await write("/etc/systemd/system", "10-a.conf", "Nice=1\nOOMScoreAdjust=1");
    await write("/etc/systemd/system", "50-b.conf", "Nice=2");
    await write("/run/systemd/system", "70-c.conf", "Nice=3");
    await write("/run/systemd/system", "notes.txt", "Nice=9");
    await write("/etc/systemd/system.control", "50-b.conf", "Nice=4");
    await write("/run/systemd/system.control", "60-d.conf", "Nice=5");
    await web.ok("systemctl daemon-reload");
    expect(await shown("Nice", "OOMScoreAdjust", "DropInPaths")).toEqual({
      Nice: "3",
      OOMScoreAdjust: "1",
      DropInPaths: [
        "/etc/systemd/system/container@web.service.d/10-a.conf",
        "/etc/systemd/system.control/container@web.service.d/50-b.conf",
        "/run/systemd/system.control/container@web.service.d/60-d.conf",
        "/run/systemd/system/container@web.service.d/70-c.conf",
      ].join(" "),
    });
    await web.ok(
      'ln -sfn /dev/null "$CDKTF_NIXOS_ROOT/etc/systemd/system.control/container@web.service.d/70-c.conf"; systemctl daemon-reload',
    );
    expect(await shown("Nice", "NeedDaemonReload")).toEqual({ Nice: "5", NeedDaemonReload: "no" });
    await host.edit("/etc/systemd/system/container@.service.d/99-all.conf", "[Service]\nNice=7\n");
    await web.ok("systemctl daemon-reload");
    expect(await web.show("Nice")).toBe("7");
    expect(await web.ok("systemctl cat container@web")).toMatch(
      /^# \/etc\/systemd\/system\/container@\.service\n[^]*\n# \/etc\/systemd\/system\/container@\.service\.d\/99-all\.conf\n\[Service\]\nNice=7/,
    );
    await web.ok("systemctl revert container@web");
    expect(fs.existsSync(host.path(web.dropInDirectory))).toBe(false);
    expect(await shown("Nice", "OOMScoreAdjust")).toEqual({ Nice: "7", OOMScoreAdjust: "0" });
  });

  test("5.28 Requires and BindsTo of a unit that there is not", async () => {
    await web.start();
    await web.dropIn("[Unit]\nAfter=nosuch.service\nWants=nosuch.service\n");
    expect(await web.restart()).toBe("up");
    await web.dropIn("[Unit]\nRequires=nosuch.service\n");
    expect(await state()).toBe("active");
    expect(await web.show("Requires")).toContain("nosuch.service");
    await web.stop();
    expect(await web.run("systemctl start container@web")).toEqual({
      code: 5,
      stdout: "",
      stderr: "Failed to start container@web.service: Unit nosuch.service not found.\n",
    });
    expect(await web.run("nixos-container start web")).toMatchObject({ code: 1 });
    expect(await state()).toBe("inactive");
    await web.dropIn("");
    await web.start();
    await web.dropIn("[Unit]\nBindsTo=nosuch.service\n");
    await until("it is stopped", async () => (await state()) === "inactive");
    expect(await web.journal()).toContain("Unit is bound to inactive unit nosuch.service. Stopping, too.");
    expect(await web.run("systemctl start container@web")).toMatchObject({ code: 5 });
    await web.dropIn("[Unit]\nBindsTo=network.target machine.slice\nRequires=multi-user.target\n");
    expect(await web.start()).toBe("up");
  });

  test("5.29 units beside it start with it, and take it along when they stop", async () => {
    await host.edit("/etc/systemd/system/dep.service", "[Service]\nExecStart=/bin/true\n");
    const dep = (): Promise<string> => web.ok("systemctl show dep -p LoadState -p ActiveState --value");
    expect(await dep()).toBe("loaded\ninactive");
    await web.dropIn("[Unit]\nBindsTo=dep.service\nAfter=dep.service\n");
    expect(await web.start()).toBe("up");
    expect(await dep()).toBe("loaded\nactive");
    await web.ok("systemctl stop dep");
    expect([await dep(), await state()]).toEqual(["loaded\ninactive", "inactive"]);
    await web.dropIn("[Unit]\nPartOf=dep.service\nRequires=dep.service\n");
    await web.start();
    const first = await web.show("InvocationID");
    await web.ok("systemctl restart dep");
    expect(await state()).toBe("active");
    expect(await web.show("InvocationID")).not.toBe(first);
    await web.ok("systemctl stop dep");
    await host.edit("/etc/systemd/system/dep.service", "# embedded-host: start fails\n");
    expect(await web.run("systemctl start container@web")).toMatchObject({ code: 1 });
    expect(await state()).toBe("inactive");

    await host.edit("/etc/systemd/system/tank.mount", "[Mount]\nWhere=/tank\n");
    await web.dropIn("[Unit]\nRequiresMountsFor=/tank/web\n");
    await web.start();
    await web.ok("systemctl stop tank.mount");
    expect([await state(), await web.ok("systemctl show tank.mount -p ActiveState --value")]).toEqual([
      "inactive",
      "inactive",
    ]);
    await web.dropIn("[Unit]\nRequires=sys-subsystem-net-devices-eth0.device\n");
    expect(await web.start()).toBe("up");
    await web.stop();
    await web.dropIn("[Unit]\nRequires=sys-subsystem-net-devices-eth9.device\n");
    const { code, stderr } = await web.run("systemctl start container@web");
    expect([code, stderr]).toEqual([1, expect.stringContaining("A dependency job for container@web.service failed")]);
  });

  test("5.30 an unmet condition leaves it down without a word, an unmet assertion fails the start", async () => {
    const results = (): Promise<Record<string, string>> => shown("ActiveState", "ConditionResult", "AssertResult");
    expect(await results()).toEqual({ ActiveState: "inactive", ConditionResult: "no", AssertResult: "no" });
    await web.dropIn("[Unit]\nConditionPathExists=/etc/go\n");
    expect(await web.run("nixos-container start web")).toMatchObject({ code: 0 });
    expect(await results()).toEqual({ ActiveState: "inactive", ConditionResult: "no", AssertResult: "yes" });
    await host.edit("/etc/go", "");
    expect(await web.start()).toBe("up");
    expect(await results()).toEqual({ ActiveState: "active", ConditionResult: "yes", AssertResult: "yes" });
    await web.stop();
    await web.dropIn("[Unit]\nAssertPathExists=!/etc/go\n");
    expect(await web.run("systemctl start container@web")).toEqual({
      code: 1,
      stdout: "",
      stderr: "Assertion failed on job for container@web.service.\n",
    });
    expect(await results()).toEqual({ ActiveState: "inactive", ConditionResult: "yes", AssertResult: "no" });
    for (const [lines, outcome] of [
      ["ConditionPathIsDirectory=/etc\nConditionPathExistsGlob=/etc/g*\nConditionHost=host", "active"],
      ["ConditionPathExists=|/etc/none\nConditionPathExists=|/etc/go", "active"],
      ["ConditionPathExists=|/etc/none\nConditionFileNotEmpty=|/etc/go", "inactive"],
      ["ConditionPathExists=/etc/none\nConditionPathExists=", "active"],
      ["ConditionFileIsExecutable=/etc/go", "inactive"],
      ["ConditionPathIsMountPoint=!/etc", "active"],
    ]) {
      await web.dropIn(`[Unit]\n${lines}\n`);
      await web.run("systemctl start container@web");
      expect([lines, await state()]).toEqual([lines, outcome]);
      await web.stop();
    }
  });

  test("5.31 ExecStartPre makes directories, EnvironmentFile wins over the conf, Restart=no tries once, a stop has its time", async () => {
    await web.flags("--bind=/srv/late");
    expect(await web.start()).toContain("Failed to stat /srv/late");
    await web.dropIn("[Service]\nExecStartPre=/usr/bin/env mkdir -p /srv/late\nExecStartPre=/bin/false\n");
    expect(await web.start()).toBe("up");
    await web.stop();
    await host.edit("/etc/more.env", "HOST_BRIDGE=br9\n");
    await web.dropIn("[Service]\nRestart=no\nEnvironment=HOST_BRIDGE=br8\nEnvironmentFile=/etc/more.env\n");
    await web.conf("HOST_BRIDGE=br0\n");
    expect((await web.run("nixos-container start web")).code).toBe(1);
    expect(await web.journal()).toContain("to bridge br9");
    expect(await state()).toBe("failed");
    await web.ok("systemctl reset-failed container@web");
    await web.dropIn(
      "[Service]\nEnvironment=HOST_BRIDGE=br8 'EXTRA_NSPAWN_FLAGS=--quiet --tmpfs=/var'\nTimeoutStopSec=100ms\n",
    );
    expect(await web.start()).toBe("up");
    expect(await web.proc("mountinfo")).toContain(" /var ");
    host.setDurations({ stop: 0.5 });
    await web.ok("systemctl stop container@web");
    expect(await shown("ActiveState", "Result")).toEqual({ ActiveState: "failed", Result: "timeout" });
  });

  test("5.34 what ends a container from outside: its leader, a power-off, a kill of systemd-nspawn", async () => {
    await web.start();
    const [first, leader] = [await web.show("InvocationID"), await web.leader()];
    await web.ok("machinectl kill web --kill-whom=leader -s KILL");
    await until("it is back", async () => (await state()) === "active" && (await web.show("InvocationID")) !== first);
    expect([await web.show("NRestarts"), fs.existsSync(host.path(`/proc/${leader}`))]).toEqual(["1", false]);
    await web.ok("machinectl poweroff web");
    await until("it is down", async () => (await state()) === "inactive");
    await web.dropIn("[Service]\nRestart=always\n");
    await web.start();
    const second = await web.show("InvocationID");
    await web.ok("machinectl poweroff web");
    await until("it is back", async () => (await state()) === "active" && (await web.show("InvocationID")) !== second);

    await web.ok("systemctl kill -s KILL container@web");
    await until("it gives up", async () => (await state()) === "failed");
    expect(await web.journal()).toContain("'/run/systemd/nspawn/unix-export/web' exists already, refusing.");
    await web.ok("systemctl stop container@web && systemctl reset-failed container@web");
    expect(await web.start()).toBe("up");

    await web.dropIn("[Service]\nTimeoutStopSec=100ms\nRestartSec=300ms\n");
    host.setDurations({ stop: 0.3, retry: 30 });
    await web.ok("systemctl stop container@web");
    host.setDurations({ stop: 0 });
    expect((await web.run("systemctl start container@web")).code).toBe(1);
    await until("the retry is up", async () => (await state()) === "active");
  });

  test("5.32 the kernel is told at a start, not by a daemon-reload", async () => {
    await web.start();
    const told = (): (string | undefined)[] =>
      ["memory.max", "memory.high", "cpu.max", "cpu.weight", "pids.max", "io.weight"].map((file) => web.limit(file));
    const free = ["max", "max", "max 100000", "100", "28909", "default 100"];
    expect(told()).toEqual(free);
    expect(await web.show("ControlGroup")).toBe("/machine.slice/container@web.service");
    await web.dropIn(
      "[Service]\nMemoryMax=300M\nMemoryHigh=200M\nCPUQuota=50%\nCPUWeight=50\nTasksMax=infinity\nIOWeight=10\nDeviceAllow=/dev/fuse rw\n",
    );
    expect(await web.show("MemoryMax")).toBe("314572800");
    expect(told()).toEqual(free);
    const limits = ["314572800", "209715200", "50000 100000", "50", "max", "default 10"];
    expect(await web.restart()).toBe("up");
    expect(told()).toEqual(limits);
    expect(web.limit("embedded-host.devices")).toBe("/dev/fuse rw");
    await web.dropIn("");
    expect(told()).toEqual(limits);
    await web.ok("nixos-container create other && nixos-container start other");
    expect(told()).toEqual(free);
    await web.stop();
    expect(told()).toEqual(free.map(() => undefined));
    await host.reboot();
    expect(fs.existsSync(host.path("/sys/fs/cgroup"))).toBe(false);
    await web.dropIn("[Service]\nSlice=machine-db.slice\n");
    await web.start();
    expect(await web.show("ControlGroup")).toBe("/machine.slice/machine-db.slice/container@web.service");
    expect(
      fs.existsSync(host.path("/sys/fs/cgroup/machine.slice/machine-db.slice/container@web.service/memory.max")),
    ).toBe(true);
  });

  test("5.33 set-property writes a file, counts at once, and until the next daemon-reload", async () => {
    await web.start();
    await web.dropIn("[Service]\nMemoryMax=300M\n");
    await web.ok("systemctl set-property container@web CPUQuota=25% MemoryMax=50%");
    expect(await host.read(`${web.dropInDirectory}/50-MemoryMax.conf`)).toMatch(
      /^# This is.*\n[^]*\[Service\]\nMemoryMax=4294967296\n$/,
    );
    expect(await host.read(`${web.dropInDirectory}/50-CPUQuota.conf`)).toMatch(/\[Service\]\nCPUQuota=25%\n$/);
    expect([await web.show("MemoryMax"), web.limit("memory.max")]).toEqual(["4294967296", "4294967296"]);
    expect([await web.show("CPUQuotaPerSecUSec"), web.limit("cpu.max")]).toEqual(["250ms", "25000 100000"]);
    expect((await web.show("DropInPaths")).split(" ")).toHaveLength(3);
    expect(await web.show("NeedDaemonReload")).toBe("no");
    await web.ok("systemctl daemon-reload");
    expect([await web.show("MemoryMax"), web.limit("memory.max")]).toEqual(["314572800", "4294967296"]);
    await web.ok("systemctl set-property --runtime container@web TasksMax=77");
    expect(await host.read("/run/systemd/system.control/container@web.service.d/50-TasksMax.conf")).toContain(
      "TasksMax=77\n",
    );
    expect([web.limit("pids.max"), web.limit("memory.max")]).toEqual(["77", "314572800"]);
    await web.ok("systemctl set-property container@web MemoryMax=");
    expect(await host.read(`${web.dropInDirectory}/50-MemoryMax.conf`)).toContain("MemoryMax=infinity\n");
    expect(web.limit("memory.max")).toBe("max");
    await web.ok(
      "systemctl set-property container@web 'DeviceAllow=/dev/fuse rw' && systemctl set-property container@web 'DeviceAllow=/dev/kvm rw'",
    );
    expect(await host.read(`${web.dropInDirectory}/50-DeviceAllow.conf`)).toContain(
      "DeviceAllow=\nDeviceAllow=/dev/fuse rw\nDeviceAllow=/dev/kvm rw\n",
    );
    expect(web.limit("embedded-host.devices")).toBe("/dev/kvm rw\n/dev/fuse rw");
    for (const [assignment, message] of [
      ["MemoryMax=bogus", "Failed to parse MemoryMax=bogus: Invalid argument\n"],
      [
        "Restart=no",
        "Failed to set unit properties on container@web.service: Cannot set property Restart, or unknown property.\n",
      ],
      [
        "TimeoutStartSec=5",
        "Failed to set unit properties on container@web.service: Cannot set property TimeoutStartUSec, or unknown property.\n",
      ],
      ["Frobnicate=1", "Unknown assignment: Frobnicate=1\n"],
    ])
      expect(await web.run(`systemctl set-property container@web ${assignment}`)).toEqual({
        code: 1,
        stdout: "",
        stderr: message,
      });
    await web.ok("systemctl set-property container@nobody MemoryMax=1G");
    expect(await web.ok("systemctl show container@nobody -p MemoryMax --value")).toBe("1073741824");
    expect((await host.run("systemctl set-property container@web MemoryMax=1")).code).toBe(4);
  });
});
