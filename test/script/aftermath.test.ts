import { EmbeddedHost } from "../../src/sim";
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

const machine = "1".repeat(32);
const dir = "var/lib/cdktf-nixos/containers/data";
const root = "var/lib/nixos-containers/data";

describe("what a run that failed or was cut off leaves", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ machineId: machine });
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const succeeds = async (program: string): Promise<string> => {
    const { code, stdout } = await runProgram(host, program);
    expect([code, stdout]).toEqual([0, expect.any(String)]);
    return stdout;
  };
  const isKilled = async (program: string): Promise<void> => {
    expect(await runProgram(host, program)).toMatchObject({ code: 137 });
  };
  const remove = reapProgram([{ name: "data", base: "" }]);

  test("the module files that a retained container imports are there after its adoption has failed", async () => {
    await succeeds(convergeProgram(desired("data", sound, { removalPolicy: "retain" })));
    await succeeds(remove);
    const look = `ls ${dir}; cat ${root}/etc/nixos/configuration.nix; cat ${dir}/modules-*/container.nix`;
    const seen = await sh(look);
    const adoption = convergeProgram(desired("data", broken, { adopt: true }), { action: "adopt" });
    const failed = await runProgram(host, adoption);
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("what was there before is back\n")]);
    expect(await sh(look)).toBe(seen);
    expect(await sh("nixos-container update data >/dev/null 2>&1; echo $?")).toBe("0");
  });

  describe("of a create on data that are there", () => {
    const network = { hostAddress: "10.231.30.1", localAddress: "10.231.30.2" };
    const creation = (text: string): string =>
      convergeProgram(desired("data", text, { adopt: true, network }), { action: "create" });
    beforeEach(async () => {
      await host.edit(`/${root}/gold`, "gold");
    });

    test.each([
      ["succeeds", sound, "up"],
      ["fails", broken, "down"],
    ])(
      "a container that came up without them is stopped before they come back, and the next run %s",
      async (_, text, status) => {
        const built = /^put_root_back "\$w_name" .*\n(?=done_step "built with nixos-container \$_by"$)/m;
        await isKilled(cutOff(creation(sound), "before", built));
        expect(await sh(`nixos-container start data; nixos-container status data; ls ${root}`)).toMatch(
          /^up\n(?!.*gold)/s, // the control
        );
        const back = /^mv -T "\$statedir\/\.kept-\$1" "\$statedir\/\$1" .*$/m;
        const told = 'say "back while $(systemctl show "container@$1" -p ActiveState --value)"';
        const { stdout } = await runProgram(
          host,
          spliced(creation(text), back, (line) => `${told}\n${line}`),
        );
        expect(stdout).toContain("back while inactive\n");
        expect(await sh(`nixos-container status data; cat ${root}/gold`)).toBe(`${status}\ngold`);
      },
    );

    test("a removal takes all away the first time, and archives them", async () => {
      await isKilled(cutOff(creation(sound), "before", /^build "\$_by" "\$@".*$/m));
      expect(await sh("ls -A var/lib/nixos-containers")).toBe(".kept-data"); // the control
      expect(await succeeds(teardownProgram(machine))).toContain("data: stopped and archived in ");
      expect(await sh("ls var/lib; cat var/lib/nixos-containers/.archive/data-*/root/gold")).toBe(
        "nixos-containers\ngold",
      );
    });
  });

  test("an intent is never that of a change which has been finished since", async () => {
    const second = convergeProgram(desired("data", "{ ... }:\n{ a = 1; }\n"));
    await succeeds(convergeProgram(desired("data", sound)));
    await isKilled(cutOff(second, "after", /^begin_change$/m));
    await isKilled(cutOff(remove, "after", /^keep_unfinished( \|\| .*)?$/m));
    expect(await sh(`ls ${dir}`)).toContain("intent.unfinished"); // the control
    await succeeds(second);
    const configuration = await sh(`cat ${root}/etc/nixos/configuration.nix`);
    const lost = spliced(remove, /^if kill -0 "\$front" 2>\/dev\/null; then$/m, () => "if false; then");
    const spared = await runProgram(host, lost);
    expect([spared.code, spared.stdout]).toEqual([1, expect.stringContaining("data: left alone, as the connection")]);
    expect(await sh(`ls ${dir}`)).toMatch(/^journal\nmodules-\w+$/);
    expect(await runProgram(host, convergeProgram(desired("data", broken)))).toMatchObject({ code: 1 });
    expect(await sh(`cat ${root}/etc/nixos/configuration.nix`)).toBe(configuration);
  });

  test("a removal's note of its end survives another run that tidies up at the same time", async () => {
    await succeeds(convergeProgram(desired("data", sound)));
    const both = spliced(remove, /^mkdir -p "\$ours\/reaps"$/m, (line) => `${line}\n(tidy) &\nsleep 0.5`);
    await succeeds(both);
    expect(await sh("cat var/lib/cdktf-nixos/reaps/*")).toBe(Buffer.from("token").toString("base64"));
  });

  test.each([
    ["its folder was made", killed],
    ["its text was written, yet under another name", `mv() { ${killed}; }`],
  ])("nothing of a drop-in outlives a removal, where a run ended once %s", async (_, end) => {
    const program = convergeProgram(desired("data", sound, { timeouts: { start: 90 } }));
    const line = /^if ! say "\$3" \| write_file "\$got_drop_in" .*$/m;
    await isKilled(spliced(program, line, (found) => `${end}\n${found}`));
    expect(await sh("ls etc/systemd/system.control")).toBe("container@data.service.d"); // the control
    await succeeds(teardownProgram(machine));
    expect(await sh("ls -A etc/systemd | grep control")).toBe("");
  });
});
