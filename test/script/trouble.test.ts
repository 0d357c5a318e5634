import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { probeProgram } from "../../src/script";
import { EmbeddedHost } from "../../src/sim";
import { until } from "../sim/client";
import { convergeProgram, desired, reapProgram, runProgram, sound, teardownProgram } from "./program";

const probe = probeProgram({ nonce: "n", become: false, sources: [], owners: [], syntax: [] });

describe("a host on which something does not work", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start();
  });
  afterEach(() => host.stop());

  const converge = (text = sound, props = {}): ReturnType<typeof runProgram> =>
    runProgram(host, convergeProgram(desired("data", text, props)));
  /** Puts a program of the test before one of the host. */
  const shim = async (name: string, text: string): Promise<void> => {
    const path = host.path(`/run/current-system/sw/bin/${name}`);
    await writeFile(`${path}.new`, `#!/bin/sh\n${text}\n`);
    await chmod(`${path}.new`, 0o755);
    await host.run(`rm -f '${path}'; mv '${path}.new' '${path}'`);
  };

  test("the reason of a failure is out a moment before the end: Terraform shows nothing that comes right at it", async () => {
    await shim(
      "sleep",
      `[ "$*" != 0.5 ] || echo "$*" >>'${host.path("/run/slept")}'; exec /usr/bin/env PATH=/usr/bin:/bin sleep "$@"`,
    );
    const slept = async (): Promise<string> => (await host.run(`cat '${host.path("/run/slept")}' 2>/dev/null`)).stdout;
    expect((await converge()).code).toBe(0);
    expect(await slept()).toBe("");
    expect((await converge('throw "no"')).code).toBe(1);
    expect(await slept()).toBe("0.5\n");
  });

  test("a file that vanishes while the host is observed takes no record of other containers with it", async () => {
    await converge();
    await host.edit("/var/lib/cdktf-nixos/containers/aaa/journal", "version=1\n");
    await host.edit("/etc/nixos-containers/aaa.conf", "PRIVATE_NETWORK=0\n");
    await shim(
      "awk",
      `cd '${host.root}' && rm -rf var/lib/cdktf-nixos/containers/aaa etc/nixos-containers/aaa.conf; exec /usr/bin/awk "$@"`,
    );
    const { stdout } = await host.run("sh -s", { stdin: probe });
    expect(stdout).not.toContain("state\taaa\tconf\t"); // the control: it did vanish
    expect(stdout).toContain("state\tdata\tjournal\towner=project/stack\n");
    expect(stdout).toContain("state\tdata\tconf\tCDKTF_NIXOS_OWNER=project/stack\n");
  });

  test("a systemd that does not answer leaves the observation without its end", async () => {
    await converge();
    await shim("systemctl", "echo 'Transport endpoint is not connected' >&2; exit 1");
    const { stdout, stderr } = await host.run("sh -s", { stdin: probe });
    expect([stdout, stderr]).toEqual([
      expect.not.stringContaining("@cdktf-nixos 1 n end"),
      expect.stringContaining("Transport endpoint is not connected"),
    ]);
  });

  test("a host whose nixos-container is gone lets its containers be removed", async () => {
    await converge();
    await host.run(`rm "$CDKTF_NIXOS_ROOT/run/current-system/sw/bin/nixos-container"`);
    const { code, stdout } = await runProgram(host, reapProgram([{ name: "data", base: "" }]));
    expect([code, stdout]).toEqual([0, expect.stringContaining("data: stopped and archived in ")]);
    const left = await host.run(`cd "$CDKTF_NIXOS_ROOT"; ls etc/nixos-containers var/lib/nixos-containers`);
    expect(left.stdout).not.toContain("data");
  });

  test("a folder in a journal's place is named, and hides nothing else", async () => {
    await converge();
    const journal = "$CDKTF_NIXOS_ROOT/var/lib/cdktf-nixos/containers/data/journal";
    await host.run(`rm ${journal}; mkdir -p ${journal}/deeper`);
    const { stdout } = await host.run("sh -s", { stdin: probe });
    expect(stdout).toContain("state\tdata\tunit\tup\n");
    expect(stdout).toContain("@cdktf-nixos 1 n end");
    const refused = await converge("{ ... }:\n{ a = 1; }\n");
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("the journal could not be written")]);
    await host.run(`rm -r ${journal}`);
    expect((await converge("{ ... }:\n{ a = 1; }\n")).code).toBe(0);
  });

  test("host keys are those that sshd's included files name", async () => {
    await host.edit("/etc/ssh/sshd_config.d/keys.conf", "hostkey /etc/ssh/other_key\n");
    await host.edit("/etc/ssh/other_key.pub", "ssh-ed25519 AAAAother\n");
    const { stdout } = await host.run("sh -s", { stdin: probe });
    expect(stdout.split("\n").filter((line) => line.startsWith("host\thost-key"))).toEqual([
      "host\thost-key\tssh-ed25519 AAAAother",
    ]);
  });

  test("A6: the public half of a host key comes of the key itself, whatever lies beside it", async () => {
    const root = (await host.run('printf %s "$CDKTF_NIXOS_ROOT"')).stdout;
    const make = (name: string, type: string): string => {
      mkdirSync(`${root}/etc/ssh`, { recursive: true });
      execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "", "-f", `${root}/etc/ssh/${name}`]);
      return readFileSync(`${root}/etc/ssh/${name}.pub`, "utf8").trim();
    };
    const alone = make("alone", "ed25519");
    rmSync(`${root}/etc/ssh/alone.pub`);
    const renewed = make("renewed", "ecdsa");
    await host.edit("/etc/ssh/renewed.pub", "ecdsa-sha2-nistp256 AAAAstale\n");
    const files = ["alone", "renewed", "missing"].map((name) => `HostKey /etc/ssh/${name}\n`).join("");
    await host.edit("/etc/ssh/sshd_config.d/keys.conf", `${files}HostCertificate /etc/ssh/alone-cert.pub\n`);
    await host.edit("/etc/ssh/alone-cert.pub", "ssh-ed25519-cert-v01@openssh.com AAAAcert\n");
    const { stdout } = await host.run("sh -s", { stdin: probe });
    expect(stdout.split("\n").filter((line) => line.startsWith("host\thost-"))).toEqual([
      `host\thost-key\t${alone}`,
      `host\thost-key\t${renewed}`,
      "host\thost-certificate\tssh-ed25519-cert-v01@openssh.com AAAAcert",
    ]);
  });

  test("an empty conf of somebody is named as what keeps nixos-container from working", async () => {
    await host.edit("/etc/nixos-containers/other.conf", "");
    const { code, stdout } = await converge();
    expect([code, stdout]).toEqual([1, expect.stringContaining("remove or mend /etc/nixos-containers/other.conf")]);
  });

  test("the reason of a build that fails is the error that nix gives last", async () => {
    const { stdout } = await converge('{ ... }:\n{ a = throw "broken on purpose"; }\n');
    expect(stdout).toContain("ERROR: the build failed: error: broken on purpose; ");
  });

  test("a unit that fails during a reload is no refusal to switch, whatever its log speaks of", async () => {
    await converge();
    const { code, stdout } = await converge("{ ... }:\n{\n  # embedded-host: unit fails\n}\n");
    expect([code, stdout]).toEqual([1, expect.stringContaining("a unit failed while the container reloaded")]);
    expect(stdout).toContain("sleep-inhibitor"); // the control: the log did speak of it
  });

  test("a longer start timeout counts for the very reload that needs it", async () => {
    await converge(sound, { timeouts: { start: 1 } });
    host.setDurations({ reload: 2 });
    const late = await converge("{ ... }:\n{ a = 1; }\n", { timeouts: { start: 1 } });
    expect([late.code, late.stdout]).toEqual([
      1,
      expect.stringContaining("the reload took longer than 1 s (timeouts.start)"),
    ]);
    const { code, stdout } = await converge("{ ... }:\n{ a = 1; }\n", { timeouts: { start: 5 } });
    expect([code, stdout]).toEqual([0, expect.stringContaining("set start timeout")]);
  });

  test("a container that is about to come up is stopped when it shall be down", async () => {
    await converge(sound, { running: false });
    host.setDurations({ start: 1 });
    await host.run("systemctl start --no-block container@data");
    const { code, stdout } = await converge(sound, { running: false });
    expect([code, stdout]).toEqual([0, expect.stringContaining("stopped")]);
    expect((await host.run("sleep 1.2; nixos-container status data")).stdout).toBe("down\n");
  });

  describe("a container that is starting by itself, as after a reboot,", () => {
    const changed = "{ ... }:\n{ a = 1; }\n";
    beforeEach(async () => {
      await converge();
      await host.run("nixos-container stop data");
      host.setDurations({ start: 1 });
      await host.run("systemctl start --no-block container@data");
    });

    test("runs on when its build fails", async () => {
      const failed = await converge('{ ... }:\n{ a = throw "no"; }\n');
      expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("what was there before is back")]);
      expect((await host.run("nixos-container status data")).stdout).toBe("up\n");
    });

    test("is reloaded with its new configuration", async () => {
      const { code, stdout } = await converge(changed);
      expect([code, stdout]).toEqual([0, expect.stringContaining("built and reloaded")]);
      expect((await converge(changed)).stdout).toContain("nothing to do");
    });
  });

  test("a start that systemd makes good by itself is no failure", async () => {
    await converge(sound, { running: false });
    const real = host.path("/run/current-system/sw/bin/nixos-container.real");
    await host.run(`cp -P "$CDKTF_NIXOS_ROOT/run/current-system/sw/bin/nixos-container" '${real}'`);
    await shim(
      "nixos-container",
      `case $1 in start) systemctl start --no-block "container@$2"; until systemctl show "container@$2" -p ActiveState --value | grep -q activ.ting; do :; done; exit 1 ;; esac; exec '${real}' "$@"`,
    );
    host.setDurations({ start: 0.6 });
    const { code, stdout } = await converge();
    expect([code, stdout]).toEqual([0, expect.stringContaining("data: done")]);
  });

  test("a masked unit, or a systemd-machined that does not answer, is told before anything is touched", async () => {
    await converge();
    await host.run("systemctl mask --runtime container@data");
    expect((await host.run("sh -s", { stdin: probe })).stdout).toContain("info\tdata\tmasked\tyes\n");
    const masked = await converge("{ ... }:\n{ a = 1; }\n");
    expect([masked.code, masked.stdout]).toEqual([1, expect.stringContaining("is masked")]);
    await host.run("systemctl unmask --runtime container@data");
    await shim("machinectl", "echo 'Could not get machines' >&2; exit 1");
    const silent = await converge("{ ... }:\n{ a = 1; }\n");
    expect([silent.code, silent.stdout]).toEqual([1, expect.stringContaining("systemd-machined does not answer")]);
    expect((await host.run("nixos-container status data")).stdout).toBe("up\n");
  });

  test("a link for the boot that cannot be removed keeps a removal, or autoStart: false, from looking done", async () => {
    await converge(sound, { autoStart: true });
    await shim(
      "rm",
      `case "$*" in *machines.target.wants/*) echo "rm: Read-only file system" >&2; exit 1 ;; esac; exec /bin/rm "$@"`,
    );
    const kept = await converge(sound, { autoStart: false });
    expect([kept.code, kept.stdout]).toEqual([
      1,
      expect.stringContaining("cannot be set below /etc/systemd/system.control"),
    ]);
    const removed = await runProgram(host, reapProgram([{ name: "data", base: "" }]));
    expect([removed.code, removed.stdout]).toEqual([1, expect.stringContaining("cannot be removed; left alone")]);
    expect((await host.run("nixos-container status data")).stdout).toBe("up\n");
  });

  test("the folder of a run that was killed goes with the next run", async () => {
    host.setDurations({ build: 5 });
    const run = converge();
    await until("it is being built", async () => (await host.run("nixos-container list")).stdout === "data\n");
    await host.run(`pkill -KILL -f "$CDKTF_NIXOS_ROOT/run/cdktf-nixos/work.*/program work"; :`);
    await run;
    host.setDurations({ build: 0 });
    const folders = 'ls "$CDKTF_NIXOS_ROOT/run/cdktf-nixos" | grep -c work';
    expect((await host.run(folders)).stdout).toBe("1\n"); // the control: it was left behind
    expect((await converge()).code).toBe(0);
    expect((await host.run(folders)).stdout).toBe("0\n");
  });

  describe("a removal", () => {
    const names = ["one", "two"];
    const deploy = async (): Promise<void> => {
      for (const name of names) {
        const props = { removalPolicy: "destroy" as const };
        expect((await runProgram(host, convergeProgram(desired(name, sound, props)))).code).toBe(0);
      }
    };
    /** Waits until the removal stops the first container. */
    const begun = (): Promise<unknown> =>
      until("the first one is being stopped", async () =>
        (await host.run("systemctl show container@one -p ActiveState --value")).stdout.startsWith("deactivating"),
      );
    const programs = {
      reap: () => Promise.resolve(reapProgram(names.map((name) => ({ name, base: "" })))),
      teardown: async () => teardownProgram((await host.read("/etc/machine-id")).trim()),
    };

    test.each(["reap", "teardown"] as const)(
      "%s whose connection is lost ends what it has begun, and spares the others",
      async (kind) => {
        await deploy();
        const intent = "/var/lib/cdktf-nixos/containers/two/intent";
        const unfinished = "version=1\nowner=project/stack\naction=update\n";
        await host.edit(intent, unfinished);
        host.setDurations({ stop: 5 });
        const run = runProgram(host, await programs[kind]());
        await begun();
        expect(await host.read(intent)).toContain("action=remove\n");
        // Those of this host: other tests, and real hosts in containers of this machine, have fronts too.
        const isHere = 'grep -qz "^CDKTF_NIXOS_ROOT=$CDKTF_NIXOS_ROOT$" /proc/$pid/environ';
        await host.run(
          `for pid in $(pgrep -f '[.]cdktf-nixos-[0-9]+[.]sh$'); do if ${isHere}; then kill -HUP $pid; fi; done`,
        );
        await run;
        await until(
          "nothing runs",
          async () => (await host.run('ls "$CDKTF_NIXOS_ROOT"/run/cdktf-nixos | grep work')).code !== 0,
        );
        expect((await host.run("nixos-container list; nixos-container status two")).stdout).toBe("two\nup\n");
        expect(await host.read(intent)).toBe(unfinished);
      },
    );

    test("spares a container that was deployed again while another one was being removed", async () => {
      await deploy();
      host.setDurations({ stop: 5 });
      const run = runProgram(host, await programs.reap());
      await begun();
      const again = await runProgram(host, convergeProgram(desired("two", sound, { removalPolicy: "destroy" })));
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("done")]);
      const { code, stdout } = await run;
      expect([code, stdout]).toEqual([
        1,
        expect.stringContaining("two: ERROR: was deployed again meanwhile; left alone"),
      ]);
      expect((await host.run("nixos-container list; nixos-container status two")).stdout).toBe("two\nup\n");
    });

    test("with the policy destroy that is cut off leaves the data whole, or begins anew", async () => {
      await deploy();
      const gold = "var/lib/nixos-containers/one/gold";
      const sh = async (command: string): Promise<string> =>
        (await host.run(`cd "$CDKTF_NIXOS_ROOT"; ${command}`)).stdout.trim();
      await sh(`echo gold >${gold}`);
      const apart = "var/lib/nixos-containers/.archive/one-1";
      const intent = (deleting: string): string =>
        `printf 'version=1\\nowner=project/stack\\naction=remove\\narchive=%s\\ndeleting=${deleting}\\n' "$PWD/${apart}" >var/lib/cdktf-nixos/containers/one/intent`;
      await sh(
        `nixos-container stop one; mkdir -p ${apart}; mv var/lib/nixos-containers/one ${apart}/root; ${intent("")}`,
      );
      const back = await runProgram(host, convergeProgram(desired("one", sound)));
      expect([back.code, await sh(`cat ${gold}`)]).toEqual([0, "gold"]);
      await sh(
        `nixos-container stop one; mkdir -p ${apart}; mv var/lib/nixos-containers/one ${apart}/root; ${intent("yes")}`,
      );
      const anew = await runProgram(host, convergeProgram(desired("one", sound)));
      expect([anew.code, anew.stdout]).toEqual([0, expect.stringContaining("cut off while it deleted the data")]);
      expect(await sh(`cat ${gold} || ls -A var/lib/nixos-containers/.archive`)).toBe("");
    });
  });
});

