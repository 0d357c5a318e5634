import { probeProgram } from "../../src/script";
import { EmbeddedHost } from "../../src/sim";
import { broken, convergeProgram, desired, inRoot, reapProgram, runProgram, sound } from "./program";

/** Differs after a stop and start. */
const unit = "systemctl show container@data -p ActiveState -p InvocationID --value";
const gold = "var/lib/nixos-containers/data/gold";

describe("data outlives what goes wrong", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start();
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const converge = (text: string): ReturnType<typeof runProgram> =>
    runProgram(host, convergeProgram(desired("data", text)));
  const deployed = async (): Promise<void> => {
    expect((await converge(sound)).code).toBe(0);
    await sh(`echo gold >${gold}`);
  };

  test("a create that was cut off after its start, and then a build that fails", async () => {
    await deployed();
    const dir = "var/lib/cdktf-nixos/containers/data";
    await sh(
      `mkdir ${dir}/before; printf 'existed=no\\nsystem=\\nboot=no\\nup=no\\nkept=no\\n' >${dir}/before/facts; ` +
        `printf 'version=1\\nowner=project/stack\\naction=create\\n' >${dir}/intent; rm ${dir}/journal`,
    );
    const failed = await converge(broken);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("the container and its data stay")]);
    expect(await sh(`cat ${gold}; nixos-container status data`)).toBe("gold\nup");
    expect((await converge(sound)).code).toBe(0);
  });

  test("a conf that is lost while the container runs", async () => {
    await deployed();
    const before = await sh(unit);
    await sh("rm etc/nixos-containers/data.conf");
    const failed = await converge(broken);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("what was there before is back")]);
    expect(await sh(`cat ${gold}; ls var/lib/cdktf-nixos/containers/data/journal`)).toContain("gold");
    expect(await sh(unit)).toBe(before);
    expect((await converge(sound)).code).toBe(0);
    expect(await sh(`cat ${gold}; nixos-container status data`)).toBe("gold\nup");
  });

  test.each(["nix/var/nix/profiles/per-container/data", "etc/nixos-containers/data.conf"])(
    "a container to adopt that has lost %s, and cannot be built, is up again or said to be down",
    async (lost) => {
      await sh("nixos-container create data; nixos-container start data; rm -r var/lib/cdktf-nixos");
      await sh(`echo gold >${gold}; rm -r ${lost}`);
      const failed = await runProgram(host, convergeProgram(desired("data", broken, { adopt: true })));
      expect(failed.code).toBe(1);
      const status = await sh("systemctl show container@data -p ActiveState --value");
      expect([status, failed.stdout]).toEqual(
        lost.endsWith("conf")
          ? ["active", expect.stringContaining("what was there before is back\n")]
          : ["inactive", expect.stringContaining("but it is down")],
      );
      expect(await sh(`cat ${gold}`)).toBe("gold");
    },
  );

  test("a conf that was lost, and a change of it that fails, leave the container as it was", async () => {
    await deployed();
    const before = await sh(unit);
    await sh("sleep 1.1; rm etc/nixos-containers/data.conf"); // a conf counts as in effect in the second of the start
    const bridged = { network: { hostBridge: "br77", localAddress: "10.0.0.2/24" } };
    const failed = await runProgram(host, convergeProgram(desired("data", broken, bridged)));
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("what was there before is back")]);
    expect(await sh(`cat ${gold}; ${unit}; ls etc/nixos-containers`)).toBe(`gold\n${before}`);
  });

  test("a conf that is lost is written again before the container is built, which needs it", async () => {
    await deployed();
    await sh("rm etc/nixos-containers/data.conf");
    const mended = await converge("{ ... }:\n{ a = 1; }\n");
    expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining("wrote the conf, which was missing")]);
    expect(mended.stdout).not.toContain("nixos-container create");
    expect(await sh(`cat ${gold}; nixos-container status data`)).toBe("gold\nup");
  });

  test("a profile that is lost while the container runs leads to its system again", async () => {
    await deployed();
    const before = await sh(unit);
    await sh("rm -r nix/var/nix/profiles/per-container/data");
    const failed = await converge(broken);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("what was there before is back")]);
    expect(await sh(unit)).toBe(before);
    await sh("rm -r nix/var/nix/profiles/per-container/data");
    expect((await converge(sound)).code).toBe(0);
    expect(await sh(`${unit}; cat ${gold}`)).toBe(`${before}\ngold`);
  });

  test("a container that does not see its profile, whose folder was made anew, is restarted", async () => {
    await deployed();
    const before = await sh(unit);
    const stat = "run/current-system/sw/bin/stat"; // removed folders have no links; the double's containers see no mounts
    await sh(
      `printf '#!/bin/sh\ncase $* in *root/nix/var/nix/profiles) echo 0 ;; *) exec /usr/bin/stat "$@" ;; esac\n' >${stat}; chmod 755 ${stat}`,
    );
    const changed = await converge("{ ... }:\n{ a = 1; }\n");
    expect([changed.code, changed.stdout]).toEqual([0, expect.stringContaining("restarted")]);
    expect(await sh(unit)).not.toBe(before);
  });

  test("a system that is lost with its profile is made anew on the data, and a build that fails says what is down", async () => {
    await deployed();
    await sh(
      "rm -r nix/var/nix/profiles/per-container/data; rm -r nix/store/*-nixos-system-data-*; rm -rf var/lib/cdktf-nixos/containers/data/before",
    );
    const failed = await converge(broken);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("is back where it was, but it is down")]);
    expect(await sh(`cat ${gold}`)).toBe("gold");
    const mended = await converge(sound);
    expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining("built with nixos-container create")]);
    expect(mended.stdout).not.toContain("cut off");
    expect(await sh(`cat ${gold}; nixos-container status data`)).toBe("gold\nup");
  });

  test("a removal that was cut off, of a container whose root directory appeared again", async () => {
    await deployed();
    const archive = "var/lib/nixos-containers/.archive/data-1";
    await sh(
      `mkdir -p ${archive}; mv var/lib/nixos-containers/data ${archive}/root; mkdir var/lib/nixos-containers/data; ` +
        `printf 'version=1\\nowner=project/stack\\naction=remove\\narchive=%s\\n' "$PWD/${archive}" >var/lib/cdktf-nixos/containers/data/intent`,
    );
    const refused = await converge(sound);
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("both")]);
    expect(await sh(`cat ${archive}/root/gold`)).toBe("gold");
    await sh("rmdir var/lib/nixos-containers/data");
    expect((await converge(sound)).code).toBe(0);
    expect(await sh(`cat ${gold}`)).toBe("gold");
  });

  test("a root directory that is a mount point is never given to a create, nor to the archive", async () => {
    await sh(`mkdir -p var/lib/nixos-containers/data; echo gold >${gold}`);
    await host.mount("/var/lib/nixos-containers/data");
    const refused = await runProgram(host, convergeProgram(desired("data", broken, { adopt: true })));
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("is a mount point")]);
    expect(await sh(`cat ${gold}`)).toBe("gold");
  });

  test("root directories behind a link: a mount point is seen through it, and an archive keeps what was there", async () => {
    await sh("mkdir srv; mv var/lib/nixos-containers srv/; ln -s ../../srv/nixos-containers var/lib/nixos-containers");
    await deployed();
    const records = async (): Promise<string> =>
      (
        await host.run("sh -s", {
          stdin: probeProgram({ nonce: "n", become: false, sources: [], owners: [], syntax: [] }),
        })
      ).stdout;
    expect(await records()).toContain("state\tdata\troot\tdir\n");
    const mounts = await sh("cat proc/self/mountinfo");
    await host.mount("/srv/nixos-containers/data");
    expect(await records()).toContain("state\tdata\troot\tmount\n");
    const refused = await runProgram(host, reapProgram([{ name: "data", base: "" }]));
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("is a mount point")]);
    await host.edit("/proc/self/mountinfo", `${mounts}\n`);
    expect((await runProgram(host, reapProgram([{ name: "data", base: "" }]))).code).toBe(0);
    expect(await sh("cat srv/nixos-containers/.archive/data-*/root/gold; ls srv/nixos-containers")).toBe("gold");
  });

  test("what is immutable in a root directory is made mutable before it is archived, so that it can be deleted there", async () => {
    await deployed();
    const chattr = "run/current-system/sw/bin/chattr";
    await sh(
      `rm ${chattr}; printf '#!/bin/sh\necho "$*" >>"$CDKTF_NIXOS_ROOT/chattr-calls"\n' >${chattr}; chmod 755 ${chattr}`,
    );
    expect((await runProgram(host, reapProgram([{ name: "data", base: "" }]))).code).toBe(0);
    expect(await sh("cat chattr-calls")).toBe(`-i ${host.path("/var/lib/nixos-containers/data/var/empty")}`);
  });

  test("a configuration.nix that root inside made a link: nothing is written where it leads", async () => {
    await deployed();
    await sh(
      'mkdir elsewhere; cd var/lib/nixos-containers/data/etc && mv nixos ../nixos && ln -s "$CDKTF_NIXOS_ROOT/elsewhere" nixos',
    );
    const refused = await converge("{ ... }:\n{ a = 1; }\n");
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("symbolic link")]);
    expect(await sh("ls elsewhere")).toBe("");
  });

  test("a root directory that has to be made anew can be entered by the services inside", async () => {
    await deployed();
    await sh("nixos-container stop data; rm -rf var/lib/nixos-containers/data");
    expect((await converge(sound)).code).toBe(0);
    expect(await sh("stat -c %a var/lib/nixos-containers/data")).toBe("755");
  });

  test.each([" HOST_BRIDGE=br0", "PRIVATE_NETWORK=1", "LOCAL_ADDRESS='10.9.9.9'"])(
    "a line %j added to a conf is seen by the program as it is by the plan",
    async (line) => {
      await deployed();
      await sh(`nixos-container stop data; echo "${line}" >>etc/nixos-containers/data.conf`);
      const mended = await converge(sound);
      expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining("wrote the conf")]);
      expect(await sh("cat etc/nixos-containers/data.conf")).not.toContain(line);
    },
  );

  test("a run that was killed right at its end leaves nothing behind once it runs again", async () => {
    await deployed();
    const dir = "var/lib/cdktf-nixos/containers/data";
    const seen = await sh(`ls -A ${dir} nix/var/nix/gcroots`);
    await sh(
      `mkdir -p ${dir}/before ${dir}/modules-old nix/var/nix/gcroots/cdktf-nixos; ln -s /nix/store nix/var/nix/gcroots/cdktf-nixos/data`,
    );
    expect((await converge(sound)).stdout).toContain("nothing to do");
    expect(await sh(`ls -A ${dir} nix/var/nix/gcroots`)).toBe(seen);
  });

  test("a removal that finds its archive full says so, and ends when there is room", async () => {
    await deployed();
    host.setFaults({ diskFull: true });
    const failed = await runProgram(host, reapProgram([{ name: "data", base: "" }]));
    host.setFaults({ diskFull: false });
    expect(failed.code).not.toBe(0);
    expect((await runProgram(host, reapProgram([{ name: "data", base: "" }]))).code).toBe(0);
    expect(await sh("cat var/lib/nixos-containers/.archive/data-*/root/gold")).toBe("gold");
  });

  test("containers that are deployed at once do not take each other's folders away", async () => {
    for (const round of [1, 2, 3, 4, 5]) {
      const runs = ["a", "b", "c"].map((letter) => {
        const container = desired(
          `${letter}${round}`,
          sound,
          letter === "a" ? { autoStart: true, timeouts: { start: 90 } } : {},
        );
        return runProgram(host, convergeProgram(container));
      });
      const failed = (await Promise.all(runs)).filter(({ code }) => code !== 0);
      expect(failed.map(({ stdout, stderr }) => stdout + stderr)).toEqual([]);
      expect(
        await sh(
          `ls etc/systemd/system.control/*/container@a${round}.service etc/systemd/system.control/container@a${round}.service.d | wc -l`,
        ),
      ).toBe("4");
      await runProgram(host, reapProgram([{ name: `a${round}`, base: "" }]));
    }
  });
});
