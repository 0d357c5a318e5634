import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { confEntries } from "../../../src/model/conf";
import { flagsKey } from "../../../src/model/line";
import { flagNames } from "../../../src/model/options/nspawn-flags";
import { container } from "../../plan/support/model";
import { optionSettings } from "../../plan/support/options";
import { fc } from "../../support/properties";
import { describeWith } from "../../support/tools";
import { refused } from "./left";

describeWith("systemd-nspawn", "systemd-nspawn itself", () => {
  const root = mkdtempSync(path.join(tmpdir(), "empty-root-"));
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  /** What it says to these flags; a root without a system is refused, but not before every flag has been read. */
  const said = (flags: readonly string[]): string => {
    const { stderr } = spawnSync("systemd-nspawn", ["-q", "-D", root, "--settings=no", ...flags, "true"], {
      encoding: "utf8",
      timeout: 20_000,
    });
    return stderr;
  };
  const fine = said([]);

  test("refuses an empty root directory, and says so after it has read the flags", () => {
    expect(fine).not.toBe("");
    for (const flag of ["--frobnicate", "--capability=CAP_BOGUS", "--quiet=yes", "--volatile=", "--setenv="]) {
      expect(said([flag])).not.toBe(fine);
    }
  });

  test("accepts the flags that may be given as they are, but for those that this one is too old for", () => {
    const values = [
      "",
      "=",
      "=yes",
      "=no",
      "=auto",
      "=1",
      "=-1000",
      "=1001",
      "=/a",
      "=/a:/b",
      "=/a:/b:/c",
      "=CAP_KILL,all",
    ];
    const more = [
      "=CAP_X",
      "=A=b",
      "=1=2",
      "=RLIMIT_NOFILE=5",
      "=NOFILE=infinity",
      "=bind-host",
      "=try-guest",
      "=overlay",
      "=state",
    ];
    const untold =
      /^--(uuid|hostname|pivot-root|chdir|bind-user.*|personality|cpu-affinity|network-.*|image-policy|background)$/;
    const accepted = flagNames
      .filter((name) => !untold.test(name))
      .flatMap((name) => [...values, ...more].map((value) => name + value))
      .filter((word) => refused({ extraFlags: [word] }).length === 0);
    expect(accepted.length).toBeGreaterThan(30);
    const others = accepted.map((word) => `${word}: ${said([word])}`).filter((words) => !words.endsWith(fine));
    expect(others.filter((words) => !words.includes("unrecognized option"))).toEqual([]);
  });

  test("accepts every command line that is rendered", () => {
    fc.assert(
      fc.property(optionSettings(1), (settings) => {
        const entries = confEntries(container("web", settings));
        const users = entries.get("PRIVATE_USERS");
        const namespace = entries.get("NETWORK_NAMESPACE_PATH");
        // The credentials lie on the host of a container, and not here: any file will do.
        const flags = (entries.get(flagsKey) ?? "")
          .replace(/(--load-credential=[^:]+):\S+/g, "$1:/dev/null")
          .split(" ");
        const words = [
          // As the unit's script makes them of the conf, before those of its own key.
          ...(users === undefined ? [] : [`--private-users=${users}`]),
          ...(namespace === undefined ? [] : [`--network-namespace-path=${namespace}`]),
          ...(entries.has("HOST_BRIDGE") ? ["--network-bridge=br0"] : entries.has("PRIVATE_NETWORK") ? ["-n"] : []),
          ...flags.filter((word) => word !== ""),
        ];
        expect(said(words)).toBe(fine);
      }),
      { numRuns: 100 },
    );
  });
});
