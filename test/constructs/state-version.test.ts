import { planOf } from "../../constructs";
import { EmbeddedHost } from "../../src/sim/package-entry";
import { NixosContainer, type NixosContainerProps, NixosHost } from "../../constructs";
import { newContainer, newHost, newStack, refusal } from "./app";

describe("F10: what config says of system.stateVersion", () => {
  test.each([
    ["a text", '{ ... }:\n{ system.stateVersion = "23.11"; }\n'],
    ["an object", { system: { stateVersion: "23.11" } }],
  ])("is the container's, as %s", (_title, config) => {
    const stack = newStack();
    newContainer(stack, newHost(stack), "db", { config });
    expect(planOf(stack).declared("db").stateVersion).toBe("23.11");
  });

  test("must not contradict the prop", () => {
    const stack = newStack();
    const config = { system: { stateVersion: "23.11" } };
    newContainer(stack, newHost(stack), "db", { config, stateVersion: "23.11" });
    newContainer(stack, newHost(stack, "web2"), "db2", { config, stateVersion: "25.05" });
    expect(refusal(() => planOf(stack)).problems.map(({ what }) => what)).toEqual([
      'stateVersion is "25.05", and config sets system.stateVersion to "23.11", which goes before it',
    ]);
  });
});

describe("what a host tells of a container to be adopted", () => {
  let host: EmbeddedHost;
  beforeAll(async () => {
    host = await EmbeddedHost.start({ name: "web1" });
  });
  afterAll(() => host.stop());

  const planned = (props: Partial<NixosContainerProps> = {}) => {
    const stack = newStack({ observe: "on" });
    const web1 = new NixosHost(stack, "web1", host.connection);
    new NixosContainer(stack, "db", { host: web1, config: "{ }", adopt: true, ...props });
    return planOf(stack).container("db");
  };
  const configuration = "/var/lib/nixos-containers/db/etc/nixos/configuration.nix";

  test("its own configuration.nix, whatever is in it, and nothing a link leads to", async () => {
    await host.run("nixos-container create db", { user: "root" });
    await host.edit(configuration, "# mine, ü\t\\t\n{ boot.isContainer = true; }\n");
    expect(planned().config[0]?.lines.slice(1, 3)).toEqual(["-# mine, ü\t\\t", "-{ boot.isContainer = true; }"]);
    expect(planned({ adopt: false }).action).toBe("conflict");
    await host.edit(configuration, `# ${"x".repeat(70_000)}\n`);
    expect(planned().notes.join()).toContain("not shown here: it is longer than 64 KiB");
    await host.run(`printf '# \\377\\n' >"$CDKTF_NIXOS_ROOT${configuration}"`);
    expect(planned().notes.join()).toContain("not shown here: it is no UTF-8 text");
    await host.run(`cd "$CDKTF_NIXOS_ROOT" && echo secret >secret && ln -sf "$PWD/secret" ".${configuration}"`);
    expect(JSON.stringify(planned())).not.toContain("secret");
    await host.run(`rm "$CDKTF_NIXOS_ROOT${configuration}" && mkfifo "$CDKTF_NIXOS_ROOT${configuration}"`);
    expect(planned().action).toBe("adopt");
    await host.remove(configuration);
    await host.run("nixos-container destroy db", { user: "root" });
  });

  test("the release that ran in a directory that is left, from the store alone", async () => {
    const etc = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-etc/etc";
    await host.edit(`${etc}/os-release`, 'NAME=NixOS\nVERSION_ID="23.11"\n');
    const link = (target: string) =>
      host.run(`cd "$CDKTF_NIXOS_ROOT/var/lib/nixos-containers" && mkdir -p db/etc && ln -sfn ${target} db/etc/static`);
    await link(etc);
    expect(planned()).toMatchObject({ action: "create", effect: "danger", stateVersion: "23.11", problems: [] });
    await link("/etc");
    expect(planned().problem?.what).toContain("nothing tells the stateVersion");
    await link("/nix/store/../../etc");
    expect(planned().problem?.what).toContain("nothing tells the stateVersion");
    expect(planned({ stateVersion: "24.05" })).toMatchObject({ effect: "none", problems: [] });
  });
});
