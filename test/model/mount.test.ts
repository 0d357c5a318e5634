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
      'bindMounts mountPoint "/" would hide the container\'s own system → mount it elsewhere',
    ],
    [{ "/nix/store": { hostPath: "/srv" } }, "would hide the container's own system"],
    [[{ mountPoint: "/a" }, { mountPoint: "/a" }], 'bindMounts mounts "/a" twice → keep one of the two'],
    [[{}], "bindMounts[0] has no mountPoint → say where in the container it appears"],
  ])("must not be %j", (mounts, words) => {
    expect(refused(mounts).join("\n")).toContain(words);
    expect(refused({ "/data": {}, "/nix/mine": {} })).toEqual([]);
  });
});
