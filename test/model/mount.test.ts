import { type BindMounts, parseMounts } from "../../src/model/mount";
import { gathered } from "./problems";

const refused = (mounts: BindMounts): string[] => gathered((problems) => parseMounts(mounts, {}, problems));

describe("bind mounts", () => {
  test("come as a list or as a record, are read-only by default, and are sorted", () => {
    const expected = [
      { mountPoint: "/a", hostPath: "/srv/a", isReadOnly: false },
      { mountPoint: "/b", hostPath: "/b", isReadOnly: true },
    ];
    const list = [{ mountPoint: "/b" }, { mountPoint: "/a", hostPath: "/srv/a", isReadOnly: false }];
    const record = { "/b": {}, "/a": { hostPath: "/srv/a", isReadOnly: false } };
    expect(parseMounts(list, {}, [])).toEqual(expected);
    expect(parseMounts(record, {}, [])).toEqual(expected);
    expect([...refused(list), ...refused(record)]).toEqual([]);
  });

  test("lose slashes that mean nothing", () => {
    const mounts = { "//srv///a/": {}, "/b": { hostPath: "//srv//b//" } };
    expect(parseMounts(mounts, {}, [])).toEqual([
      { mountPoint: "/b", hostPath: "/srv/b", isReadOnly: true },
      { mountPoint: "/srv/a", hostPath: "/srv/a", isReadOnly: true },
    ]);
    expect(refused(mounts)).toEqual([]);
  });

  test("may lie below what the container sets up itself", () => {
    const points = ["/dev/net/tun", "/run/secrets", "/etc/ssl", "/nix/mine", "/usr/local", "/sbin", "/var", "/tmp"];
    expect(refused(points.map((mountPoint) => ({ mountPoint })))).toEqual([]);
  });

  test.each<[BindMounts, string]>([
    [{ data: {} }, 'bindMounts mountPoint "data" is not absolute'],
    [{ "/data": { hostPath: "srv" } }, 'bindMounts hostPath "srv" is not absolute'],
    [{ "/my data": {} }, 'bindMounts mountPoint "/my data" contains white space or a control character'],
    [
      { "/data": { hostPath: "/srv\n/x" } },
      'bindMounts hostPath "/srv\\n/x" contains white space or a control character',
    ],
    [{ "/da:ta": {} }, 'bindMounts mountPoint "/da:ta" contains a colon or a wildcard'],
    [{ "/data/*": {} }, "contains a colon or a wildcard"],
    [{ "/da'ta": {} }, "contains a quote or a backslash"],
    [{ "/da\\ta": {} }, "contains a quote or a backslash"],
    [{ "/data/../x": {} }, "contains `.` or `..`"],
    [
      { "/": { hostPath: "/srv" } },
      'bindMounts mountPoint "/" would hide the container\'s own system, which is all below it → mount it elsewhere',
    ],
    [
      { "/nix/store": { hostPath: "/srv" } },
      'bindMounts mountPoint "/nix/store" would hide the container\'s own system, which its unit mounts there → mount it elsewhere',
    ],
    [{ "/nix/var/nix": {} }, 'bindMounts mountPoint "/nix/var/nix" would hide'],
    [{ "//nix/store": {} }, 'bindMounts mountPoint "//nix/store" would hide'],
    [{ "/nix//store/": {} }, 'bindMounts mountPoint "/nix//store/" would hide'],
    ...["/proc", "/sys", "/dev", "/run"].map((point): [BindMounts, string] => [
      { [point]: {} },
      `bindMounts mountPoint "${point}" would hide the container's own system, which systemd-nspawn sets up there → mount what it needs below it, or elsewhere`,
    ]),
    ...["/etc", "/bin", "/usr", "/usr/bin", "//etc/"].map((point): [BindMounts, string] => [
      { [point]: { hostPath: "/srv", isReadOnly: false } },
      `bindMounts mountPoint "${point}" would hide the container's own system, which NixOS writes there when it starts and reloads → mount what it needs below it, or elsewhere`,
    ]),
    [{ "/data/\ud83d": {} }, 'bindMounts mountPoint "/data/\\ud83d" contains half a character'],
    [[{ mountPoint: "//a" }, { mountPoint: "/a" }], 'bindMounts mounts "/a" twice → keep one of the two'],
    [[{ mountPoint: "/a" }, { mountPoint: "/a" }], 'bindMounts mounts "/a" twice → keep one of the two'],
    [[{}], "bindMounts[0] has no mountPoint → say where in the container it appears"],
  ])("must not be %j", (mounts, words) => {
    expect(refused(mounts).join("\n")).toContain(words);
    expect(refused({ "/data": {}, "/nix/mine": {} })).toEqual([]);
  });
});
