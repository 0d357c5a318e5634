import { EmbeddedHost } from "../../src/sim";
import { dataProgram, inRoot, reapProgram, runProgram, withFaults } from "./program";

describe("a root directory in memory", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ durations: { build: 0.1, start: 0.1, stop: 0.1 } });
    expect(await converge({ ephemeral: true })).toMatchObject({ code: 0 });
  });
  afterEach(() => host.stop());

  const sh = (command: string): Promise<string> => inRoot(host, command);
  const converge = (...what: Parameters<typeof dataProgram>): ReturnType<typeof runProgram> =>
    runProgram(host, dataProgram(...what));

  test("goes with the container", async () => {
    expect(await runProgram(host, reapProgram([{ name: "data", base: "" }]))).toMatchObject({ code: 0 });
    expect(await sh("ls run/nixos-containers 2>/dev/null")).toBe("");
  });

  test("goes when the container leaves it and shall be down", async () => {
    expect(await converge({ running: false })).toMatchObject({ code: 0 });
    expect(await sh("ls run/nixos-containers 2>/dev/null")).toBe("");
  });

  test("starts empty also where an earlier one was left behind", async () => {
    expect(await converge({ restartIfChanged: false })).toMatchObject({ code: 0 });
    await sh("nixos-container stop data; mkdir -p run/nixos-containers/data; echo old >run/nixos-containers/data/old");
    expect(await converge({ ephemeral: true })).toMatchObject({ code: 0 });
    expect(await sh("ls run/nixos-containers/data")).not.toContain("old");
  });

  test("is what it runs in again when the drop-in was lost", async () => {
    await sh("rm -r etc/systemd/system.control/container@data.service.d; systemctl daemon-reload");
    await sh("systemctl restart container@data.service; touch var/lib/nixos-containers/data/var/on-disk");
    const { code, stdout } = await converge({ ephemeral: true });
    expect([code, stdout]).toEqual([0, expect.stringContaining("restarted")]);
    expect((await converge({ ephemeral: true })).stdout).toContain("nothing to do");
  });

  test("is never taken from a container that runs on it, whoever told it to", async () => {
    const same = 'stat() { case "$*" in *%d:%i*) echo 1:1 ;; *) command stat "$@" ;; esac; }';
    expect(await runProgram(host, withFaults(dataProgram({}), same))).toMatchObject({ code: 0 });
    expect(await sh("ls run/nixos-containers")).toBe("data");
  });
});
