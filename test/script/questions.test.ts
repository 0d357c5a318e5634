import { chmod, writeFile } from "node:fs/promises";
import { probeProgram } from "../../src/script";
import { EmbeddedHost } from "../../src/sim";
import { convergeProgram, desired, runProgram, sound } from "./program";

describe("what the options of containers want to know of their host", () => {
  let host: EmbeddedHost;
  beforeAll(async () => {
    host = await EmbeddedHost.start();
  });
  afterAll(() => host.stop());

  const asked = async (questions: Partial<Parameters<typeof probeProgram>[0]>): Promise<string[]> => {
    const program = probeProgram({ nonce: "n", become: false, sources: [], owners: [], syntax: [], ...questions });
    const { stdout } = await host.run("sh -s", { stdin: program });
    expect(stdout).toContain("@cdktf-nixos 1 n end");
    return stdout.split("\n").filter((line) => /^(unit|key|info\tdata\tstale|state\tdata\tforeign)/.test(line));
  };
  const place = async (path: string, text: string): Promise<void> => {
    await writeFile(`${host.path(path)}.new`, text);
    await chmod(`${host.path(path)}.new`, 0o755);
    await host.run(`mv -f '${host.path(path)}.new' '${host.path(path)}'`);
  };

  test("the state of units, one that is missing among them", async () => {
    const units = ["network.target", "nosuch.service"];
    expect(await asked({ units })).toEqual([
      "unit\tnetwork.target\tloaded\tactive",
      "unit\tnosuch.service\tnot-found\tinactive",
    ]);
    expect(await asked({ units: ["nosuch.service"] })).toEqual(["unit\tnosuch.service\tnot-found\tinactive"]);
    expect(await asked({})).toEqual([]);
  });

  test("whether nixos-container enters a container's own users; a tool that is no script of nixpkgs tells nothing", async () => {
    const keys = ["nsenter --all"];
    expect(await asked({ keys })).toEqual([]);
    const tool = "/run/current-system/sw/bin/nixos-container";
    const { stdout: text } = await host.run(`cat '${host.path(tool)}'`);
    await place(tool, `${text}# nsenter -t PID -m -u -i -n -p\n`);
    expect(await asked({ keys })).toEqual(["key\tnsenter --all\tno"]);
    await place(tool, `${text}# nsenter -t PID --all\n`);
    expect(await asked({ keys })).toEqual(["key\tnsenter --all\tyes"]);
  });

  test("what was set by hand, and credentials that have changed", async () => {
    await host.edit("/run/token", "one");
    const credentials = { token: { hostPath: "/run/token" } };
    await runProgram(host, convergeProgram(desired("data", sound, { credentials })));
    expect(await asked({})).toEqual([]);
    await host.edit("/run/token", "two");
    await host.run("systemctl set-property --runtime container@data.service TasksMax=77");
    expect((await asked({})).sort()).toEqual([
      "info\tdata\tstale-credential\ttoken",
      "state\tdata\tforeign-drop-in\t/run/systemd/system.control/container@data.service.d/50-TasksMax.conf",
    ]);
  });
});
