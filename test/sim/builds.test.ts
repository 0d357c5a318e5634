import fs from "node:fs";
import { EmbeddedHost, type CommandResult } from "../../src/sim";
import { containing, output } from "./client";

const PROFILE = "/nix/var/nix/profiles/per-container/web/system";

describe("4 builds and profiles", () => {
  let host: EmbeddedHost;
  beforeEach(async () => {
    host = await EmbeddedHost.start({ name: "web1", user: "deploy" });
  });
  afterEach(() => host.stop());

  const ok = (command: string): Promise<string> => output(host, command, "root");
  const update = (words: string): Promise<CommandResult> =>
    host.run(`nixos-container update web ${words}`, { user: "root" });
  const profileOf = (name: string): string => host.path(`/nix/var/nix/profiles/per-container/${name}`);
  const system = (name = "web"): string =>
    fs.readlinkSync(`${profileOf(name)}/${fs.readlinkSync(`${profileOf(name)}/system`)}`);
  const generations = (): string[] =>
    fs
      .readdirSync(profileOf("web"))
      .filter((file) => file.endsWith("-link"))
      .sort();
  const nixEnv = (words: string, user = "root"): Promise<CommandResult> =>
    host.run(`nix-env -p ${PROFILE} ${words}`, { user });

  test("4.1 a system's path is a hash of everything in it, wherever that lies", async () => {
    await host.edit("/var/lib/one/web.nix", "{ a = 1; }");
    await host.edit("/var/lib/two/web.nix", "{ a = 1; }");
    await ok(`nixos-container create web --config-file ${host.path("/var/lib/one/web.nix")}`);
    const first = system();
    expect(first).toMatch(/^\/nix\/store\/[0-9a-df-np-sv-z]{32}-nixos-system-web-25\.05\.20250612\.abcdef0$/);
    expect(await host.read(`${first}/nixos-version`)).toBe("25.05.20250612.abcdef0");
    expect(await host.read(`${first}/etc/os-release`)).toContain('VERSION_ID="25.05"');
    for (const file of ["init", "system"]) expect(fs.existsSync(host.path(`${first}/${file}`))).toBe(true);
    await update(`--config-file ${host.path("/var/lib/two/web.nix")}`);
    expect(system()).toBe(first);
    await ok(`nixos-container create other --config-file ${host.path("/var/lib/one/web.nix")}`);
    expect(system("other")).not.toBe(first);
    const twin = await EmbeddedHost.start();
    await twin.edit("/etc/web.nix", "{ a = 1; }");
    await output(twin, `nixos-container create web --config-file ${twin.path("/etc/web.nix")}`);
    expect(fs.readlinkSync(twin.path(`${PROFILE.slice(0, -6)}system-1-link`))).toBe(first);
    await twin.stop();
    host.upgradeNixpkgs({ release: "25.11" });
    await update("");
    expect(system()).not.toBe(first);
  });

  test("4.2 imports are followed, files and directories", async () => {
    await host.edit(
      "/etc/m/container.nix",
      "{ imports = [ ./config ../shared.nix ]; environment.etc.x.source = ./files; }",
    );
    await host.edit("/etc/m/config/default.nix", "{ imports = [ ./deep.nix ]; }");
    await host.edit("/etc/m/config/deep.nix", "{ a = 1; }");
    await host.edit("/etc/m/files/page.html", "one");
    await host.edit("/etc/shared.nix", "{ }");
    await host.edit("/etc/unrelated.nix", "{ }");
    await ok(`nixos-container create web --config-file ${host.path("/etc/m/container.nix")}`);
    const seen = [system()];
    for (const file of ["m/config/deep.nix", "m/files/page.html", "shared.nix"]) {
      await host.edit(`/etc/${file}`, "{ b = 2; }");
      await update("");
      seen.push(system());
    }
    expect(new Set(seen).size).toBe(4);
    await host.edit("/etc/unrelated.nix", "{ c = 3; }");
    await update("");
    expect(system()).toBe(seen[3]);
  });

  test.each([
    ["{ a = { b = 1; }", "unexpected end of file"],
    ["{ a = ( 1 ]; }", "unexpected ']'"],
    ["{ a = 1 }", "expecting ';'"],
    ["{ a = 1 b = 2; }", "expecting ';'"],
    ['{ a = throw "reason given"; }', "error: reason given"],
    ["{ imports = [ ./missing.nix ]; }", "missing.nix' does not exist"],
    ['{ a = "never ends; }', "unexpected end of file"],
  ])("4.3 a build of %s fails", async (text, reason) => {
    await host.edit("/etc/web.nix", text);
    const result = await host.run(`nixos-container create web --config-file ${host.path("/etc/web.nix")}`, {
      user: "root",
    });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(reason);
  });

  test("4.3 comments, strings and every shape of module are no errors", async () => {
    await host.edit(
      "/etc/web.nix",
      `# { throw "x"
      { config, lib, pkgs, ... }@args: let f = { a, b ? 1 == 1 }: a; /* ( throw "y" */ in {
        imports = [ (args: { }) "\${toString ./.}" ];
        services.nginx = { enable = true; virtualHosts."a.b".locations."/".return = "200 '\${toString 1}' throw \\"x\\" {"; };
        systemd.services.x.script = ''
          echo ''\${foo} $\${bar} { ( ''' throw "z"
          \${pkgs.hello}/bin/hello "
        '';
        a = if 1 == 2 || 1 <= 3 then 3 else 4;
        b = x: let c = 1; in c;
        c = [ 1 2 (d: d) { g = 1; } ];
      }`,
    );
    await ok(`nixos-container create web --config-file ${host.path("/etc/web.nix")}`);
    expect(await ok(`nix-instantiate --parse ${host.path("/etc/web.nix")}`)).toContain("virtualHosts");
  });

  test("4.4 nixpkgs is what is passed, else what NIX_PATH finds", async () => {
    const old = host.nixpkgs;
    host.upgradeNixpkgs({ release: "25.11", suffix: ".20251101.fedcba9" });
    expect(host.nixpkgs).not.toBe(old);
    await ok("nixos-container create web");
    expect(system()).toContain("25.11.20251101.fedcba9");
    await ok(`nixos-container update web --nixos-path ${old}/nixos`);
    expect(system()).toContain("25.05.20250612.abcdef0");
    await ok(`nixos-container update web --nixos-path ${host.path(host.nixpkgs)}/nixos`);
    expect(system()).toContain("25.11");
    expect(await update("--nixos-path /nix/store/gone/nixos")).toMatchObject({
      code: 1,
      stderr: containing("No such file or directory"),
    });
    const bare = await EmbeddedHost.start({ nixpkgs: { source: "none" } });
    expect((await bare.run("nixos-container create web")).stderr).toContain("was not found in the Nix search path");
    await bare.stop();
  });

  test("4.5 nix-env keeps generations", async () => {
    await ok("nixos-container create web --config 'a = 1;'");
    const first = system();
    for (const number of [2, 3, 4]) await update(`--config 'a = ${number};'`);
    expect(generations()).toEqual([1, 2, 3, 4].map((number) => `system-${number}-link`));
    expect(await nixEnv("--rollback")).toMatchObject({ code: 0, stderr: "switching profile from version 4 to 3\n" });
    expect(await nixEnv("--switch-generation 1")).toMatchObject({ code: 0 });
    expect(system()).toBe(first);
    expect((await nixEnv("--rollback")).code).toBe(1);
    expect((await nixEnv("-G 9")).stderr).toContain("profile version 9 does not exist");
    expect((await nixEnv("--list-generations")).stdout).toMatch(
      /^ {3}1 {3}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {3}\(current\)\n {3}2 /,
    );
    await nixEnv(`--set ${first}`);
    expect(fs.readlinkSync(host.path(PROFILE))).toBe("system-5-link");
    await nixEnv(`--set ${host.path(first)}`);
    expect(fs.readlinkSync(host.path(PROFILE))).toBe("system-5-link");
    expect((await nixEnv("--delete-generations 5")).stderr).toContain("cannot delete current version");
    await nixEnv("--delete-generations 2");
    expect(generations()).not.toContain("system-2-link");
    await nixEnv("--delete-generations +2");
    expect(generations()).toEqual(["system-4-link", "system-5-link"]);
    await nixEnv("--delete-generations old");
    expect(generations()).toEqual(["system-5-link"]);
    expect((await nixEnv("--set /nix/store/none")).code).toBe(1);
    expect((await nixEnv("--rollback", "deploy")).stderr).toContain("Permission denied");
  });

  test("4.6 nix-instantiate finds nixpkgs below the root and parses", async () => {
    const found = await ok("nix-instantiate --find-file nixpkgs");
    expect(found.startsWith(`${host.root}/nix/`)).toBe(true);
    expect(fs.realpathSync(found)).toBe(host.path(host.nixpkgs));
    expect(await ok(`cat ${found}/.version ${found}/.version-suffix`)).toBe("25.05\n.20250612.abcdef0");
    expect((await host.run("nix-instantiate --find-file nothing")).code).toBe(1);
    const flake = await EmbeddedHost.start({ nixpkgs: { source: "flake" } });
    expect(await output(flake, "nix-instantiate --find-file nixpkgs")).toBe(flake.path(flake.nixpkgs));
    expect(await output(flake, "nixos-container create web 2>&1")).toContain("nixos-system-web-25.05pre-git");
    await flake.stop();
    for (const path of ["$PATH", '"$CDKTF_NIXOS_ROOT/run/current-system/sw/bin:/plain"']) {
      await ok(
        "mkdir -p $TMPDIR/plain && for tool in sh sed awk cat rm date flock; do ln -sf $(command -v $tool) $TMPDIR/plain/$tool; done",
      );
      const parse = (text: string) =>
        host.run(
          `printf %s '${text}' >x.nix; PATH=${path.replace("/plain", "$TMPDIR/plain")} nix-instantiate --parse x.nix`,
          { user: "root" },
        );
      expect((await parse("{ a = 1; }")).code).toBe(0);
      expect(await parse("{ a = 1 }")).toMatchObject({ code: 1, stderr: containing("syntax error") });
    }
  });

  test("4.7 garbage collection keeps what is rooted, and what runs", async () => {
    await ok("nixos-container create web --config 'a = 1;'");
    await ok("nixos-container start web");
    for (const number of [2, 3, 4]) await update(`--config 'a = ${number};'`);
    const [rooted, forgotten, current, running] = [1, 2, 3, 4].map((number) =>
      fs.readlinkSync(host.path(`${PROFILE}-${number}-link`)),
    );
    await ok(
      `mkdir -p $CDKTF_NIXOS_ROOT/nix/var/nix/gcroots/cdktf-nixos && ln -s ${rooted} $CDKTF_NIXOS_ROOT/nix/var/nix/gcroots/cdktf-nixos/web`,
    );
    await nixEnv("--switch-generation 3");
    const kept = (): boolean[] =>
      [rooted, forgotten, current, running, host.nixpkgs].map((store) => fs.existsSync(host.path(store)));
    await ok("nix-collect-garbage");
    expect(kept()).toEqual([true, true, true, true, true]);
    await ok("nix-collect-garbage --delete-older-than 1d");
    expect(kept()).toEqual([true, false, true, true, true]);
    expect(generations()).toEqual(["system-3-link"]);
    await ok("nixos-container stop web && nix-collect-garbage -d");
    expect(kept()).toEqual([true, false, true, false, true]);
    expect((await host.run("nix-collect-garbage")).code).toBe(1);
  });

  test("4.8 a flake is a directory with a flake.nix that names the attribute", async () => {
    await host.edit("/etc/flake/flake.nix", '{ outputs = { self }: { nixosConfigurations."prod" = 1; }; }');
    const build = (reference: string) =>
      host.run(`nix build -o out --no-write-lock-file -- '${reference}'`, { user: "root" });
    expect((await build('path:/etc/flake#nixosConfigurations."prod".config.system.build.toplevel')).code).toBe(0);
    expect(fs.readlinkSync(host.path("/root/out"))).toMatch(/^\/nix\/store\/.*-nixos-system-prod-/);
    expect((await build('/etc/flake#nixosConfigurations."other".config.system.build.toplevel')).code).toBe(1);
    expect((await build('/etc#nixosConfigurations."prod".config.system.build.toplevel')).stderr).toContain(
      "does not contain a 'flake.nix'",
    );
  });
});
