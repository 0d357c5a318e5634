import { left, refused } from "./left";

const form = 'write it like "/var", or "/var:size=10M,mode=755"';

describe("tmpfs", () => {
  test("is a flag each, in one order, with its mount options and without slashes that mean nothing", () => {
    const tmpfs = ["/var/lib/x/", "//srv:size=10M,mode=755", "/opt:size=25%", "/a:"];
    expect(left({ tmpfs }).flags).toEqual([
      "--tmpfs=/a",
      "--tmpfs=/opt:size=25%",
      "--tmpfs=/srv:size=10M,mode=755",
      "--tmpfs=/var/lib/x",
    ]);
    expect(left({ tmpfs: [...tmpfs].reverse() })).toEqual(left({ tmpfs }));
    expect(left({ tmpfs: null as never })).toEqual(left({}));
  });

  test.each<[unknown, string]>([
    ["/var", 'tmpfs is "/var", not an array → write tmpfs: ["/var"]'],
    [[5], 'tmpfs[0] is 5, not a string → write "5"'],
    [["var"], `tmpfs "var" does not begin with an absolute path → ${form}`],
    [["/my var"], `tmpfs "/my var" contains white space or a control character → ${form}`],
    [["/var:size=10 M"], `tmpfs "/var:size=10 M" contains white space or a control character → ${form}`],
    [['/v"ar'], `tmpfs "/v\\"ar" contains a quote or a backslash → ${form}`],
    [["/srv/../nix/store"], `tmpfs "/srv/../nix/store" contains \`.\` or \`..\` → ${form}`],
    [["/a:size=1M:mode=755"], 'tmpfs "/a:size=1M:mode=755" has two colons → separate mount options by commas'],
    [["/a:size=lots"], `tmpfs "/a:size=lots" has the mount option "size=lots", which tmpfs does not know → ${form}`],
    [["/a:mode=999"], `tmpfs "/a:mode=999" has the mount option "mode=999", which tmpfs does not know → ${form}`],
    [["/a:10M"], `tmpfs "/a:10M" has the mount option "10M", which tmpfs does not know → ${form}`],
    [["/a", "/a/:size=1M"], 'tmpfs names "/a" twice → keep one of the two'],
    [
      ["/etc"],
      'tmpfs "/etc" would hide the container\'s own system, which NixOS writes there when it starts and reloads → mount what it needs below it, or elsewhere',
    ],
    [["/"], 'tmpfs "/" would hide the container\'s own system, which is all below it → mount it elsewhere'],
  ])("must not be %j", (tmpfs, words) => expect(refused({ tmpfs })).toEqual([words]));

  test("must not be where a bind mount is", () => {
    expect(refused({ tmpfs: ["/data:size=1M"], bindMounts: { "/data": {} } })).toEqual([
      'bindMounts and tmpfs both mount "/data" → keep one of the two',
    ]);
    expect(refused({ tmpfs: ["/data"], bindMounts: { "/data/below": {} } })).toEqual([]);
  });
});
