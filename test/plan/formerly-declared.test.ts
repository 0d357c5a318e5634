import type { ObservedContainer } from "../../src/model/observed";
import { container, planOne, unmanaged } from "./support/model";

/** What the host's own configuration leaves of a container that was taken out of it: its root directory. */
function left(change: Partial<ObservedContainer> = {}): ObservedContainer {
  const { conf: _conf, profile: _profile, running: _running, release: _release, ...rest } = unmanaged("db");
  return { ...rest, unit: "down", active: "inactive dead", ...change };
}

const adopted = container("db", { adopt: true });

describe("F10: a container that the host's configuration declared, adopted with its data,", () => {
  test("goes on with the stateVersion that the code gives, without a danger that never was", () => {
    const plan = planOne(container("db", { adopt: true, stateVersion: "23.11" }), left());
    expect(plan).toMatchObject({ action: "create", effect: "none", stateVersion: "23.11", problems: [] });
    expect(plan.notes).toEqual([
      "its directory on the host holds data of an earlier container, which is used again with stateVersion 23.11: right if that one was made with it",
    ]);
  });

  test("else with the release that ran there last, which is said to be a guess", () => {
    const plan = planOne(adopted, left({ release: "23.11" }));
    expect(plan).toMatchObject({ action: "create", effect: "danger", stateVersion: "23.11", problems: [] });
    expect(plan.notes.join()).toContain("taken to be 23.11, the release that ran there last");
    expect(plan.notes.join()).not.toContain("archive");
  });

  test("and is refused where nothing tells it: the host's release is not taken for it in silence", () => {
    const { problem } = planOne(adopted, left());
    expect(problem?.what).toBe(
      "/var/lib/nixos-containers/db holds data of an earlier container, and nothing tells the stateVersion it was made with",
    );
    expect(problem?.remedy).toContain("set stateVersion to it");
  });

  test("so is one made by hand that lost its profile; the control: without data there is nothing to ask for", () => {
    const { profile: _profile, release: _release, ...bare } = unmanaged("db", { unit: "down" });
    expect(planOne(adopted, bare).problem?.what).toContain("nothing tells the stateVersion");
    const { root: _root, ...empty } = bare;
    expect(planOne(adopted, empty).problems).toEqual([]);
    expect(planOne(container("db"), undefined)).toMatchObject({ stateVersion: "25.05", problems: [] });
  });
});

describe("adopt shows what it overwrites (first hour 12):", () => {
  test("the configuration.nix found there, line by line, against the file that takes its place", () => {
    const text = "{ ... }:\n{\n  services.nginx.enable = true;\n}\n";
    const plan = planOne(
      container("db", { adopt: true, files: { "configuration.nix": text.replace("nginx", "caddy") } }),
      unmanaged("db", { found: { text } }),
    );
    expect(plan.config).toEqual([
      {
        path: "configuration.nix",
        lines: [
          "@@ -1,4 +1,4 @@",
          " { ... }:",
          " {",
          "-  services.nginx.enable = true;",
          "+  services.caddy.enable = true;",
          " }",
        ],
      },
    ]);
    expect(plan.notes[0]).toBe(
      "it is taken over with its data; its own configuration, which the lines with - are of, gives way to this one",
    );
  });

  test("one that cannot be shown is said to be overwritten", () => {
    const plan = planOne(adopted, unmanaged("db", { found: { why: "it is longer than 64 KiB" } }));
    expect(plan.notes).toContain("its configuration.nix is overwritten, and not shown here: it is longer than 64 KiB");
    expect(plan.config[0]?.lines[0]).toBe("@@ -0,0 +1,1 @@");
  });
});
