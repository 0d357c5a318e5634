import { left, refused } from "./left";

const listed = 'write it like "CAP_NET_ADMIN"; capabilities(7) lists them';

describe("additionalCapabilities", () => {
  test("are one flag, each named once, in one order", () => {
    const words = ["CAP_SYS_ADMIN", "CAP_BPF", "CAP_SYS_ADMIN"];
    expect(left({ additionalCapabilities: words }).flags).toEqual(["--capability=CAP_BPF,CAP_SYS_ADMIN"]);
    expect(left({ additionalCapabilities: ["all"] }).flags).toEqual(["--capability=all"]);
    for (const none of [[], null]) expect(left({ additionalCapabilities: none as never })).toEqual(left({}));
  });

  test.each<[unknown, string]>([
    ["CAP_BPF", 'additionalCapabilities is "CAP_BPF", not an array → write additionalCapabilities: ["CAP_BPF"]'],
    [["CAP_BOGUS"], `additionalCapabilities "CAP_BOGUS" is not a capability → ${listed}`],
    [["net_admin"], 'additionalCapabilities "net_admin" is not a capability → did you mean CAP_NET_ADMIN?'],
    [["cap_net_admin"], 'additionalCapabilities "cap_net_admin" is not a capability → did you mean CAP_NET_ADMIN?'],
    [["CAP_NET_ADMN"], 'additionalCapabilities "CAP_NET_ADMN" is not a capability → did you mean CAP_NET_ADMIN?'],
    [["CAP_BPF,CAP_KILL"], `additionalCapabilities "CAP_BPF,CAP_KILL" is not a capability → ${listed}`],
    [["ALL"], 'additionalCapabilities "ALL" is not a capability → did you mean all?'],
    [["constructor"], `additionalCapabilities "constructor" is not a capability → ${listed}`],
    [[""], `additionalCapabilities "" is not a capability → ${listed}`],
    [[null], "additionalCapabilities[0] is null, not a string → give a string"],
  ])("must not be %j", (words, told) => expect(refused({ additionalCapabilities: words })).toEqual([told]));

  test("must not be dropped by a flag; another may", () => {
    const additionalCapabilities = ["CAP_BPF"];
    expect(refused({ additionalCapabilities, extraFlags: ["--drop-capability=CAP_KILL,CAP_BPF"] })).toEqual([
      'extraFlags "--drop-capability=CAP_KILL,CAP_BPF" contradicts additionalCapabilities → say it with additionalCapabilities alone',
    ]);
    expect(refused({ additionalCapabilities, extraFlags: ["--drop-capability=CAP_KILL"] })).toEqual([]);
    expect(refused({ additionalCapabilities, extraFlags: ["--drop-capability=all"] })).toHaveLength(1);
    expect(refused({ additionalCapabilities: ["all"], extraFlags: ["--drop-capability=CAP_KILL"] })).toHaveLength(1);
  });
});
