import { left, refused } from "./left";

const mapped = { privateUsers: "pick" } as const;

describe("id-mapped bind mounts", () => {
  test("have a third field in their flag", () => {
    const bindMounts = {
      "/a": { hostPath: "/srv/a", idmap: true, isReadOnly: false },
      "/b": { idmap: "root" },
      "/c": { idmap: "owner" },
      "/d": { idmap: false },
      "/e": { idmap: null },
    } as const;
    expect(left({ ...mapped, bindMounts }).flags).toEqual([
      "--bind=/srv/a:/a:idmap",
      "--bind-ro=/b:/b:rootidmap",
      "--bind-ro=/c:/c:owneridmap",
      "--bind-ro=/d:/d",
      "--bind-ro=/e:/e",
      "--private-users-ownership=map",
    ]);
  });

  test("are taken as people write them in NixOS, behind the mount point, in a record and in a list", () => {
    const flags = [
      "--bind-ro=/srv/a:/a:idmap",
      "--bind-ro=/b:/b:norbind,idmap",
      "--private-users-ownership=map",
    ].sort();
    const record = { "/a:idmap": { hostPath: "/srv/a" }, "/b:norbind,idmap": {} };
    const list = [{ mountPoint: "/b:norbind,idmap" }, { mountPoint: "/a:idmap", hostPath: "/srv/a" }];
    expect([...left({ ...mapped, bindMounts: record }).flags].sort()).toEqual(flags);
    expect(left({ ...mapped, bindMounts: list })).toEqual(left({ ...mapped, bindMounts: record }));
    expect(left({ bindMounts: { "/a:noidmap": {} } }).flags).toEqual(["--bind-ro=/a:/a:noidmap"]);
  });

  test.each<[unknown, string]>([
    [{ "/a": { idmap: "all" } }, 'bindMounts idmap "all" is not known → use true, "root" or "owner"'],
    [{ "/a": { idmap: "constructor" } }, 'bindMounts idmap "constructor" is not known → use true, "root" or "owner"'],
    [{ "/a": { idmap: 1 } }, "bindMounts./a.idmap is 1, not a boolean or string → write idmap: true"],
    [
      { "/a:idmap": { idmap: true } },
      'bindMounts mountPoint "/a:idmap" has options, and idmap beside them → keep one of the two',
    ],
    [
      { "/a:idmap": { idmap: false } },
      'bindMounts mountPoint "/a:idmap" has options, and idmap beside them → keep one of the two',
    ],
    [
      { "/a:idmap,noidmap": {} },
      'bindMounts mountPoint "/a:idmap,noidmap" has options that exclude each other → keep one of them',
    ],
    [
      { "/a:rbind,norbind": {} },
      'bindMounts mountPoint "/a:rbind,norbind" has options that exclude each other → keep one of them',
    ],
    [
      { "/a:bogus": {} },
      expect.stringContaining('bindMounts mountPoint "/a:bogus" contains a colon or a wildcard') as never,
    ],
    [
      { "/a:idmap,": {} },
      expect.stringContaining('bindMounts mountPoint "/a:idmap," contains a colon or a wildcard') as never,
    ],
    [[{ mountPoint: "/a" }, { mountPoint: "/a:idmap" }], 'bindMounts mounts "/a" twice → keep one of the two'],
    [{ "/nix/store:idmap": {} }, expect.stringContaining("would hide the container's own system") as never],
  ])("must not be %j", (bindMounts, words) => expect(refused({ ...mapped, bindMounts })).toEqual([words]));

  test("need users of the container's own", () => {
    for (const privateUsers of ["no", "identity"] as const) {
      expect(refused({ privateUsers, bindMounts: { "/a": { idmap: true } } })).toEqual([
        'bindMounts "/a" is id-mapped, and the container has no users of its own to map to → set privateUsers: "pick", or leave idmap out',
      ]);
    }
    expect(refused({ privateUsers: 70000, bindMounts: { "/a": { idmap: "root" } } })).toEqual([]);
  });
});
