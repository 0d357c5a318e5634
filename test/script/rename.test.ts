import type { ContainerSettings } from "../../src/model/container";
import { EmbeddedHost } from "../../src/sim";
import { digestOf, everything, killedEverywhere } from "./killed";
import {
  broken,
  convergeProgram,
  cutOff,
  desired,
  inRoot,
  killed,
  reapProgram,
  runProgram,
  sound,
  spliced,
  teardownProgram,
} from "./program";

const settings: ContainerSettings = {
  network: { hostAddress: "10.231.31.1", localAddress: "10.231.31.2" },
  autoStart: true,
  timeouts: { start: 90 },
};
const old = desired("old", sound, settings);
const fresh = desired("web-application-frontend", sound, settings);
const name = fresh.name;

/** Every place in which something of a container may lie, of both names, without what differs from run to run. */
const places = `find etc/nixos-containers var/lib/nixos-containers nix/var/nix/profiles/per-container nix/var/nix/gcroots var/lib/cdktf-nixos etc/systemd/system.control run/systemd/system.control -maxdepth 2 ! -name machines.target.wants ! -path '*/.archive*' 2>/dev/null | sort`;

describe("a container that takes over the data of another name", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ durations: { build: 0.1, start: 0.1, stop: 0.1 } });
    expect((await runProgram(host, convergeProgram(old))).code).toBe(0);
    await sh(
      "echo gold >var/lib/nixos-containers/old/gold; systemctl set-property container@old CPUWeight=50; mkdir -p var/log/journal; ln -s /var/lib/nixos-containers/old/var/log/journal/1 var/log/journal/1",
    );
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const both = (one: string, other: string): Promise<string> =>
    digestOf(host, one, `printf '%s\\n%s\\n' "$(digest_of ${one})" "$(digest_of ${other})" | sha256`);
  const renaming = (base: string, container = fresh): string =>
    convergeProgram(container, { action: "rename", base, otherName: "old" });
  const back = (base: string): string => convergeProgram(old, { base, otherName: name });
  const status = (): Promise<string> =>
    sh(
      `for name in old ${name}; do nixos-container status $name 2>/dev/null; done; cat var/lib/nixos-containers/*/gold`,
    );

  test("has all of it, and nothing is left under the old name", async () => {
    const generations = await sh("ls nix/var/nix/profiles/per-container/old");
    const done = await runProgram(host, renaming(await both(name, "old")));
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining("[1] renamed old, whose data it has now (")]);
    expect(done.stdout).toContain("built with nixos-container update (");
    expect(await status()).toBe("gone\nup\ngold");
    expect(await sh(`${places} | grep -w old`)).toBe("");
    expect((await sh(`ls nix/var/nix/profiles/per-container/${name}`)).split("\n")).toEqual(
      expect.arrayContaining(generations.split("\n")),
    );
    expect(await sh(`cat var/lib/nixos-containers/${name}/etc/nixos/configuration.nix`)).not.toMatch(/\bold\b/);
    expect(await sh("readlink var/log/journal/1")).toBe(`/var/lib/nixos-containers/${name}/var/log/journal/1`);
    expect(await sh("systemctl show machines.target -p Wants --value")).toContain(`container@${name}.service`);
    expect((await runProgram(host, renaming("any"))).stdout).toContain("nothing to do");
    expect((await runProgram(host, renaming(await digestOf(host, name)))).stdout).toContain("nothing to do");
  });

  test("takes a name of which empty folders are left, as of a container that the host declared once", async () => {
    await sh(
      `mkdir -p nix/var/nix/profiles/per-container/${name} nix/var/nix/gcroots/per-container/${name} etc/systemd/system.control/container@${name}.service.d`,
    );
    expect(await runProgram(host, renaming(await both(name, "old")))).toMatchObject({ code: 0 });
    expect(await status()).toBe("gone\nup\ngold");
  });

  test("is refused before anything moves where something of the new name is in the way", async () => {
    await sh(
      `mkdir -p nix/var/nix/profiles/per-container/${name}; ln -s /nix nix/var/nix/profiles/per-container/${name}/system-1-link`,
    );
    const refused = await runProgram(host, renaming(await both(name, "old")));
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("is in the way; nothing was touched")]);
    expect(await status()).toBe("up\ngone\ngold");
  });

  test("is a plan's promise of both names: what changed since is refused", async () => {
    const base = await both(name, "old");
    await sh("echo AUTO_START=1 >>etc/nixos-containers/old.conf");
    const refused = await runProgram(host, renaming(base));
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("changed since the plan was made")]);
    expect(await status()).toBe("up\ngone\ngold");
  });

  test("of an unseen host finds it there, or is made", async () => {
    const other = desired("other", sound);
    expect((await runProgram(host, convergeProgram(other, { base: "any", otherName: "never" }))).code).toBe(0);
    expect(await sh("nixos-container status other")).toBe("up");
    expect((await runProgram(host, renaming("any"))).stdout).toContain("renamed old");
    expect(await status()).toBe("gone\nup\ngold");
  });

  test.each([
    [
      "another's",
      "sed -i s,^owner=.*,owner=project/other, var/lib/cdktf-nixos/containers/old/journal",
      "old belongs to project/other",
    ],
    [
      "unfinished",
      "printf 'owner=project/stack\\naction=update\\n' >var/lib/cdktf-nixos/containers/old/intent",
      "was cut off",
    ],
    ["without a system", "rm -r nix/var/nix/profiles/per-container/old", "is not whole"],
    ["without a conf", "rm etc/nixos-containers/old.conf", "is not whole"],
  ])("is refused where that is %s, and nothing is touched", async (_, spoil, reason) => {
    await sh(spoil);
    const before = await sh(places);
    const refused = await runProgram(host, renaming("any"));
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining(reason)]);
    expect(await sh(`rm -rf var/lib/cdktf-nixos/failures; ${places}`)).toBe(before);
    expect(await sh("systemctl is-active container@old")).toBe("active");
  });

  test("is refused where that is a mount point", async () => {
    await host.mount("/var/lib/nixos-containers/old");
    expect((await runProgram(host, renaming("any"))).stdout).toContain("is a mount point, which cannot be renamed");
    expect(await status()).toBe("up\ngone\ngold");
  });

  test.each(["up", "down"])("goes back to an old name that was %s when a later step fails", async (was) => {
    if (was === "down") await sh("nixos-container stop old");
    const look = `${places} | grep -v 'system-[0-9]*-link'; cat etc/nixos-containers/* var/lib/nixos-containers/old/etc/nixos/configuration.nix var/lib/cdktf-nixos/containers/old/journal; readlink -f nix/var/nix/profiles/per-container/old/system`;
    // All but further generations, as after any change that goes back.
    const before = await sh(look);
    for (const container of [
      desired(name, broken, settings),
      desired(name, "# embedded-host: start fails\n{ }\n", { ...settings, unit: { memoryMax: "1G" } }),
    ]) {
      const failed = await runProgram(host, renaming(await both(name, "old"), container));
      expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("old is back as it was\n")]);
      expect(await sh(`cat var/lib/cdktf-nixos/failures/${name}`)).toContain("old is back as it was");
      expect(await sh(`rm -r var/lib/cdktf-nixos/failures; ${look}`)).toBe(before);
      expect(await status()).toBe(`${was}\ngone\ngold`);
    }
    expect((await runProgram(host, renaming(await both(name, "old")))).code).toBe(0);
    expect(await status()).toBe("gone\nup\ngold");
  });

  test("goes back when a part of it cannot be moved", async () => {
    const base = await both(name, "old");
    const before = await sh(places);
    const program = spliced(
      renaming(base),
      /^move_name "\$profiles\/\$1".*$/m,
      (line) => `if [ "$1" = old ]; then say 'mv: no'; return 1; fi\n${line}`,
    );
    const failed = await runProgram(host, program);
    expect([failed.code, failed.stdout]).toEqual([
      1,
      expect.stringContaining("old cannot be renamed; old is back as it was"),
    ]);
    expect(await sh(`rm -r var/lib/cdktf-nixos/failures; ${places}`)).toBe(before);
    expect(await status()).toBe("up\ngone\ngold");
  });

  test("that is killed at any time, and run again, ends in the new name", async () => {
    const program = renaming(await both(name, "old"));
    await killedEverywhere(host, program, `${everything(name)}; ${places}`, async () => {
      // Nothing of the data is ever lost.
      expect(await sh("cat var/lib/nixos-containers/*/gold")).toBe("gold");
    });
  }, 180_000);

  /** Where the work is killed: before and after each line that moves, and at the steps after it. */
  const lines = [
    /^rm -rf "\$wants\/container@\$1.service" "\$wants\/container@\$2.*$/m,
    /^move_name "\$confdir.*$/m,
    /^move_name "\$statedir.*$/m,
    /^move_name "\$profiles.*$/m,
    /^move_name "\$_roots.*$/m,
    /^rm -f "\$ours\/containers\/\$1\/yielded.*$/m,
    /^settle_names "\$control" "\$confdir".*$/m,
    /^rm -f "\$_theirs\/intent".*$/m,
    /^begin_change$/m,
    /^update_system$/m,
    /^bring_up_or_down$/m,
    /^end_change$/m,
  ];
  const cuts = lines.flatMap((line) => (["before", "after"] as const).map((place) => [place, line] as const));

  test.each(cuts)(
    "cut off %s %s: it goes on, is never removed, and can go back to the old name",
    async (place, line) => {
      const before = await host.snapshot();
      const program = renaming(await both(name, "old"));
      await runProgram(host, cutOff(program, place, line));
      const cut = await host.snapshot();
      const finished = (await sh(`cat var/lib/cdktf-nixos/containers/${name}/intent 2>/dev/null`)) === "";
      expect(await sh("cat var/lib/nixos-containers/*/gold")).toBe("gold");

      // The same plan again.
      expect((await runProgram(host, program)).code).toBe(0);
      expect([await status(), await sh(`${places} | grep -w old`)]).toEqual(["gone\nup\ngold", ""]);
      if (finished) return;

      // Neither name is removed halfway.
      await host.restore(cut);
      const lost = await sh(places);
      for (const program of [
        reapProgram([old, fresh].map((one) => ({ name: one.name, base: "" }))),
        teardownProgram(await sh("cat etc/machine-id")),
      ]) {
        const reaped = await runProgram(host, program);
        expect([reaped.code, reaped.stdout]).toEqual([1, expect.stringContaining("part of a rename that was cut off")]);
        expect(await sh(`rm -rf var/lib/cdktf-nixos/failures; ${places}`)).toBe(lost);
      }

      // The code has the old name again, and that run is killed as well.
      const returning = back(await both("old", name));
      await runProgram(host, cutOff(returning, place, line));
      expect(await sh("cat var/lib/nixos-containers/*/gold")).toBe("gold");
      const again = await host.snapshot();
      expect((await runProgram(host, returning)).code).toBe(0);
      expect([await status(), await sh(`${places} | grep -w ${name}`)]).toEqual(["up\ngone\ngold", ""]);

      // And once more the other way.
      await host.restore(again);
      if ((await sh(`ls var/lib/cdktf-nixos/containers/${name}/intent 2>/dev/null`)) === "") return;
      expect((await runProgram(host, renaming(await both(name, "old")))).code).toBe(0);
      expect([await status(), await sh(`${places} | grep -w old`)]).toEqual(["gone\nup\ngold", ""]);
      await host.restore(before);
    },
  );

  test.each([
    /^move_name "\$confdir.*$/m,
    /^move_name "\$profiles.*$/m,
    /^rm -f "\$ours\/containers\/\$1\/yielded.*$/m,
    /^set_unit "\$w_other".*$/m,
  ])("cut off on its way back from a build that fails, before %s, ends in one of the two names", async (line) => {
    const program = (text: string, base: string): string => renaming(base, desired(name, text, settings));
    const base = await both(name, "old");
    // The moves are those of the way there as well.
    const when = line.source.includes("move_name") || line.source.includes("yielded") ? `[ "$1" = ${name} ]` : "true";
    await runProgram(
      host,
      spliced(program(broken, base), line, (found) => `if ${when}; then ${killed}; fi\n${found}`),
    );
    expect(await sh("cat var/lib/nixos-containers/*/gold")).toBe("gold");
    const cut = await host.snapshot();
    expect((await runProgram(host, program(broken, base))).stdout).toContain("old is back as it was");
    expect(await status()).toBe("up\ngone\ngold");
    await host.restore(cut);
    expect((await runProgram(host, program(sound, await both(name, "old")))).code).toBe(0);
    expect([await status(), await sh(`${places} | grep -w old`)]).toEqual(["gone\nup\ngold", ""]);
    await host.restore(cut);
    expect((await runProgram(host, back(await both("old", name)))).code).toBe(0);
    expect([await status(), await sh(`${places} | grep -w ${name}`)]).toEqual(["up\ngone\ngold", ""]);
  });

  test("cut off while the host reboots, nothing of it starts by itself, and the next run ends it", async () => {
    const program = renaming(await both(name, "old"));
    await runProgram(host, cutOff(program, "before", /^move_name "\$statedir.*$/m));
    await host.reboot();
    expect(await sh("ls var/lib/nixos-containers; systemctl is-active container@old")).toBe("old\ninactive");
    expect((await runProgram(host, program)).code).toBe(0);
    expect(await status()).toBe("gone\nup\ngold");
  });

  test("cut off, and then a build that fails: the old name is back as it was", async () => {
    const bad = renaming(await both(name, "old"), desired(name, broken, settings));
    await runProgram(host, cutOff(bad, "before", /^move_name "\$profiles.*$/m));
    const failed = await runProgram(host, bad);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("old is back as it was")]);
    expect(await status()).toBe("up\ngone\ngold");
    expect(await sh("systemctl show machines.target -p Wants --value")).toContain("container@old.service");
  });
});
