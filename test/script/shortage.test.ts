import { EmbeddedHost } from "../../src/sim";
import {
  broken,
  convergeProgram,
  desired,
  inRoot,
  reapProgram,
  runProgram,
  sound,
  spliced,
  teardownProgram,
  withFaults,
} from "./program";

const machine = "1".repeat(32);
const conf = "/etc/nixos-containers/data.conf";
const configuration = "/var/lib/nixos-containers/data/etc/nixos/configuration.nix";
/** Differs after a stop and start. */
const unit = (name: string): string => `systemctl show container@${name} -p ActiveState -p InvocationID --value`;
/** A shell function in a program's place: it fails for want of room where its arguments match, and else does what it does. */
const noRoomFor = (name: string, matching: string, before = ":"): string =>
  `${name}() { case "$*" in ${matching}) ${before}; echo "${name}: No space left on device" >&2; return 1 ;; esac; command ${name} "$@"; }`;

describe("a host that has no room left", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ machineId: machine });
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const deploy = async (...container: Parameters<typeof desired>): Promise<void> => {
    expect(await runProgram(host, convergeProgram(desired(...container)))).toMatchObject({ code: 0 });
  };

  test.each([
    ["teardown", teardownProgram(machine)],
    ["reap", reapProgram([{ name: "data", base: "" }])],
    ["converge", convergeProgram(desired("data", "{ ... }:\n{ a = 1; }\n"))],
  ])("a %s that /run has no room for is not run, and does nothing on the host", async (_, program) => {
    await deploy("data", sound);
    const calls = await host.calls();
    const short = noRoomFor("cat", '"$0"', 'head -n -1 "$0"');
    const { code, stdout } = await runProgram(host, withFaults(program, short));
    expect([code, stdout]).toEqual([
      1,
      "ERROR: the program cannot be copied to /run/cdktf-nixos (is /run full?): nothing was done\n",
    ]);
    expect(await host.calls()).toEqual(calls);
    expect(await sh("ls run/cdktf-nixos | grep work; nixos-container status data")).toBe("up");
  });

  test("a container whose conf cannot be rewritten is not retained, and keeps its conf and its journal", async () => {
    await host.edit("/tank/x/there", "");
    await deploy("data", sound, { removalPolicy: "retain", bindMounts: { "/x": { hostPath: "/tank/x" } } });
    const before = await host.read(conf);
    const removal = reapProgram([{ name: "data", base: "" }]);
    const refused = await runProgram(host, withFaults(removal, noRoomFor("sed", "'/^CDKTF_NIXOS_/d'*")));
    expect([refused.code, refused.stdout]).toEqual([
      1,
      expect.stringContaining("data: ERROR: its conf cannot be written (is the disk full?); left alone"),
    ]);
    expect(await host.read(conf)).toBe(before);
    expect(await sh("ls etc/nixos-containers var/lib/cdktf-nixos/containers/data/journal")).toBe(
      "var/lib/cdktf-nixos/containers/data/journal\n\netc/nixos-containers:\ndata.conf",
    );
    expect(await runProgram(host, removal)).toMatchObject({ code: 0 });
    expect(await host.read(conf)).not.toMatch(/^$|CDKTF_NIXOS_/);
  });

  test("an adoption of data that does not start puts back the configuration.nix that lay there", async () => {
    await host.edit(configuration, "# my own\n{ ... }: { }\n");
    await sh("echo gold >var/lib/nixos-containers/data/gold");
    const bridged = { adopt: true, network: { hostBridge: "missing", localAddress: "10.0.0.2/24" } };
    const failed = await runProgram(host, convergeProgram(desired("data", sound, bridged), { action: "create" }));
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("what was there before is back\n")]);
    expect(await host.read(configuration)).toBe("# my own\n{ ... }: { }\n");
    expect(await sh("cat var/lib/nixos-containers/data/gold; ls -A var/lib/cdktf-nixos")).toBe("gold\nfailures");
  });

  test("a conf that an adoption cannot put back is said to be missing, and kept until it is", async () => {
    const own = "PRIVATE_NETWORK=1\nEXTRA_NSPAWN_FLAGS=--bind=/tank/precious:/data\n";
    await host.edit(conf, own);
    await host.edit("/var/lib/nixos-containers/data/gold", "gold");
    const adoption = convergeProgram(desired("data", broken, { adopt: true }), { action: "adopt" });
    const failed = await runProgram(host, withFaults(adoption, noRoomFor("cp", '"-p "*/before/conf\\ *')));
    const kept = "/var/lib/cdktf-nixos/containers/data/before";
    expect([failed.code, failed.stdout]).toEqual([
      1,
      expect.stringContaining(
        `could not be put back entirely: see above, mend the host, and deploy again. It is kept in ${kept}\n`,
      ),
    ]);
    expect(await host.read(`${kept}/conf`)).toBe(own);
    expect(await host.read("/var/lib/nixos-containers/data/gold")).toBe("gold");
    const again = await runProgram(host, adoption);
    expect([again.code, again.stdout]).toEqual([1, expect.stringContaining("what was there before is back\n")]);
    expect(await host.read(conf)).toBe(own);
  });

  test.each(["intent", "yielded"])("nothing is stopped for a container whose %s cannot be written", async (file) => {
    const network = { hostAddress: "10.231.30.1", localAddress: "10.231.30.2" };
    await deploy("old", sound, { network });
    const before = await sh(unit("old"));
    const program = convergeProgram(desired("data", sound, { network }), { action: "create", stopFirst: ["old"] });
    // From there on: what was written of the change before stays.
    const faulty = spliced(program, /^stop_others$/m, (line) => `${noRoomFor("mv", `*/${file}`)}\n${line}`);
    const failed = await runProgram(host, faulty);
    expect([failed.code, failed.stdout]).toEqual([
      1,
      expect.stringContaining("what it stops cannot be written down (is the disk full?)"),
    ]);
    expect(failed.stdout).not.toContain("stopped old");
    expect(await sh(unit("old"))).toBe(before);
    expect(await runProgram(host, program)).toMatchObject({ code: 0 });
    expect(await sh("nixos-container status old; nixos-container status data")).toBe("down\nup");
  });

  describe("a daemon-reload that fails for want of room", () => {
    const timeout = (container: string): string => `systemctl show container@${container} -p TimeoutStartUSec --value`;
    const silent = noRoomFor("systemctl", "daemon-reload");
    const program = convergeProgram(desired("data", sound, { timeouts: { start: 300 } }));

    test.each([
      ["a create", false],
      ["an update", true],
    ])("fails %s, and the next run does it again", async (_, existed) => {
      if (existed) await deploy("data", sound);
      const failed = await runProgram(host, withFaults(program, silent));
      expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("cannot be set below")]);
      const again = await runProgram(host, program);
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("data: done")]);
      expect(await sh(timeout("data"))).toBe("5min");
    });

    test("fails an update, and a next run that wants what was before does it again as well", async () => {
      await deploy("data", sound);
      const was = await sh(timeout("data"));
      expect(await runProgram(host, withFaults(program, silent))).toMatchObject({ code: 1 });
      const calls = (await host.calls()).length;
      await deploy("data", sound);
      expect((await host.calls()).slice(calls).join("\n")).toContain("systemctl daemon-reload");
      expect(await sh(timeout("data"))).toBe(was);
    });

    test("at the end of a create that failed is told, and the next run does it again", async () => {
      const bridged = { timeouts: { start: 300 }, network: { hostBridge: "missing", localAddress: "10.0.0.2/24" } };
      const creation = convergeProgram(desired("data", sound, bridged), { action: "create" });
      const faulty = spliced(creation, /^give_up_create\(\) \{$/m, (line) => `${line}\n${silent}`);
      const failed = await runProgram(host, faulty);
      expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("could not be put back entirely")]);
      await deploy("data", sound);
      expect(await sh(timeout("data"))).not.toBe("5min");
    });

    test("fails a removal, and the next one does it again", async () => {
      await deploy("data", sound, { timeouts: { start: 300 } });
      const removal = reapProgram([{ name: "data", base: "" }]);
      const failed = await runProgram(host, withFaults(removal, silent));
      expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("cannot be removed; left alone")]);
      expect(await sh("nixos-container status data")).toBe("up");
      expect(await runProgram(host, removal)).toMatchObject({ code: 0 });
      expect(await sh(timeout("data"))).not.toBe("5min");
    });
  });
});
