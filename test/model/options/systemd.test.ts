import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ContainerSettings } from "../../../src/model/container";
import { dropInLines } from "../../../src/model/drop-in";
import { container } from "../../plan/support/model";
import { optionSettings } from "../../plan/support/options";
import { fc } from "../../support/properties";
import { describeWith } from "../../support/tools";
import { refused } from "./left";

describeWith("systemd-analyze", "systemd itself", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "drop-in-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** What it says of the lines of a unit; of the units that they name, it knows none here. */
  const said = (lines: readonly string[]): string[] => {
    const unit = path.join(folder, "container@web.service");
    writeFileSync(unit, ["[Service]", "ExecStart=/bin/true", ...lines, ""].join("\n"));
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], {
      encoding: "utf8",
      timeout: 20_000,
    });
    return stderr.split("\n").filter((line) => /\.service:\d+: /.test(line));
  };

  test("tells of lines that it ignores", () => {
    for (const line of ["MemoryMax=lots", "Bogus=1", "DeviceAllow=fuse rw", "CPUQuota=half", "Nice=99"]) {
      expect(said([line])).toHaveLength(1);
    }
  });

  test("ignores nothing of a drop-in that is rendered", () => {
    fc.assert(
      fc.property(optionSettings(1), (settings) => {
        expect(said(dropInLines(container("web", settings)))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("takes every limit and name that is accepted", () => {
    const amount = fc.oneof(
      fc.stringMatching(/^[0-9]{1,20}[KMGTPE%]?$/),
      fc.stringMatching(/^[0-9]{1,3}(\.[0-9])?%$/),
      fc.constantFrom<string | number>("infinity", "max", "", "-1", "1e3", 1e21, 0, 1, 10000, 2 ** 53),
    );
    const setting = fc.constantFrom("memoryMax", "memoryHigh", "cpuQuota", "cpuWeight", "tasksMax", "ioWeight");
    const name = fc.stringMatching(/^[a-z@.:_\\-]{1,8}\.(service|target|mount|device|slice|scope|conf)$/);
    const unit = fc.oneof(
      fc.tuple(setting, amount).map(([key, value]) => ({ [key]: value })),
      fc.tuple(fc.constantFrom("after", "wants", "bindsTo"), name).map(([key, value]) => ({ [key]: [value] })),
    );
    fc.assert(
      fc.property(unit as fc.Arbitrary<NonNullable<ContainerSettings["unit"]>>, (given) => {
        fc.pre(refused({ unit: given }).length === 0);
        expect(said(dropInLines(container("web", { unit: given })))).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });
});
