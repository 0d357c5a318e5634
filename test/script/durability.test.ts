import { readFile, rm } from "node:fs/promises";
import type { ContainerSettings } from "../../src/model/container";
import { EmbeddedHost } from "../../src/sim";
import { describeWith } from "../support/tools";
import { broken, convergeProgram, desired, reapProgram, runProgram, sound, teardownProgram } from "./program";
import { judge, type Verdict } from "./trace";

const machine = "1".repeat(32);
const other = "{ ... }:\n{ a = 1; }\n";
const full: ContainerSettings = {
  autoStart: true,
  bindMounts: { "/x": { hostPath: "/tank/x" } },
  timeouts: { start: 90 },
};
const network = { hostAddress: "10.231.30.1", localAddress: "10.231.30.2" };

describeWith(
  "strace",
  "a power loss: what a later run relies on is on disk before anything is asked of the host",
  () => {
    let host: EmbeddedHost;
    beforeEach(async () => {
      host = await EmbeddedHost.start({ machineId: machine });
      await host.edit("/tank/x/data", "gold");
    });
    afterEach(() => host.stop());

    const program = (text: string, props: ContainerSettings = full): string =>
      convergeProgram(desired("web", text, props), { machine });
    const deployed = async (props = full): Promise<void> => {
      expect(await runProgram(host, program(sound, props))).toMatchObject({ code: 0 });
    };

    async function traced(script: string, code: number): Promise<Verdict> {
      const file = host.path("/tmp/trace");
      await rm(file, { force: true });
      const traced =
        "openat,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,symlink,symlinkat,unlink,unlinkat,rmdir,execve";
      const run = await host.run(
        `cat >./traced.sh && strace -f -y -qq --seccomp-bpf -s 4096 -e trace=${traced} -o '${file}' sh ./traced.sh`,
        { stdin: script },
      );
      expect([run.code, run.stdout + run.stderr]).toEqual([code, expect.any(String)]);
      const { root } = host;
      const places = [
        "/var/lib/cdktf-nixos/",
        "/etc/nixos-containers/web.conf",
        "/etc/systemd/system.control/",
        "/var/lib/nixos-containers/.archive/",
      ].map((place) => root + place);
      const whole = [
        `${root}/var/lib/cdktf-nixos`,
        `${root}/var/lib/nixos-containers/web`,
        `${root}/var/lib/nixos-containers/.kept-web`,
      ];
      // What is still being written, what is deleted file by file, and empty folders that are taken away do not matter.
      const passing = /\.new(\/|$)|\/before(\/|$)|\/\.archive\/[^/]*\/root\/|\/failures(\/|$)/;
      const ours = (path: string): boolean =>
        !passing.test(path) && (whole.includes(path) || places.some((place) => path.startsWith(place)));
      return judge(await readFile(file, "utf8"), ours);
    }

    const sequences: [
      name: string,
      before: (() => Promise<void>) | undefined,
      script: () => string,
      code: number,
      effect: string,
    ][] = [
      ["a create", undefined, () => program(sound), 0, "nixos-container create web"],
      ["an update", deployed, () => program(other), 0, "nixos-container update web"],
      [
        "a change of the conf",
        deployed,
        () => program(sound, { ...full, network }),
        0,
        "systemctl stop container@web.service",
      ],
      [
        "a change of the drop-in",
        deployed,
        () => program(sound, { ...full, timeouts: { start: 30 } }),
        0,
        "systemctl daemon-reload",
      ],
      ["a failing create", undefined, () => program(broken), 1, "nixos-container create web"],
      [
        "a failing change of conf and modules",
        deployed,
        () => program(broken, { network }),
        1,
        "nixos-container update web",
      ],
      [
        "a removal into the archive",
        deployed,
        () => reapProgram([{ name: "web", base: "" }]),
        0,
        "nixos-container destroy web",
      ],
      [
        "a removal that destroys",
        () => deployed({ ...full, removalPolicy: "destroy" }),
        () => reapProgram([{ name: "web", base: "" }]),
        0,
        "nixos-container destroy web",
      ],
      ["a teardown", deployed, () => teardownProgram(machine), 0, "systemctl stop container@web.service"],
    ];

    test.each(sequences)("%s", async (_, before, script, code, effect) => {
      await before?.();
      const { effects, faults } = await traced(script(), code);
      expect(effects.join("\n")).toContain(effect);
      expect(faults).toEqual([]);
    });

    const retimed = (): string => program(sound, { ...full, timeouts: { start: 30 } });
    const fresh = (): string => program(sound);

    test.each([
      ["an intent", retimed, "write_file() {\n", ' && sync "${1%/*}"', "intent before systemctl daemon-reload"],
      [
        "the text of a file",
        retimed,
        "write_file() {\n",
        ' && sync "$1.new"',
        "intent renamed before its text was on disk",
      ],
      ["a conf", fresh, "write_conf() {\n", ' || ! sync "$confdir"', "web.conf before"],
      ["module files", fresh, "write_modules() {\n", 'settle_names "$dir"\n', "before nixos-container create"],
      [
        "the unit's link",
        fresh,
        "set_unit() {\n",
        'settle_names "$wants" "${got_drop_in%/*}" "$control" "${control%/*}"\n',
        "system.control",
      ],
      ["the end of a change", fresh, "clear_away() {\n", 'settle_names "$dir"\n', "at the end"],
    ])("the check notices when the sync of %s is taken out", async (_, make, within, sync, fault) => {
      if (make === retimed) await deployed();
      const script = make();
      const at = script.indexOf(within);
      const end = script.indexOf("\n}\n", at);
      const body = script.slice(at, end + 1);
      expect(body).toContain(sync);
      const { faults } = await traced(script.slice(0, at) + body.replaceAll(sync, "") + script.slice(end + 1), 0);
      expect(faults.join("\n")).toContain(fault);
    });
  },
);
