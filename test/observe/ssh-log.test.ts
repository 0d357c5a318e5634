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
      words: ["WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!", "Host key verification failed."],
    });
  });

  it("tells of a login without a key", () => {
    const log = parseSshLog('Authenticated to web1 (via proxy) using "none".\n');
    expect(log).toMatchObject({ authenticated: true, byKey: false, accepted: [] });
  });
});
