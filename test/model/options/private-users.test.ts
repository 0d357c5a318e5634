import type { ContainerSettings } from "../../../src/model/container";
import { left, refused } from "./left";

const own = { privateNetwork: true };

describe("privateUsers", () => {
  test("are a key of the conf, and are mapped: never is a file given another owner", () => {
    expect(left({ privateUsers: "pick" })).toEqual({
      conf: ["PRIVATE_USERS=pick"],
      flags: ["--private-users-ownership=map"],
      dropIn: [],
    });
    expect(left({ privateUsers: 131072 }).conf).toEqual(["PRIVATE_USERS=131072"]);
    expect(left({ privateUsers: 4294901759 }).flags).toEqual(["--private-users-ownership=map"]);
    expect(left({ privateUsers: "identity" })).toEqual({ conf: ["PRIVATE_USERS=identity"], flags: [], dropIn: [] });
    for (const none of ["no", null, undefined]) expect(left({ privateUsers: none as "no" })).toEqual(left({}));
  });

  test.each<[string, ContainerSettings["network"]]>([
    ["a private network", own],
    ["interfaces, which imply one", { interfaces: ["eth1"] }],
    ["macvlans, which imply one", { macvlans: ["eth1"] }],
    ["further pairs, which imply one", { extraVeths: { lan0: {} } }],
  ])("may make the node for tunnels in %s", (_, network) => {
    const allow = "DeviceAllow=/dev/net/tun m";
    expect(left({ privateUsers: "pick", network }).dropIn).toContain(allow);
    expect(left({ privateUsers: 65536, network }).dropIn).toContain(allow);
    expect(left({ privateUsers: "identity", network }).dropIn).not.toContain(allow);
    expect(left({ privateUsers: "pick" }).dropIn).not.toContain(allow);
  });

  test.each<[unknown, string]>([
    [true, "privateUsers is true, not a number or string → give a number or string"],
    [{}, "privateUsers is {}, not a number or string → give a number or string"],
    ["yes", 'privateUsers "yes" is not known → use "no", "identity", "pick" or a number'],
    ["131072", 'privateUsers "131072" is not known → write privateUsers: 131072'],
    [0, 'privateUsers is 0, the host\'s own numbers → write "identity"'],
    [-0, 'privateUsers is 0, the host\'s own numbers → write "identity"'],
    [
      1000,
      'privateUsers 1000 would give the container numbers that users of the host have → give "pick", or a number from 65536 on',
    ],
    [-1, 'privateUsers -1 is out of range → give "pick", or a whole number up to 4294901759'],
    [65536.5, 'privateUsers 65536.5 is out of range → give "pick", or a whole number up to 4294901759'],
    [4294901760, 'privateUsers 4294901760 is out of range → give "pick", or a whole number up to 4294901759'],
    [NaN, "privateUsers is NaN, not a finite number or string → give a finite number or string"],
  ])("must not be %p", (privateUsers, words) => expect(refused({ privateUsers })).toEqual([words]));

  test("exclude a network namespace of the host, and flags that say otherwise", () => {
    const words =
      "privateUsers and network.networkNamespace exclude each other: a container with users of its own may not join a namespace of the host → leave one of them out";
    const network = { networkNamespace: "/run/netns/x" };
    expect(refused({ privateUsers: "pick", network })).toEqual([words]);
    expect(refused({ privateUsers: "identity", network })).toEqual([words]);
    expect(refused({ privateUsers: "no", network })).toEqual([]);
    expect(refused({ privateUsers: "pick", extraFlags: ["-U", "--private-users-ownership=chown"] })).toEqual([
      'extraFlags[0] "-U" has an option of its own → write privateUsers: "pick"; with the flag alone the store belongs to nobody inside',
      'extraFlags[1] "--private-users-ownership=chown" has an option of its own → write privateUsers: "pick"; its files are mapped, and keep their owners',
    ]);
  });
});
