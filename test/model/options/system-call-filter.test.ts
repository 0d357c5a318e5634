import { left, refused } from "./left";

const form = 'write a name or group each, like "bpf" or "@clock", with ~ before it to forbid it';

describe("systemCallFilter", () => {
  test("is a flag each, named once, in one order", () => {
    const words = ["~@clock", "bpf", "@keyring", "bpf"];
    expect(left({ systemCallFilter: words }).flags).toEqual([
      "--system-call-filter=@keyring",
      "--system-call-filter=bpf",
      "--system-call-filter=~@clock",
    ]);
    for (const none of [[], null]) expect(left({ systemCallFilter: none as never })).toEqual(left({}));
  });

  test.each<[unknown, string]>([
    ["bpf", 'systemCallFilter is "bpf", not an array → write systemCallFilter: ["bpf"]'],
    [["bpf keyctl"], `systemCallFilter "bpf keyctl" names no system call → ${form}`],
    [["bpf,keyctl"], `systemCallFilter "bpf,keyctl" names no system call → ${form}`],
    [["BPF"], `systemCallFilter "BPF" names no system call → ${form}`],
    [["~"], `systemCallFilter "~" names no system call → ${form}`],
    [["--"], `systemCallFilter "--" names no system call → ${form}`],
    [["bpf", "~bpf"], 'systemCallFilter both allows and forbids "bpf" → keep one of the two'],
  ])("must not be %j", (words, told) => expect(refused({ systemCallFilter: words })).toEqual([told]));
});
