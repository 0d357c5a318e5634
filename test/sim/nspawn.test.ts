import fs from "node:fs";
import { EmbeddedHost } from "../../src/sim";
import { Container } from "./container";

describe("5 units: what systemd-nspawn is told", () => {
  let host: EmbeddedHost;
  let web: Container;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ bridges: ["br0"] });
    web = new Container(host, "web");
    await web.create();
  });
  afterEach(() => host.stop());

  const TUN = "[Service]\nDeviceAllow=/dev/net/tun rwm\n";

  test("5.16 the options of systemd-nspawn are known, and nothing else", async () => {
    for (const [flags, outcome] of [
      ["--capability=CAP_NET_ADMIN,cap_sys_time --capability=all --drop-capability=CAP_SYS_TIME", "up"],
      ["--capability CAP_NET_ADMIN --setenv A=1 --cap=CAP_BPF", "up"],
      ["--system-call-filter=~@clock --system-call-filter=add_key", "up"],
      [
        "--volatile=overlay --link-journal=no --resolv-conf=bind-host --timezone=off --oom-score-adjust=-5 -q -E B=2",
        "up",
      ],
      ["--overlay=/etc::/etc --inaccessible=/x --rlimit=RLIMIT_NOFILE=5 --personality=x86-64 --cleanup", "up"],
      ["--frobnicate", "unrecognized option '--frobnicate'"],
      ["--frobnicate=1", "unrecognized option '--frobnicate'"],
      ["--quiet=yes", "option '--quiet' doesn't allow an argument"],
      ["--net=1", "option '--net' is ambiguous"],
      ["--bind", "option '--bind' requires an argument"],
      ["-y", "invalid option -- 'y'"],
      ["stray", "execv(stray) failed: No such file or directory"],
      ["--capability=CAP_BOGUS", "Failed to parse capability CAP_BOGUS."],
      ["--capability=NET_ADMIN", "Failed to parse capability NET_ADMIN."],
      ["--tmpfs=var", "Failed to parse --tmpfs="],
      ["--tmpfs=/var:size=10M,bogus", "Invalid argument"],
      ["--volatile=bogus", "Failed to parse --volatile= argument"],
      ["--link-journal=bogus", "Failed to parse link journal mode"],
      ["--private-users=bogus", "Failed to parse UID"],
      ["--private-users-ownership=bogus", "Failed to parse --private-users-ownership="],
    ]) {
      await web.flags(flags);
      expect([flags, await web.start()]).toEqual([flags, expect.stringContaining(outcome)]);
      await web.stop();
    }
    await web.flags("--system-call-filter=~@bogus");
    expect(await web.start()).toBe("up");
    expect(await web.journal()).toContain("Failed to add rule for system call @bogus, ignoring");
  });

  test("5.17 binds have options, and sources that exist", async () => {
    await web.dropIn(TUN);
    for (const name of ["data", "a:b"]) fs.mkdirSync(host.path(`/srv/${name}`), { recursive: true });
    for (const [flags, more, outcome] of [
      ["--bind=/srv/data:/x:rbind,noidmap --bind-ro=/srv/data:/y:norbind", "", "up"],
      ['"--bind=/srv/a\\\\:b:/x"', "", "up"],
      ["--bind=/srv/missing:/x", "", "Failed to stat /srv/missing: No such file or directory"],
      ["--bind=/dev/missing", "", "Failed to stat /dev/missing: No such file or directory"],
      ["--bind=-/srv/data", "", "Failed to parse --bind(-ro)= argument"],
      ["--bind=/srv/data:/x:bogus", "", "Invalid bind mount option"],
      ["--bind=/srv/data:/x:idmap", "", "Failed to map ids for bind mount"],
      ["--bind=/srv/data:/x:rootidmap", "PRIVATE_USERS=identity\n", "Failed to map ids for bind mount"],
      ["--bind=/srv/data:/x:norbind,idmap --bind=/srv/data:/y:owneridmap", "PRIVATE_USERS=pick\n", "up"],
    ]) {
      await web.flags(flags, more);
      expect([flags, await web.start()]).toEqual([flags, expect.stringContaining(outcome)]);
      if (outcome === "up" && more !== "")
        expect(await web.proc("mountinfo")).toMatch(/ \/srv\/data \/x rw,relatime,idmapped - /);
      await web.stop();
    }
    await host.edit("/proc/self/mountinfo", "36 25 8:1 / /srv rw,relatime - ramfs ramfs rw\n");
    await web.flags("--bind=/srv/data:/x:idmap", "PRIVATE_USERS=pick\n");
    expect(await web.start()).toContain("Failed to map ids for bind mount");
  });

  test("5.18 /proc shows what it was started with", async () => {
    await web.flags("--capability=CAP_SYS_TIME --tmpfs=/var:size=10M,mode=755 --system-call-filter=~@clock");
    expect(await web.start()).toBe("up");
    const main = await web.show("MainPID");
    expect(fs.readFileSync(host.path(`/proc/${main}/cmdline`), "utf8").split("\0")).toEqual(
      expect.arrayContaining(["-M", "web", "--capability=CAP_SYS_TIME", "--system-call-filter=~@clock"]),
    );
    const status = await web.proc("status");
    expect(status).toContain("CapBnd:\t00000000ffecafff\n");
    expect(status).toContain("Seccomp_filters:\t2\n");
    expect(await web.proc("mountinfo")).toMatch(/ \/var rw,nosuid,nodev - tmpfs tmpfs rw,size=10M,mode=755\n/);
    await web.stop();
    expect(fs.existsSync(host.path(`/proc/${main}`))).toBe(false);
    await web.flags("--drop-capability=CAP_CHOWN", "PRIVATE_NETWORK=1\n");
    expect(await web.start()).toBe("up");
    expect(await web.proc("status")).toContain("CapBnd:\t00000000fdecbffe\n");
    await host.edit("/run/netns/blue", "");
    await web.conf("PRIVATE_NETWORK=1\nNETWORK_NAMESPACE_PATH=/run/netns/blue\n");
    expect(await web.restart()).toBe("up");
    const seen = fs.statSync(host.path(`/proc/${await web.leader()}/ns/net`));
    expect(seen.ino).toBe(fs.statSync(host.path("/run/netns/blue")).ino);
  });

  test("5.19 credentials are copied in at start", async () => {
    await host.edit("/etc/token", "first");
    await web.flags("--load-credential=app.token:/etc/token --set-credential=plain:value");
    expect(await web.start()).toBe("up");
    const inside = host.path(`/proc/${await web.leader()}/root/run/host/credentials`);
    expect(fs.readFileSync(`${inside}/app.token`, "utf8")).toBe("first");
    expect(fs.readFileSync(`${inside}/plain`, "utf8")).toBe("value");
    expect(fs.statSync(`${inside}/app.token`).mode & 0o777).toBe(0o400);
    await host.edit("/etc/token", "second");
    await web.ok("systemctl reload container@web");
    expect(fs.readFileSync(`${inside}/app.token`, "utf8")).toBe("first");
    expect(await web.restart()).toBe("up");
    expect(await web.proc("root/run/host/credentials/app.token")).toBe("second");
    await web.stop();
    for (const [flags, outcome] of [
      ["--load-credential=t:/etc/missing", "Failed to read credential '/etc/missing': No such file or directory"],
      ["--load-credential=t:/etc", "Failed to read credential '/etc': Is a directory"],
      ["--load-credential=a/b:/etc/token", "Credential name is not valid"],
      ["--load-credential=t:/etc/token --load-credential=t:/etc/token", "Duplicate credential"],
      ["--load-credential=t:unit", "Failed to read credential"],
    ]) {
      await web.flags(flags);
      expect(await web.start()).toContain(outcome);
    }
    await web.dropIn("[Service]\nLoadCredential=unit:/etc/token\n");
    expect(await web.start()).toBe("up");
    expect(await web.proc("root/run/host/credentials/t")).toBe("second");
    await web.stop();
    await web.dropIn("[Service]\nLoadCredential=unit:/etc/missing\n");
    expect(await web.start()).toContain("status=243/CREDENTIALS");
  });

  test("5.20 private users: who may, and what uid_map tells", async () => {
    const map = async (): Promise<string> => (await web.proc("uid_map")).trim().split(/ +/).join(" ");
    const started = async (users: string, flags = "", network = ""): Promise<string> => {
      await web.conf(`PRIVATE_USERS=${users}\nEXTRA_NSPAWN_FLAGS=${flags}\n${network}`);
      const outcome = await web.start();
      const told = outcome === "up" ? await map() : outcome;
      await web.stop();
      return told;
    };
    expect(await started("no")).toBe("0 0 4294967295");
    expect(await started("identity", "", "PRIVATE_NETWORK=1\n")).toBe("0 0 65536");
    expect(await started("0", "", "PRIVATE_NETWORK=1\n")).toBe("0 0 65536");
    for (const bad of ["bogus", "4294967295", "1x"]) expect(await started(bad)).toContain("Failed to parse UID");
    const picked = await started("pick");
    expect(picked).toMatch(/^0 \d+ 65536$/);
    expect(await started("pick")).toBe(picked);
    for (const users of ["pick", "131072"])
      expect(await started(users, "", "PRIVATE_NETWORK=1\n")).toMatch(
        /mknod\(.*\/dev\/net\/tun\): Operation not permitted/,
      );
    await web.dropIn("[Service]\nDeviceAllow=/dev/net/tun rw\n");
    expect(await started("pick", "", "PRIVATE_NETWORK=1\n")).toContain("Operation not permitted");
    await web.dropIn(TUN);
    expect(await started("pick", "", "PRIVATE_NETWORK=1\n")).toBe(picked);
    expect(await started("200000", "--private-users-ownership=map", "PRIVATE_NETWORK=1\n")).toBe("0 200000 65536");
    await host.edit("/run/netns/blue", "");
    expect(await started("identity", "", "NETWORK_NAMESPACE_PATH=/run/netns/blue\n")).toContain(
      "Failed to join network namespace: Operation not permitted",
    );
    expect(await started("no", "", "NETWORK_NAMESPACE_PATH=/run/netns/blue\n")).toBe("0 0 4294967295");
  });

  test("5.20 --private-users-ownership=chown gives the tree away for good", async () => {
    const owner = (): Promise<string> => web.ok('stat -c %u "$CDKTF_NIXOS_ROOT/var/lib/nixos-containers/web"');
    await web.start();
    expect(await owner()).toBe("0");
    await web.stop();
    await web.conf("PRIVATE_USERS=200000\nEXTRA_NSPAWN_FLAGS=--private-users-ownership=chown\n");
    expect(await web.start()).toContain("Automatic UID/GID adjusting is only supported for");
    await web.conf("PRIVATE_USERS=131072\nEXTRA_NSPAWN_FLAGS=--private-users-ownership=chown\n");
    expect(await web.start()).toBe("up");
    await web.stop();
    await web.conf("PRIVATE_USERS=no\n");
    expect(await web.start()).toBe("up");
    expect(await owner()).toBe("131072");
    await web.stop();
    await web.conf("PRIVATE_USERS=0\nEXTRA_NSPAWN_FLAGS=--private-users-ownership=chown\n");
    expect(await web.start()).toBe("up");
    expect(await owner()).toBe("0");
    await web.ok('chown -R 65536:65536 "$CDKTF_NIXOS_ROOT/var/lib/nixos-containers/web"');
    expect(await owner()).toBe("65536");
  });

  test("5.21 extra interfaces are on the host while it runs, set up by ExecStartPost", async () => {
    const links = (): Promise<string> => web.ok("ip -o link");
    await web.flags("--network-veth-extra=ve-x1:lan1 --network-veth-extra=ve-x2");
    await web.dropIn(
      "[Service]\nExecStartPost=/usr/bin/env ip addr add 10.77.0.1/24 dev ve-x1\nExecStartPost=/usr/bin/env ip link set ve-x1 up\n" +
        "ExecStartPost=/usr/bin/env ip route add 10.78.0.0/24 dev ve-x1\nExecStartPost=/usr/bin/env ip link set dev ve-x2 master br0 up\n" +
        "ExecStartPost=/bin/echo anything\n",
    );
    expect(await web.start()).toBe("up");
    expect(await links()).toMatch(/ve-x1: .* state UP /);
    expect(await links()).toMatch(/ve-x2: .* master br0 state UP /);
    expect(await web.ok("ip -o addr")).toContain("ve-x1    inet 10.77.0.1/24");
    expect(await web.restart()).toBe("up");
    await host.reboot();
    expect(await links()).not.toContain("ve-x");
    for (const missing of ["ve-x9", "ve-x1 master br9"]) {
      await web.dropIn(`[Service]\nExecStartPost=/usr/bin/env ip link set dev ${missing} up\n`);
      expect(await web.start()).toMatch(/Cannot find device|Device does not exist/);
      expect(await links()).not.toContain("ve-x");
    }
    await web.dropIn("[Service]\nExecStartPost=-/usr/bin/env ip link set dev ve-x9 up\n");
    expect(await web.start()).toBe("up");
    expect(await links()).toMatch(/ve-x1: .* state DOWN /);
    await web.stop();
    for (const [flags, outcome] of [
      ["--network-veth-extra=ve-0123456789abc", "Failed to parse --network-veth-extra="],
      ["--network-veth-extra=ve-x1 --network-veth-extra=ve-x1:b", "File exists"],
      ["--network-veth-extra=eth0:b", "File exists"],
      ["--network-veth-extra=ve-x1:0123456789abcdef", "up"],
    ]) {
      await web.flags(flags);
      expect([flags, await web.start()]).toEqual([flags, expect.stringContaining(outcome)]);
    }
  });

  test("5.22 the host's end of a MAC address alone stays down", async () => {
    await web.conf("LOCAL_MAC_ADDRESS=02:00:00:00:00:07\n");
    expect(await web.start()).toBe("up");
    expect(await web.ok("ip -o link")).toMatch(/ve-web: .* state DOWN /);
    await web.conf("LOCAL_MAC_ADDRESS=02:00:00:00:00:07\nHOST_ADDRESS=10.1.1.1\n");
    expect(await web.restart()).toBe("up");
    expect(await web.ok("ip -o link")).toMatch(/ve-web: .* state UP /);
  });

  test("5.23 a name that create refuses works up to 64 characters", async () => {
    await host.edit("/etc/short.nix", '{ lib, ... }: { networking.hostName = lib.mkOverride 999 "short"; }');
    const update = (name: string, words: string): string => `nixos-container update ${name} ${words}`;
    const build = async (name: string): Promise<Container> => {
      const container = new Container(host, name);
      await container.conf("PRIVATE_NETWORK=1\nHOST_ADDRESS=10.9.9.1\nLOCAL_ADDRESS=10.9.9.2\n");
      await container.ok(
        `mkdir -p "$CDKTF_NIXOS_ROOT/nix/var/nix/profiles/per-container/${name}" "$CDKTF_NIXOS_ROOT/var/lib/nixos-containers/${name}/etc/nixos"`,
      );
      await container.ok(update(name, `--config-file ${host.path("/etc/short.nix")}`));
      return container;
    };
    const twelve = await build("twelveletter");
    expect(await twelve.start()).toBe("up");
    expect(await web.ok("ip -o link")).toContain(" ve-twelveletter: ");
    await twelve.ok("nixos-container destroy twelveletter");

    const long = await build("web-application-number-1");
    expect(await long.start()).toBe("up");
    const line = (await web.ok("ip -o link")).split("\n").find((text) => text.includes(" ve-web-appl"));
    expect(line).toMatch(/ ve-web-appl[0-9a-zA-Z_-]{4}: /);
    expect(line).toContain("altname ve-web-application-number-1");
    expect(await web.ok("nixos-container list")).toContain("web-application-number-1");
    for (const verb of ["status", "show-ip", "update", "restart", "terminate", "stop", "start", "destroy"])
      await web.ok(`nixos-container ${verb} ${long.name}`);
    expect(await (await build("a".repeat(64))).start()).toBe("up");
    const refused = await host.run(update("a".repeat(64), "--config 'a = 1;'"), { user: "root" });
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("--set requires exactly one derivation"),
    ]);
    expect(await (await build("b".repeat(65))).start()).toContain("Invalid machine name");
  });

  test("5.24 an ephemeral root is empty at each start, and gone after", async () => {
    await web.start();
    await host.edit("/var/lib/nixos-containers/web/var/kept", "kept");
    await web.stop();
    await web.flags("--link-journal=no");
    await web.dropIn("[Service]\nEnvironment=root=/run/nixos-containers/%i\nRuntimeDirectory=nixos-containers/%i\n");
    expect(await web.start()).toBe("up");
    const root = host.path("/run/nixos-containers/web");
    expect(await web.ok("machinectl show web -p RootDirectory --value")).toBe("/run/nixos-containers/web");
    expect(await web.show("Environment")).toContain("root=/run/nixos-containers/web");
    expect(await web.show("RuntimeDirectory")).toBe("nixos-containers/web");
    expect(await web.ok("nixos-container run web -- pwd -P")).toBe(`${root}/root`);
    await web.ok("nixos-container update web --config 'a = 2;'");
    const write = (): void => fs.writeFileSync(`${root}/var/lost`, "lost");
    write();
    expect(await web.restart()).toBe("up");
    expect(fs.existsSync(`${root}/var/lost`)).toBe(false);
    write();
    await web.stop();
    expect(fs.existsSync(root)).toBe(false);
    await web.start();
    await host.reboot();
    expect(fs.existsSync(root)).toBe(false);
    expect(await host.read("/var/lib/nixos-containers/web/var/kept")).toBe("kept");
    await web.flags("--frobnicate");
    await web.start();
    expect(fs.existsSync(root)).toBe(false);
    // Without its configuration it cannot be updated, and starts all the same.
    await host.remove("/var/lib/nixos-containers/web");
    await web.flags("--link-journal=no");
    expect(await web.start()).toBe("up");
    expect(await web.run("nixos-container update web --config 'a = 3;'")).toMatchObject({ code: 2 });
    await web.ok("nixos-container destroy web");
  });
});
