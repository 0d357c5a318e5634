import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { Trouble } from "../../src/model/observed";
import { observeHost } from "../../src/observe/observe-host";
import { probeProgram } from "../../src/script/probe";
import { describeUnless, hasTool } from "../support/tools";
import { hostRequest, said, testContext } from "./context";
import { Bench, noSshd, type Sshd, user } from "./sshd";

describeUnless(noSshd, "what a login does before any command, as the real probe sees it", () => {
  let bench: Bench;
  let key: string;
  let server: Sshd;
  let startUpFile: string;

  beforeAll(async () => {
    delete process.env["SSH_AUTH_SOCK"];
    bench = new Bench();
    key = bench.key("id");
    startUpFile = path.join(bench.folder, "start-up");
    server = await bench.sshd([key], [`ForceCommand . ${startUpFile}`]);
  });
  afterAll(() => bench.close());

  function folder(name: string, mode = 0o700): string {
    const made = path.join(bench.folder, name);
    mkdirSync(made);
    chmodSync(made, mode);
    return made;
  }

  /** Logs in where a start-up file does this first, and returns what stands in the way of Terraform's scripts. */
  async function logIn(startUp: string, shell = "/bin/sh"): Promise<readonly Trouble[]> {
    bench.write("start-up", `export SHELL=${shell}\n${startUp}\nexec ${shell} -c "$SSH_ORIGINAL_COMMAND"\n`);
    const config = `IdentityFile ${key}\nUserKnownHostsFile ${bench.write("known", server.known())}\n`;
    const context = testContext(bench.folder, { sshConfig: bench.write("config", config) });
    const observation = await observeHost(
      hostRequest({ user, port: server.port, become: true }),
      probeProgram,
      context,
    );
    if (observation.kind !== "observed") throw new Error(said(observation));
    // This machine is no NixOS host: what it lacks for that is not in question here.
    return observation.host.troubles.filter(
      ({ word }) => !["no-command", "no-tool", "no-unit", "no-nixpkgs", "layout"].includes(word),
    );
  }

  it("A4: one that moves is told, and leaves nothing in the other folder", async () => {
    const home = folder("home", 0o755);
    const other = folder("elsewhere", 0o777);
    mkdirSync(path.join(home, "app"));
    for (const mode of [0o755, 0o700]) {
      chmodSync(home, mode);
      for (const [move, place] of [
        [`cd ${other}`, other],
        ["cd app", path.join(home, "app")],
        [`CDPATH=${bench.folder} cd elsewhere >/dev/null`, other],
      ] as const) {
        const troubles = await logIn(`export HOME=${home}; cd ${home}; ${move}`);
        expect(troubles).toEqual([
          { word: "not-home", text: expect.stringContaining(`they start in ${place},`) as string },
        ]);
        expect(readdirSync(place)).toEqual([]);
      }
      expect(await logIn(`export HOME=${home}; cd ${home}`)).toEqual([]); // the control
    }
  });

  it("A4: one that starts in its home is fine, whatever it makes of HOME, links, CDPATH and umask", async () => {
    const home = folder("real-home", 0o755);
    const link = path.join(bench.folder, "link-home");
    symlinkSync(home, link);
    expect(await logIn(`export HOME=${link}; cd ${home}`)).toEqual([]);
    expect(await logIn(`export HOME=${link}; cd ${link}`)).toEqual([]);
    expect(await logIn(`export HOME=${home} CDPATH=/:${bench.folder}; cd ${home} >/dev/null`)).toEqual([]);
    for (const umask of ["000", "077", "777"]) {
      rmSync(path.join(home, ".cdktf-nixos"), { recursive: true, force: true });
      expect(await logIn(`export HOME=${home}; cd ${home}; umask ${umask}`)).toEqual([]);
    }
    // sshd starts in the home directory of the account.
    expect(await logIn("unset HOME")).toEqual([]);
    expect(await logIn(`export HOME=${folder("new-home")}`)).toEqual([]);
    expect(readdirSync(path.join(bench.folder, "new-home"))).toEqual([]);
  });

  it("A4: one whose home is not there is told so, and none is made", async () => {
    const [trouble, ...others] = await logIn(`getent() { return 2; }; export HOME=${bench.folder}/gone; cd /`);
    expect(others).toEqual([]);
    expect(trouble).toMatchObject({ word: "not-home", text: expect.stringContaining("they start in /,") as string });
    expect(existsSync(`${bench.folder}/gone`)).toBe(false);
  });

  it("A11: one without scp or chmod on its PATH is told", async () => {
    const bin = folder("bin");
    const needed =
      "awk base64 cat cut date find flock getent grep head id ip mkdir mktemp mountpoint readlink rm sed setsid sh sha256sum sort stat tail timeout tr xargs";
    const link = (names: string): string =>
      `for name in ${names}; do ln -sf "$(command -v $name)" ${bin}/; done; PATH=${bin}`;
    const words = async (names: string): Promise<string[]> =>
      (await logIn(link(names))).map(({ word, text }) => `${word} ${text}`);
    expect(await words(`${needed} chmod`)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^no-scp no scp on the PATH of the login: /)]),
    );
    expect((await words(`${needed} chmod scp`)).filter((text) => text.startsWith("no-scp"))).toEqual([]); // the control
  });

  (hasTool("rbash") ? it : it.skip)("A11: a restricted shell runs no file, and is told by its own words", async () => {
    expect(await logIn(":", "/bin/rbash")).toEqual([
      { word: "no-run", text: expect.stringMatching(/^\/bin\/rbash: .*restricted/) as string },
    ]);
    expect(await logIn(":", "/bin/bash")).toEqual([]); // the control
    expect(readdirSync(process.env["HOME"] ?? "/").filter((name) => /^\.cdktf-nixos-\d+$/.test(name))).toEqual([]);
  });

  it("A20: a user without sudo is told so, and of doas", async () => {
    const bin = folder("no-sudo");
    const start = (names: string): string =>
      `for name in awk base64 cat chmod cut date find getent grep head ip mkdir mktemp readlink rm sed sh sort stat tail tr scp; do ln -sf "$(command -v $name)" ${bin}/; done
       for name in ${names}; do printf '#!/bin/sh\\necho 1000\\n' >${bin}/$name; chmod 755 ${bin}/$name; done; PATH=${bin}`;
    await expect(logIn(start("id doas"))).rejects.toThrow(/knows no sudo\n.*; there is doas\n/);
  });
});
