import { EmbeddedHost } from "../../src/sim";
import { broken, convergeProgram, desired, inRoot, reapProgram, runProgram, sound } from "./program";

const long = "web-application-frontend";
const places = `ls -A etc/nixos-containers var/lib/nixos-containers nix/var/nix/profiles/per-container var/lib/cdktf-nixos/containers etc/systemd/system.control 2>/dev/null`;

describe("a container whose name nixos-container create refuses", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start();
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const converge = (name: string, text: string, adopt = false): ReturnType<typeof runProgram> =>
    runProgram(host, convergeProgram(desired(name, text, { adopt }), { action: "create" }));

  test("is refused by it: the control", async () => {
    expect(await sh(`nixos-container create ${long}`)).toContain("is too long");
  });

  test("is built with update, and looks to whoever reads the host by hand as any other", async () => {
    const modes = (name: string): Promise<string> =>
      sh(
        `stat -c '%a %F' etc/nixos-containers/${name}.conf var/lib/nixos-containers/${name} var/lib/nixos-containers/${name}/etc/nixos nix/var/nix/profiles/per-container/${name}; ls -A nix/var/nix/profiles/per-container/${name}`,
      );
    const made = await converge(long, sound);
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining("[2] built with nixos-container update (")]);
    expect(made.stdout).not.toContain("reloaded");
    expect((await converge("short", sound)).code).toBe(0);
    expect(await modes(long)).toBe(await modes("short"));
    expect(await sh(`nixos-container list; nixos-container status ${long}`)).toBe(`short\n${long}\nup`);
    expect((await converge(long, sound)).stdout).toContain("nothing to do");
    expect((await runProgram(host, reapProgram([{ name: long, base: "" }]))).code).toBe(0);
    expect(await sh("nixos-container list; ls var/lib/nixos-containers")).toBe("short\nshort");
  });

  test("of 64 characters has a host name of 63, and without one is told that its host name is none", async () => {
    const name = "a".repeat(64);
    expect((await converge(name, sound)).code).toBe(0);
    const program = convergeProgram(desired("b".repeat(64), sound));
    const nameless = program.replace(/^ {2}networking\.hostName = .*\n/m, "").replace(/^w_inside=.*$/m, "w_inside=''");
    expect(nameless).not.toBe(program);
    const failed = await runProgram(host, nameless);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("networking.hostName is no host name")]);
    expect(await sh("nixos-container list")).toBe(name);
  });

  test("leaves nothing behind when its first build fails", async () => {
    await sh("nixos-container list");
    const before = await sh(places);
    const failed = await converge(long, broken);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("nothing of it is left on the host")]);
    expect(await sh(places)).toBe(before);
    expect((await converge(long, sound)).code).toBe(0);
  });

  test("keeps the data of an earlier container, be its build good or bad", async () => {
    const root = `var/lib/nixos-containers/${long}`;
    await sh(`mkdir -p ${root}/etc/nixos; echo gold >${root}/gold; echo '{ }' >${root}/etc/nixos/configuration.nix`);
    const failed = await converge(long, broken, true);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("what was there before is back")]);
    expect(await sh(`cat ${root}/gold ${root}/etc/nixos/configuration.nix; nixos-container list`)).toBe("gold\n{ }");
    expect((await converge(long, sound, true)).code).toBe(0);
    expect(await sh(`cat ${root}/gold; ls -A var/lib/nixos-containers; nixos-container status ${long}`)).toBe(
      `gold\n${long}\nup`,
    );
  });

  test("that has lost its system is made anew on its data", async () => {
    expect((await converge(long, sound)).code).toBe(0);
    await sh(
      `echo gold >var/lib/nixos-containers/${long}/gold; rm -r nix/var/nix/profiles/per-container/${long} nix/store/*-nixos-system-${long}-*`,
    );
    expect((await converge(long, sound)).code).toBe(0);
    expect(await sh(`cat var/lib/nixos-containers/${long}/gold; nixos-container status ${long}`)).toBe("gold\nup");
  });
});
