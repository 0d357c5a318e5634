import { EmbeddedHost } from "../../src/sim";
import { convergeProgram, desired, runProgram } from "./program";

describe("a host that chooses the state version itself", () => {
  let host: EmbeddedHost;
  let mark = 0;
  beforeEach(async () => {
    host = await EmbeddedHost.start();
    await converge();
    host.upgradeNixpkgs({ release: "25.11", suffix: ".20251201.fedcba9" });
    await converge();
  });
  afterEach(() => host.stop());

  /** Deploys yet another configuration, so that it is built, by whatever nixpkgs the host has now. */
  async function converge(): Promise<void> {
    const text = `{ ... }:\n{\n  environment.etc.mark.text = "${++mark}";\n}\n`;
    const outcome = await runProgram(host, convergeProgram(desired("one", text), { stateVersion: "auto" }));
    if (outcome.code !== 0) throw new Error(outcome.stdout);
  }

  async function versions(): Promise<string> {
    const { stdout } = await host.run(
      'cd "$CDKTF_NIXOS_ROOT"; cat var/lib/cdktf-nixos/containers/one/modules-*/container.nix var/lib/cdktf-nixos/containers/one/journal etc/nixos-containers/one.conf',
      { user: "root" },
    );
    return stdout
      .split("\n")
      .filter((line) => /state_?-?version/i.test(line))
      .join("\n");
  }

  const kept = '  system.stateVersion = lib.mkDefault "25.05";\nstate-version=25.05\nCDKTF_NIXOS_STATE_VERSION=25.05';
  const ours = "$CDKTF_NIXOS_ROOT/var/lib/cdktf-nixos/containers/one";

  test.each([
    ["as it is", "true"],
    ["without its journal", `rm "${ours}/journal"`],
    ["without the version in its journal", `sed -i /^state-version=/d "${ours}/journal"`],
    [
      "without the version in its journal and conf",
      `sed -i /^state-version=/d "${ours}/journal"; sed -i /VERSION/d "$CDKTF_NIXOS_ROOT/etc/nixos-containers/one.conf"`,
    ],
    ["without anything of ours", 'rm -r "$CDKTF_NIXOS_ROOT/var/lib/cdktf-nixos"'],
  ])("never moves that of a container %s", async (_what, command) => {
    await host.run(command, { user: "root" });
    await converge();
    expect(await versions()).toBe(kept);
  });
});
