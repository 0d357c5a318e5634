import { EmbeddedHost } from "../../src/sim";
import { convergeProgram, desired, runProgram, sound, teardownProgram } from "./program";

const [earlier, now, third] = ["1", "2", "3"].map((digit) => digit.repeat(32)) as [string, string, string];
const byAddress = "address of web1";

describe("A1: teardown on a machine that is known by another key than at the deploy", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ machineId: now });
  });
  afterEach(() => host.stop());

  const deploy = async (name: string, machine: string, by?: string): Promise<void> => {
    const wanted = { ...desired(name, sound), ...(by !== undefined && { owner: by }) };
    expect(await runProgram(host, convergeProgram(wanted, { machine }))).toMatchObject({ code: 0 });
  };
  const teardown = (machine: string): ReturnType<typeof runProgram> => runProgram(host, teardownProgram(machine));
  const outcome = ({ code, stdout }: { readonly code: number | null; readonly stdout: string }) => [code, stdout];
  const names = async (): Promise<string> => (await host.run("nixos-container list")).stdout.trim();

  test.each([earlier, third])(
    "what was deployed under %s, or nobody knows where, is not passed over in silence",
    async (key) => {
      await deploy("one", key);
      await deploy("two", "");
      await deploy("three", now);
      const { code, stdout } = await teardown(earlier);
      expect(code).toBe(1);
      expect(stdout).toContain(`machine-id ${earlier}, and here it is ${now}; yet one two of project/stack are here`);
      expect(stdout).toContain(`terraform state rm 'null_resource.nixos-teardown["${earlier}"]'`);
      expect(stdout).toContain("three: left alone");
      expect(await names()).toBe("one\nthree\ntwo");
      expect(await teardown(now)).toMatchObject({ code: 0 });
      expect(await names()).toBe("");
    },
  );

  test.each([
    ["a machine-id for another", earlier, now],
    ["a machine-id for an address known after apply", byAddress, now],
    ["an address known after apply for a machine-id", now, byAddress],
    ["one address known after apply for another", byAddress, "address of web2"],
  ])("what was deployed again under %s belongs to that", async (_, was, is) => {
    await deploy("one", was);
    await deploy("one", is);
    const left = await teardown(was);
    expect([left.code, left.stdout]).toEqual([0, expect.stringContaining("one: left alone")]);
    expect(await names()).toBe("one");
    expect(await teardown(is)).toMatchObject({ code: 0 });
    expect(await names()).toBe("");
  });

  test.each([
    ["empty", ": >etc/machine-id"],
    ["missing", "rm etc/machine-id"],
    ["uninitialized", "echo uninitialized >etc/machine-id"],
  ])("a machine-id that is %s is not the one of the deploy", async (_, spoil) => {
    await deploy("one", now);
    await host.run(`cd "$CDKTF_NIXOS_ROOT"; ${spoil}`);
    expect(outcome(await teardown(now))).toEqual([1, expect.stringContaining("yet one of")]);
    expect(await names()).toBe("one");
  });

  test("where only others have containers, nothing is touched and nothing fails", async () => {
    await deploy("theirs", earlier, "another/stack");
    await host.run("nixos-container create wild");
    const { code, stdout } = await teardown(earlier);
    expect([code, stdout]).toEqual([0, expect.stringContaining("this is another machine")]);
    expect(await names()).toBe("theirs\nwild");
  });

  test("a protected one does not stop a teardown that is not its own", async () => {
    expect(
      await runProgram(host, convergeProgram(desired("safe", sound, { protect: true }), { machine: now })),
    ).toMatchObject({ code: 0 });
    expect(outcome(await teardown(earlier))).toEqual([0, expect.stringContaining("safe: left alone")]);
    expect(outcome(await teardown(now))).toEqual([1, expect.stringContaining("is protected")]);
  });
});
