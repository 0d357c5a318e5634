import { parseSshLog } from "../../src/observe/ssh-log";

describe("what ssh writes about a connection", () => {
  it("tells which key got us in, whatever its path or comment", () => {
    const log = parseSshLog(
      [
        "debug1: Server accepts key: /home/me/my keys/id ED25519 SHA256:aaa explicit\r",
        "debug1: Server accepts key: SHA256:x (work) me at home RSA SHA256:b+/ agent\r",
        "debug1: Server accepts key: /k ED25519-SK SHA256:ccc explicit authenticator agent\r",
        "debug1: Server accepts key: pkcs11 RSA SHA256:ddd token\r",
        'Authenticated to web1 ([10.0.0.1]:22) using "publickey".\r',
      ].join("\n"),
    );
    expect(log).toMatchObject({ authenticated: true, byKey: true });
    expect(log.words).toEqual([]);
    const plain = { agent: false, token: false };
    expect(log.accepted).toEqual([
      { ...plain, label: "/home/me/my keys/id", type: "ED25519", fingerprint: "SHA256:aaa" },
      { ...plain, label: "SHA256:x (work) me at home", type: "RSA", fingerprint: "SHA256:b+/", agent: true },
      { ...plain, label: "/k", type: "ED25519-SK", fingerprint: "SHA256:ccc", agent: true },
      { ...plain, label: "pkcs11", type: "RSA", fingerprint: "SHA256:ddd", token: true },
    ]);
  });

  it("tells the host's key or certificate, and ssh's own words alone", () => {
    const log = parseSshLog(
      [
        "debug1: Server host key: ssh-ed25519-cert-v01@openssh.com SHA256:abc",
        'debug1: Server host certificate: ssh-ed25519-cert-v01@openssh.com SHA256:abc, serial 0 ID "h" CA ssh-ed25519 SHA256:def valid forever',
        "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
        "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
        "Host key verification failed.",
      ].join("\r\n"),
    );
    expect(log).toEqual({
      authenticated: false,
      byKey: false,
      accepted: [],
      hostKeyFingerprint: "SHA256:abc",
      hostCertificate: true,
      partial: false,
      methods: [],
      principals: [],
      withoutTerminal: [],
      words: ["WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!", "Host key verification failed."],
    });
  });

  it("A5: tells what the server offers, not what the client does, and nothing where a line is missing", () => {
    const lists = (prefix: string): string[] =>
      ["KEX algorithms", "host key algorithms", "ciphers ctos", "ciphers stoc", "MACs ctos", "MACs stoc"].map(
        (name, index) => `debug2: ${name}: ${prefix}${index},${prefix}x`,
      );
    const both = [
      "debug2: local client KEXINIT proposal",
      ...lists("mine"),
      "debug2: peer server KEXINIT proposal",
      ...lists("theirs"),
    ];
    expect(parseSshLog(both.join("\r\n")).proposal).toEqual({
      kex: ["theirs0", "theirsx"],
      hostKeys: ["theirs1", "theirsx"],
      ciphersToServer: ["theirs2", "theirsx"],
      ciphersToClient: ["theirs3", "theirsx"],
      macsToServer: ["theirs4", "theirsx"],
      macsToClient: ["theirs5", "theirsx"],
    });
    expect(parseSshLog(both.slice(0, -1).join("\n")).proposal).toBeUndefined();
    expect(parseSshLog(both.slice(0, 7).join("\n")).proposal).toBeUndefined();
  });

  it("tells the address that answered, steps, names of a certificate, and keys without a terminal", () => {
    const log = parseSshLog(
      [
        "debug1: Connecting to web1.local [fe80::1%eth0] port 22.",
        "debug1: connect to address fe80::1%eth0 port 22: No route to host",
        "debug1: Connecting to web1.local [192.168.1.5] port 22.",
        "debug2: Server host certificate hostname: web1.example.org",
        "debug2: Server host certificate hostname: *.example.org",
        "debug1: Authentications that can continue: publickey,password",
        'Authenticated using "publickey" with partial success.',
        "debug1: Authentications that can continue: keyboard-interactive",
        "debug1: Remote: /home/me/.ssh/authorized_keys:3: key options: agent-forwarding port-forwarding pty user-rc",
        "debug1: Remote: /home/me/.ssh/authorized_keys:5: key options: port-forwarding",
        "debug1: Remote: /home/me/.ssh/authorized_keys:5: key options: port-forwarding",
        "debug1: Remote: /home/me/.ssh/authorized_keys:6: key options:",
      ].join("\n"),
    );
    expect(log).toMatchObject({
      address: "192.168.1.5",
      principals: ["web1.example.org", "*.example.org"],
      partial: true,
      methods: ["keyboard-interactive"],
      withoutTerminal: ["/home/me/.ssh/authorized_keys:5", "/home/me/.ssh/authorized_keys:6"],
      words: [],
    });
  });

  it("14: keeps ssh's lines about files of ours to itself, and those about the user's", () => {
    const offending = (file: string): string[] => [
      `Add correct host key in ${file} to get rid of this message.`,
      `Offending ED25519 key in ${file}:1`,
      "  remove with:",
      `  ssh-keygen -f "${file}" -R "web1"`,
    ];
    const lines = [
      "IT IS POSSIBLE",
      ...offending("/tmp/ours/known-hosts-2"),
      ...offending("/home/me/.ssh/known_hosts"),
    ];
    expect(parseSshLog(lines.join("\n"), "/tmp/ours").words).toEqual([
      "IT IS POSSIBLE",
      ...offending("/home/me/.ssh/known_hosts"),
    ]);
  });

  it("tells of a login without a key", () => {
    const log = parseSshLog('Authenticated to web1 (via proxy) using "none".\n');
    expect(log).toMatchObject({ authenticated: true, byKey: false, accepted: [] });
  });
});
