import { createHash } from "node:crypto";
import { parseRecords } from "../../src/observe/records";

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("the records of a probe", () => {
  it("tell of a host", () => {
    const host = parseRecords([
      "host\tmachine-id\tabc",
      "host\thostname\tweb1",
      "host\tos\tNixOS 25.05 (Warbler)",
      "host\ttool\t/run/current-system/sw/bin/nixos-container",
      "host\tconf-dir\t/etc/nixos-containers",
      "host\tstate-dir\t/var/lib/nixos-containers",
      "host\tnixpkgs\t/nix/store/x-nixpkgs",
      "host\tnixpkgs-release\t25.05.1.abc",
      "host\tinterface\teth0",
      "host\tinterface\tbr0",
      "host\tbridge\tbr0",
      "host\taddress\teth0 10.0.0.1/24",
      "host\troute\twg0 10.9.0.0/16",
      "host\tip-forward\t1",
      "host\tnetwork\tnftables",
      "host\tway-out\teth0",
      "host\tway-out\twwan0",
      "host\tnameserver\t127.0.0.53",
      "host\tlistens\t443",
      "host\tlistens\t22",
      "host\tlistens\t22",
      "host\tsystem-control\twritable",
      "host\thost-key\tssh-ed25519 AAAA root@web1",
      "host\tscript-dir\t.cdktf-nixos",
      "host\tssh-server\tfd00::10 2222",
      "host\ttrouble\tnoexec no program can be run from /root",
      `host\treap\t0123456789abcdef ${base64("a token\nof two lines")}`,
      "host\tnot-yet-known\tx",
      "novelty\tof a later release",
      "device\t/dev/dri\tchar\t226\t128\t/dev/dri/renderD128",
      "access\tweb\tpolicy\tclosed",
      "access\tweb\trw\tchar\t226\t128",
      "access\tweb\tr\tblock\t8\t*",
      "work\tweb\tupdate\t1700000000\tbuilding\t6\tdeploy from 192.0.2.7",
      "work\told\t\t\t\t\t",
      "failure\tweb\t1700000000\tbuilding\tapp/stack\tthe build failed: a\tb",
      "source\t/srv/data\tdir",
      "source\t/srv/none\tmissing",
      `parse\t${sha256("a")}\tok`,
      `parse\t${sha256("b")}\terror\terror: syntax error`,
      `parse\t${sha256("b")}\terror\tat FILE:1:2`,
      `parse\t${sha256("c")}\tunknown`,
    ]);
    expect(host).toEqual({
      machineId: "abc",
      hostname: "web1",
      os: "NixOS 25.05 (Warbler)",
      confDir: "/etc/nixos-containers",
      stateDir: "/var/lib/nixos-containers",
      nixpkgs: "/nix/store/x-nixpkgs",
      nixpkgsRelease: "25.05.1.abc",
      interfaces: ["eth0", "br0"],
      bridges: ["br0"],
      addresses: ["eth0 10.0.0.1/24"],
      routes: ["wg0 10.9.0.0/16"],
      ipForward: true,
      network: ["nftables"],
      wayOut: "eth0",
      nameservers: ["127.0.0.53"],
      listens: [22, 443],
      systemControl: "writable",
      hostKeys: ["ssh-ed25519 AAAA root@web1"],
      scriptDir: ".cdktf-nixos",
      sshServer: { address: "fd00::10", port: 2222 },
      troubles: [{ word: "noexec", text: "no program can be run from /root" }],
      reaps: new Map([["0123456789abcdef", "a token\nof two lines"]]),
      containers: new Map(),
      underWay: new Map([
        ["web", { action: "update", since: 1_700_000_000, step: "building", took: 6, who: "deploy from 192.0.2.7" }],
        ["old", { action: "", step: "", who: "" }],
      ]),
      failures: new Map([
        ["web", { owner: "app/stack", time: 1_700_000_000, step: "building", reason: "the build failed: a\tb" }],
      ]),
      sources: new Map([
        ["/srv/data", "dir"],
        ["/srv/none", "missing"],
      ]),
      devices: new Map([["/dev/dri", [{ kind: "char", major: 226, minor: 128, node: "/dev/dri/renderD128" }]]]),
      access: new Map([
        [
          "web",
          {
            policy: "closed",
            allowed: [
              { rights: "rw", kind: "char", major: 226, minor: 128 },
              { rights: "r", kind: "block", major: 8 },
            ],
          },
        ],
      ]),
      syntax: new Map([
        [sha256("a"), undefined],
        [sha256("b"), "error: syntax error\nat FILE:1:2"],
      ]),
    });
  });

  it("tell of a container, with the digest that converge takes", () => {
    const state = [
      "conf\tHOST_ADDRESS=10.0.0.1",
      "conf\tODD=a\tb",
      "root\tdir",
      "profile\t/nix/store/a-system",
      "boot\tyes",
      "unit\tup",
      "running\t/nix/store/b-system",
      "journal\tversion=1",
      "journal\towner=app/stack",
      `journal\ttoken=${base64("update: config (reload)")}`,
      "journal\tconfig=c0",
      "journal\tmodule=modules-1",
      "journal\tnixos=n0",
      "journal\tsystem=/nix/store/a-system",
      "journal\tstate-version=25.05",
      "journal\tnixpkgs=/nix/store/x",
      "journal\tnixpkgs-release=25.05.1",
      "journal\tremoval=archive",
      "journal\tprotect=yes",
      "journal\tlater=thing",
      "intent\towner=app/stack",
      "intent\taction=update",
      "drop-in\t[Service]",
      "drop-in\tTimeoutStartSec=90",
      `nixos\t${sha256("nixos")}`,
      `module\t${sha256("{ }\n")}  modules-1/config/default.nix`,
      `module\t${sha256("no newline")}  modules-1/config/two  words.nix`,
      `module\t${sha256("")}  modules-1/config/empty.nix`,
    ];
    const { containers } = parseRecords([
      ...state.map((line) => `state\tdb\t${line}`),
      "info\tdb\tactive\tactive running",
      "info\tdb\tmasked\tyes",
      "info\tdb\tsince\t1700000000",
      "info\tdb\tconf-time\t1600000000",
      "info\tdb\trelease\t25.05.1",
      "info\tdb\ttext\tmodules-1/config/default.nix\t{ }",
      "info\tdb\ttext\tmodules-1/config/two  words.nix\tno newline",
      "info\tgone\tactive\tinactive dead",
    ]);
    expect([...containers.keys()]).toEqual(["db"]);
    expect(containers.get("db")).toEqual({
      name: "db",
      conf: ["HOST_ADDRESS=10.0.0.1", "ODD=a\tb"],
      declarative: false,
      root: "dir",
      profile: "/nix/store/a-system",
      unit: "up",
      active: "active running",
      masked: true,
      running: "/nix/store/b-system",
      boot: true,
      dropIn: ["[Service]", "TimeoutStartSec=90"],
      journal: {
        owner: "app/stack",
        token: "update: config (reload)",
        config: "c0",
        module: "modules-1",
        nixos: "n0",
        system: "/nix/store/a-system",
        stateVersion: "25.05",
        nixpkgs: "/nix/store/x",
        nixpkgsRelease: "25.05.1",
        removal: "archive",
        protect: true,
        machine: "",
      },
      intent: { owner: "app/stack", action: "update" },
      nixos: sha256("nixos"),
      modules: new Map([
        ["modules-1/config/default.nix", sha256("{ }\n")],
        ["modules-1/config/two  words.nix", sha256("no newline")],
        ["modules-1/config/empty.nix", sha256("")],
      ]),
      texts: new Map([
        ["modules-1/config/default.nix", "{ }\n"],
        ["modules-1/config/two  words.nix", "no newline"],
        ["modules-1/config/empty.nix", ""],
      ]),
      since: 1700000000,
      confTime: 1600000000,
      release: "25.05.1",
      digest: sha256(state.map((line) => `${line}\n`).join("")),
    });
  });

  it("tell of a declarative container, and of one that is barely there", () => {
    const { containers } = parseRecords([
      "state\tweb\tconf-link\t/nix/store/x-web.conf",
      "state\tleft\troot\tmount",
      "state\tleft\tunit\tdown",
    ]);
    expect(containers.get("web")).toMatchObject({ declarative: true, unit: "down", boot: false, dropIn: [] });
    const left = containers.get("left");
    expect(left).toMatchObject({ declarative: false, root: "mount", unit: "down", active: "" });
    expect(Object.keys(left!)).not.toEqual(expect.arrayContaining(["conf", "journal", "intent"]));
  });

  it("are taken byte by byte for the digest, whatever their encoding", () => {
    const bytes = Buffer.concat([Buffer.from("conf\tX=ü"), Buffer.from([0xff, 0x0a])]);
    const line = `state\tdb\t${bytes.toString("latin1").trimEnd()}`;
    const container = parseRecords([line]).containers.get("db");
    expect(container?.digest).toBe(sha256(bytes));
    expect(container?.conf).toEqual(["X=ü\ufffd"]);
  });

  it("tell a removal that had begun to delete, whatever else an intent holds", () => {
    const intent = (...lines: readonly string[]) =>
      parseRecords(lines.map((line) => `state\tdb\tintent\t${line}`)).containers.get("db")?.intent;
    const removal = ["version=1", "owner=app/stack", "action=remove", "archive=/a", "found=x"];
    expect(intent(...removal, "deleting=yes")).toEqual({ owner: "app/stack", action: "remove", deleting: true });
    for (const line of ["deleting=", "deleting=no", "deletingness=yes"]) {
      expect(intent(...removal, line)).toEqual({ owner: "app/stack", action: "remove" });
    }
  });

  it("are as good as no journal when the journal is damaged, and refused when it is newer", () => {
    const journal = (...lines: readonly string[]) =>
      parseRecords(["state\tdb\tunit\tup", ...lines.map((line) => `state\tdb\tjournal\t${line}`)]).containers.get("db")
        ?.journal;
    expect(journal("version=1", "garbage")).toBeUndefined();
    expect(journal("version=1", "owner=")).toBeUndefined();
    const built = ["owner=me", "config=c", "module=m", "system=s"];
    expect(journal("version=1", ...built, "token=not base64!")).toMatchObject({ owner: "me", token: "" });
    for (const line of built) expect(journal("version=1", ...built.filter((other) => other !== line))).toBeUndefined();
    expect(journal("version=1\r", ...built.map((line) => `${line}\r`))).toMatchObject({ owner: "me", system: "s" });
    expect(() => journal("version=2", "owner=me")).toThrow(/journal of container db has version "2"/);
  });

  it("tell whose a container is as long as its journal does", () => {
    const claim = (...lines: readonly string[]) =>
      parseRecords(lines.map((line) => `state\tdb\tjournal\t${line}`)).containers.get("db")?.claim;
    expect(claim("version=1", "owner=me")).toBe("me");
    expect(claim("version=1", "own")).toBeUndefined();
    expect(claim("owner=me", "config=c", "module=m", "system=s")).toBeUndefined();
  });

  it("are refused when they are not what the contract says", () => {
    for (const line of ["host\tx", "state\tdb\tconf", "source\t/x\tpipe", "parse\tabc\tmaybe"]) {
      expect(() => parseRecords([line])).toThrow(JSON.stringify(line));
    }
  });
});
