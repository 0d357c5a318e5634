import { type BindMounts, parseMounts } from "../../src/model/options/bind-mounts";
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

  test("F8: may lie below /nix/var where the unit mounts nothing", () => {
    const points = ["/nix/var/log/nix", "/nix/var/log", "/nix/var/nix/builds", "/nix/var/nix/dbx", "/nix/storey"];
    expect(refused(points.map((mountPoint) => ({ mountPoint })))).toEqual([]);
  });

  test("F12: have a mount point of their own below a key that is only a name", () => {
    const data = { mountPoint: "/data", hostPath: "/srv/data", isReadOnly: true };
    const mounts = { media: { mountPoint: "/data", hostPath: "/srv/data" }, "/x": { mountPoint: undefined } };
    expect(parseMounts(mounts, {}, [])).toEqual([data, { mountPoint: "/x", hostPath: "/x", isReadOnly: true }]);
    expect(refused(mounts)).toEqual([]);
    expect(refused({ media: { hostPath: "/srv/data" } })).toEqual([
      'bindMounts mountPoint "media" is not absolute → begin it with /, like "/srv/data", or set a mountPoint below this key',
    ]);
  });

  test.each<[BindMounts, string]>([
    [
      [{ mountPoint: "data" }],
      'no. 37: bindMounts mountPoint "data" is not absolute → begin it with /, like "/srv/data"',
    ],
    [
      { "/data": { hostPath: "./srv" } },
      'no. 37: bindMounts hostPath "./srv" is not absolute → begin it with /, like "/srv/data"',
    ],
    [{ "/data": { hostPath: "" } }, 'bindMounts hostPath "" is not absolute → begin it with /, like "/srv/data"'],
    ...["/nix", "/nix/var", "/nix/var/", "/nix/var/nix/db", "/nix/var/nix/daemon-socket", "/nix/store/x"].map(
      (point): [BindMounts, string] => [{ [point]: {} }, `F8: bindMounts mountPoint "${point}" would hide`],
    ),
    ...["/nix/var/nix/profiles/per-container", "/nix/var/nix/gcroots"].map((point): [BindMounts, string] => [
      { [point]: {} },
      `F8: bindMounts mountPoint "${point}" would hide`,
    ]),
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
    expect(refused(mounts).join("\n")).toContain(words.replace(/^(F8|no\. 37): /, ""));
    expect(refused({ "/data": {}, "/nix/mine": {} })).toEqual([]);
  });
});
