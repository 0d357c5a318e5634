import { left, refused } from "./left";

const word = 'write a flag each, as one word, like "--setenv=TZ=UTC"';

describe("extraFlags", () => {
  test("are a word each, in the order in which they are given", () => {
    const extraFlags = ["--setenv=TZ=Europe/Berlin", "--setenv A=$HOME", " --no-new-privileges=yes ", "--volatile"];
    expect(left({ extraFlags }).flags).toEqual([
      "--setenv=TZ=Europe/Berlin",
      "--setenv=A=$HOME",
      "--no-new-privileges=yes",
      "--volatile",
    ]);
    for (const none of [[], null]) expect(left({ extraFlags: none as never })).toEqual(left({}));
  });

  test.each<[unknown, string]>([
    ["--quiet", 'extraFlags is "--quiet", not an array → write extraFlags: ["--quiet"]'],
    [["--setenv=A=b c"], `extraFlags[0] "--setenv=A=b c" contains white space or a control character → ${word}`],
    [
      ["--quiet --read-only --volatile"],
      `extraFlags[0] "--quiet --read-only --volatile" contains white space or a control character → ${word}`,
    ],
    [
      ['--setenv=A="b"'],
      `extraFlags[0] "--setenv=A=\\"b\\"" contains a quote or a backslash, which would be passed on as it stands → ${word}`,
    ],
    [
      ["--setenv=A=*"],
      `extraFlags[0] "--setenv=A=*" contains a wildcard, which the unit's script would expand → ${word}`,
    ],
    [[""], `extraFlags[0] "" is empty → ${word}`],
    [
      ["bash"],
      'extraFlags[0] "bash" is no flag, and systemd-nspawn would take it for the program to run → begin it with "--"',
    ],
    [
      ["--"],
      'extraFlags[0] "--" is no flag, and systemd-nspawn would take it for the program to run → begin it with "--"',
    ],
    [["--frobnicate"], 'extraFlags[0] "--frobnicate" is no flag of systemd-nspawn → systemd-nspawn(1) lists them'],
    [["--set-env=A=b"], 'extraFlags[0] "--set-env=A=b" is no flag of systemd-nspawn → did you mean --setenv?'],
    [["--dir=/x"], 'extraFlags[0] "--dir=/x" is no flag of systemd-nspawn → systemd-nspawn(1) lists them'],
    [["--constructor"], 'extraFlags[0] "--constructor" is no flag of systemd-nspawn → systemd-nspawn(1) lists them'],
    [
      ["--setenv", "TZ=UTC"],
      'extraFlags[0] "--setenv" is without its value, and would take the next word for it → write both as one word: "--setenv=TZ=UTC"',
    ],
    [
      ["--setenv="],
      'extraFlags[0] "--setenv=" is without its value, and would take the next word for it → write both as one word: "--setenv=VALUE"',
    ],
    [["--quiet=yes"], 'extraFlags[0] "--quiet=yes" takes no value → write "--quiet"'],
    [["--volatile="], 'extraFlags[0] "--volatile=" has no value → write "--volatile", or a value behind it'],
    [["--machine=x"], 'extraFlags[0] "--machine=x" is what the container\'s unit says itself → leave it out'],
    [["-Mx"], 'extraFlags[0] "-Mx" is what the container\'s unit says itself → leave it out'],
    [["-D/srv"], 'extraFlags[0] "-D/srv" is what the container\'s unit says itself → leave it out'],
    [["-b"], 'extraFlags[0] "-b" is what the container\'s unit says itself → leave it out'],
    [["-ETZ=UTC"], 'extraFlags[0] "-ETZ=UTC" is written short → write "--setenv=TZ=UTC"'],
    [["-q"], 'extraFlags[0] "-q" is written short → write "--quiet"'],
    [["-qU"], 'extraFlags[0] "-qU" is no flag of systemd-nspawn → systemd-nspawn(1) lists them'],
    [["-p8080:80"], 'extraFlags[0] "-p8080:80" has an option of its own → write network: { forwardPorts: [ … ] }'],
    [
      ["--bind=/a:/b"],
      'extraFlags[0] "--bind=/a:/b" has an option of its own → write bindMounts: { "/b": { hostPath: "/a", isReadOnly: false } }',
    ],
    [
      ["--bind-ro=/a"],
      'extraFlags[0] "--bind-ro=/a" has an option of its own → write bindMounts: { "/a": { hostPath: "/a" } }',
    ],
    [["--bind=+/a:/b:idmap"], 'extraFlags[0] "--bind=+/a:/b:idmap" has an option of its own → write bindMounts: { … }'],
    [
      ["--tmpfs=/var:size=1M"],
      'extraFlags[0] "--tmpfs=/var:size=1M" has an option of its own → write tmpfs: ["/var:size=1M"]',
    ],
    [
      ["--capability=CAP_BPF,CAP_KILL"],
      'extraFlags[0] "--capability=CAP_BPF,CAP_KILL" has an option of its own → write additionalCapabilities: ["CAP_BPF", "CAP_KILL"]',
    ],
    [
      ["--system-call-filter=bpf"],
      'extraFlags[0] "--system-call-filter=bpf" has an option of its own → write systemCallFilter: ["bpf"]',
    ],
    [
      ["--read-only"],
      'extraFlags[0] "--read-only" would keep NixOS from writing what it starts with → leave it out, or write "--volatile=overlay"',
    ],
    [["--user=bob"], 'extraFlags[0] "--user=bob" is what the container\'s unit says itself → leave it out'],
    [
      ["--volatile=state"],
      'extraFlags[0] "--volatile=state" has a value that it cannot have → give it "overlay"; with "state" no configuration could be switched to',
    ],
    [
      ["--drop-capability=CAP_X"],
      'extraFlags[0] "--drop-capability=CAP_X" has a value that it cannot have → give it "CAP_NET_RAW", several with commas between them',
    ],
    [
      ["--rlimit=many"],
      'extraFlags[0] "--rlimit=many" has a value that it cannot have → give it "RLIMIT_NOFILE=1024:4096"',
    ],
    [["--setenv=1=2"], 'extraFlags[0] "--setenv=1=2" has a value that it cannot have → give it "NAME=VALUE"'],
    [
      ["--oom-score-adjust=1001"],
      'extraFlags[0] "--oom-score-adjust=1001" has a value that it cannot have → give it a whole number from -1000 to 1000',
    ],
    [
      ["--resolv-conf=host"],
      'extraFlags[0] "--resolv-conf=host" has a value that it cannot have → give it "off", "auto", "delete", or such as "bind-host"',
    ],
    [
      ["--inaccessible=srv"],
      'extraFlags[0] "--inaccessible=srv" has a value that it cannot have → give it an absolute path',
    ],
    [["--quiet", "--quiet"], 'extraFlags[1] "--quiet" stands there twice → keep one of the two'],
  ])("must not be %j", (extraFlags, words) => expect(refused({ extraFlags })).toEqual([words]));

  test("must not bring back the host's resolver where the container shall have its own", () => {
    expect(refused({ copyResolvConf: false, extraFlags: ["--resolv-conf=bind-host"] })).toEqual([
      'extraFlags "--resolv-conf=bind-host" contradicts copyResolvConf: false → say it with copyResolvConf: false alone',
    ]);
    expect(refused({ copyResolvConf: false, extraFlags: ["--resolv-conf=off"] })).toEqual([]);
    expect(refused({ extraFlags: ["--resolv-conf=bind-host"] })).toEqual([]);
  });

  test("must not give a network to a container in a namespace of the host's", () => {
    const network = { networkNamespace: "/run/netns/x" };
    expect(refused({ network, extraFlags: ["--network-zone=lan"] })).toEqual([
      'extraFlags "--network-zone=lan" contradicts network.networkNamespace → say it with network.networkNamespace alone',
    ]);
    expect(refused({ network: { hostBridge: "br0" }, extraFlags: ["--network-zone=lan"] })).toEqual([
      'extraFlags "--network-zone=lan" contradicts network.hostBridge → say it with network.hostBridge alone',
    ]);
  });

  test("must hold nothing that Nix alone would fill in", () => {
    expect(refused({ extraFlags: ["--setenv=HOST=${config.networking.hostName}"] })).toEqual([
      'extraFlags[0] "--setenv=HOST=${config.networking.hostName}" contains ${…}, which nobody fills in → write a flag each, as one word, like "--setenv=TZ=UTC"',
    ]);
    expect(refused({ extraFlags: ["--setenv=PRICE=5$"] })).toEqual([]);
  });

  test("are told once for one mistake", () => {
    expect(refused({ extraFlags: ["--bind", "/data:/data"] })).toHaveLength(1);
    expect(refused({ extraFlags: ["--bind=/data:/data"], bindMounts: { "/data": {} } })).toHaveLength(1);
  });
});
