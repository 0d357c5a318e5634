import fs from "node:fs";
import { EmbeddedHost } from "../../src/sim";
import { output } from "./client";

describe("6 other doubles", () => {
  let host: EmbeddedHost;
  beforeAll(async () => {
    host = await EmbeddedHost.start({ name: "web1", user: "deploy", bridges: ["br0"], cores: 3, mounts: ["/srv"] });
    await host.run("nixos-container create web && nixos-container start web && nixos-container create idle", {
      user: "root",
    });
  });
  afterAll(() => host.stop());
  const root = (command: string) => host.run(command, { user: "root" });
  const ok = (command: string): Promise<string> => output(host, command, "root");

  test("6.1 machinectl knows the running containers", async () => {
    expect(await ok("machinectl show web -p Leader -p Name -p State")).toBe("Name=web\nLeader=5000001\nState=running");
    expect(await ok("machinectl show web -p Leader,Name")).toBe("");
    expect(await root("machinectl show web idle web -p Name")).toEqual({
      code: 1,
      stdout: "Name=web\n",
      stderr: "Could not get path to machine: No machine 'idle' known\n",
    });
    expect(await ok("machinectl list --no-legend")).toBe("web container systemd-nspawn nixos - -");
    expect((await host.run("machinectl terminate web")).code).toBe(1);
    expect((await root("nixos-container terminate web")).code).toBe(0);
    expect((await root("nixos-container terminate web")).code).toBe(1);
    await ok("nixos-container start web");
  });

  test("6.2 journalctl filters", async () => {
    const id = await ok("systemctl show container@web -p InvocationID --value");
    expect(await ok("journalctl -u container@web -n 1 -o cat --no-pager")).toBe("Started Container 'web'.");
    expect(await ok(`journalctl -u container@web.service -o cat _SYSTEMD_INVOCATION_ID=${id}`)).toBe(
      "Starting Container 'web'...\nStarted Container 'web'.",
    );
    expect(await ok("journalctl -u container@web --since=@9999999999")).toBe("");
    expect(await ok("journalctl -u container@web --since '1 hour ago' -n1")).toMatch(
      /^\w{3} \d\d \d\d:\d\d:\d\d web1 container@web: Started/,
    );
    expect(await ok("journalctl -u container@idle")).toBe("");
  });

  test("6.3 sudo gives root's identity and a clean environment, or refuses", async () => {
    const result = await host.run(
      "MINE=1 sudo -n -- sh -c 'id -u; echo \"$HOME $USER $SUDO_USER ${MINE-clean}\"; nixos-container status web'",
    );
    expect(result).toEqual({ code: 0, stdout: `0\n${host.root}/root root deploy clean\nup\n`, stderr: "" });
    expect((await host.run("sudo -n nix-instantiate --find-file nixpkgs")).stdout).toContain("/channels/nixos");
    for (const [sudo, words] of [
      ["password", "sudo: a password is required"],
      ["none", "deploy is not in the sudoers file."],
    ] as const) {
      const strict = await EmbeddedHost.start({ user: "deploy", sudo });
      expect(await strict.run("sudo -n true")).toMatchObject({ code: 1, stderr: `${words}\n` });
      await strict.stop();
    }
  });

  test("6.4 identity and facts are the host's", async () => {
    expect((await host.run("id -u; id -un; whoami; id")).stdout).toBe(
      "1000\ndeploy\ndeploy\nuid=1000(deploy) gid=100(users) groups=100(users)\n",
    );
    expect(await ok("id -u; whoami; hostname; nproc; nixos-version")).toBe(
      "0\nroot\nweb1\n3\n25.05.20250612.abcdef0 (Warbler)",
    );
  });

  test("6.5 ip shows interfaces and addresses", async () => {
    const addresses = await ok("ip -o addr show");
    expect(addresses).toMatch(/^\d+: eth0 {4}inet 192\.0\.2\.10\/24 scope global eth0/m);
    expect(addresses).toMatch(/^\d+: ve-web {4}inet 10\.233\.1\.1\/32 /m);
    expect(await ok("ip -o -6 addr show")).toBe("");
    expect(await ok("ip -4 -o route show")).toBe("");
    await root('printf "10.9.0.0/16 dev wg0\\nfd00:9::/64 dev wg0\\n" >"$CDKTF_NIXOS_ROOT/run/routes"');
    expect(await ok("ip -o route show; ip -6 -o route show")).toBe("10.9.0.0/16 dev wg0\nfd00:9::/64 dev wg0");
    expect((await ok("ip -o link show")).split("\n").map((line) => line.split(": ")[1])).toEqual([
      "br0",
      "eth0",
      "lo",
      "ve-web",
    ]);
  });

  test("6.6 mount points are those of mountinfo", async () => {
    await host.mount("/var/lib/nixos-containers/web");
    await host.run(`ln -s nixos-containers "$CDKTF_NIXOS_ROOT/var/lib/linked"`);
    for (const point of ["/srv", "/var/lib/nixos-containers/web", "/var/lib/linked/web", host.path("/srv")])
      expect((await root(`mountpoint -q ${point}`)).code).toBe(0);
    expect((await root("mountpoint -q /etc")).code).toBe(32);
    expect(await host.read("/proc/self/mountinfo")).toContain(" / /srv rw");
  });

  test("6.7 chown, chgrp, chattr and umount do nothing", async () => {
    expect(await root("chown 0:0 /nowhere && chgrp 0 /nowhere && chattr -i /nowhere && umount /nowhere")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("6.9 devices look like devices, and units tell which they may open", async () => {
    await host.edit("/dev/dri/card0", "embedded-host device char 226 0\n");
    await ok("ln -s dri/card0 $CDKTF_NIXOS_ROOT/dev/gpu");
    expect(await ok("cd $CDKTF_NIXOS_ROOT/dev && stat -L -c '%F|%t|%T' $PWD/gpu; stat -L -c %F dri")).toBe(
      "character special file|e2|0\ndirectory",
    );
    const show = "systemctl show container@web -p DevicePolicy -p DeviceAllow";
    expect(await ok(show)).toBe("DevicePolicy=closed");
    await host.edit(
      "/etc/systemd/system/container@web.service.d/overrides.conf",
      "[Service]\nDevicePolicy=strict\nDeviceAllow=/dev/dri/card0 rw\nDeviceAllow=char-drm r\n",
    );
    await ok("systemctl daemon-reload");
    expect((await ok(show)).split("\n").sort()).toEqual([
      "DeviceAllow=/dev/dri/card0 rw",
      "DeviceAllow=char-drm r",
      "DevicePolicy=strict",
    ]);
  });

  test("6.8 changes are recorded, each once", async () => {
    const other = await EmbeddedHost.start();
    expect(fs.existsSync(other.path("/var/log/calls"))).toBe(false);
    await other.run(
      "nixos-container create web --config 'a = 1;\nb = 2;'; nixos-container restart web; nixos-container status web; systemctl daemon-reload",
    );
    expect(await other.calls()).toEqual([
      "nixos-container create web --config a = 1;\\nb = 2;",
      "nixos-container restart web",
      "systemctl daemon-reload",
    ]);
    await other.called(/^nixos-container create/);
    await expect(other.called(/destroy/, 10)).rejects.toThrow("no call on host matches /destroy/");
    await other.stop();
  });
});