test("a user's NIX_PATH, which sudo drops, tells which nixpkgs builds", async () => {
  const host = await EmbeddedHost.start({ user: "deploy", nixpkgs: { source: "none" } });
  const asked = probeProgram({ nonce: "n", become: true, sources: [], owners: [], syntax: [] });
  await host.edit("/srv/nixpkgs/.version", "24.11");
  const { stdout } = await host.run("NIX_PATH=nixpkgs=/srv/nixpkgs sh -s", { stdin: asked });
  await host.stop();
  expect(stdout).toContain("host\tnixpkgs\t/srv/nixpkgs\nhost\tnixpkgs-release\t24.11\n");
});

test("the work of a sudo user runs in a scope of the system's, which logind spares when the user logs out", async () => {
  const host = await EmbeddedHost.start({ user: "deploy" });
  const run = "/run/current-system/sw/bin/systemd-run";
  await host.edit(
    run,
    `#!/bin/sh\necho "$*" >>"$CDKTF_NIXOS_ROOT/scopes"\nwhile [ "\${1#--}" != "$1" ]; do shift; done\nexec "$@"\n`,
  );
  await chmod(host.path(run), 0o755);
  const deployed = await runProgram(host, convergeProgram(desired("data", sound)));
  const broken = await runProgram(host, convergeProgram(desired("data", '{ ... }:\n{ a = throw "no"; }\n')));
  const scopes = (await host.read("/scopes")).trim().split("\n");
  await host.stop();
  expect([deployed.code, broken.code]).toEqual([0, 1]); // the scope's end is the work's
  expect(scopes).toEqual(
    Array(2).fill(expect.stringMatching(/^--quiet --scope --collect --slice=system\.slice sh \S+\/program work \d+$/)),
  );
});
