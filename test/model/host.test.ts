import { hostProblems, type HostSettings } from "../../src/model/host";
import { pinnedKeys } from "../../src/model/host-key";
import { told } from "./problems";

const refused = (settings: Partial<HostSettings>): string[] =>
  told(hostProblems({ address: "web1.example.org", ...settings }, { construct: "stack/web1" }));
const key = `ssh-ed25519 ${"A".repeat(68)}`;
const rsa = `ssh-rsa ${"B".repeat(68)}`;
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";

describe("a host's settings", () => {
  test.each<Partial<HostSettings>>([
    {},
    { address: "192.0.2.1" },
    { address: "fd00::1" },
    { address: "::1" },
    { address: "my_alias" },
    { address: "${TfToken[TOKEN.1]}" },
    // A14: what ssh takes for an alias, an address, a user or a way there.
    ...[
      "work/web1",
      "web+1",
      "web=1",
      "gruppe:web",
      "fe80::1%eth0",
      "::ffff:10.0.0.1",
      "müller.example",
      "web1.",
      "*",
      "web,1",
    ].map((address) => ({ address })),
    ...["deploy@corp.example", "CORP\\deploy", "machine$", "jörg", "0day", "first.last+ops"].map((user) => ({ user })),
    ...[
      "ssh://root@bastion:22",
      "ssh://bastion/",
      "me@corp.example@bastion",
      "work/gate",
      "CORP\\me@[fd00::1%eth0]:22",
      "none",
    ].map((proxyJump) => ({ proxyJump })),
    { proxyJump: { address: "admin@bastion:22" } },
    { proxyJump: { address: "bastion", hostKey: [key, rsa] } },
    { proxyJump: "one,me@two:22,ssh://three", transport: "ssh" },
    { user: "deploy", port: 2222, become: true, identityFile: "~/.ssh/my key" },
    { user: "root", become: false },
    { hostKey: key },
    { hostKey: `${key} root@web1` },
    { hostKey: `${key} the key of web1\n` },
    { hostKey: `${key}\n${rsa}\n` },
    { hostKey: [key, `${rsa} root@web1\n`] },
    { hostKey: `# web1:22 SSH-2.0-OpenSSH_10.0\r\nweb1 ${rsa}\r\n\r\nweb1 ${key}\r\n` },
    { proxyJump: "admin@bastion.example.org:22" },
    { proxyJump: "[fd00::1]:22" },
    { proxyJump: { address: "admin@bastion", hostKey: key }, transport: "ssh" },
    { address: "${TfToken[TOKEN.1]}", proxyJump: { address: "bastion", hostKey: key }, transport: "ssh" },
  ])("may be %j", (settings) => {
    expect(refused(settings)).toEqual([]);
  });

  test.each<[Partial<HostSettings>, string]>([
    [{ address: "" }, 'address "" is not a host name, IP address or ssh alias → write it like "web1.example.org"'],
    [{ address: "root@web1" }, 'address "root@web1" has a user → write address: "web1", user: "root"'],
    [{ address: "me@corp@web1:22" }, 'has a user → write address: "web1", user: "me@corp"'],
    [{ address: "web1:2222" }, 'address "web1:2222" has a port → write address: "web1", port: 2222'],
    [{ address: "[fd00::1]:22" }, 'address "[fd00::1]:22" has a port → write address: "fd00::1", port: 22'],
    [{ address: "ssh://root@web1:22/" }, 'address "ssh://root@web1:22/" is a URL → write address: "web1"'],
    [{ address: "[fd00::1]" }, 'address "[fd00::1]" has brackets → write address: "fd00::1"'],
    [{ address: "web 1" }, "is not a host name"],
    [{ address: "web\u202e1" }, "is not a host name"],
    [{ address: "$(id)" }, "is not a host name"],
    [{ address: "-oProxyCommand=x" }, 'address "-oProxyCommand=x" is not a host name'],
    [{ address: "web1;reboot" }, "is not a host name"],
    [{ address: "web1\n" }, 'address "web1\\n" is not a host name'],
    [{ user: "a b" }, 'user "a b" is not a user name → write it like "deploy"'],
    [{ user: "-l" }, 'user "-l" is not a user name'],
    [{ user: "" }, 'user "" is not a user name'],
    [{ user: "CORP\\" }, "is not a user name"], // ssh would take the sign after it
    [{ user: "a;b" }, "is not a user name"],
    [{ port: 0 }, "port 0 is not a port → use a whole number from 1 to 65535"],
    [{ port: 22.5 }, "port 22.5 is not a port"],
    [
      { hostKey: "AAAA" },
      'hostKey "AAAA" is not a public key → give the host\'s public keys, a line each, as `cat /etc/ssh/ssh_host_*_key.pub` prints them there',
    ],
    [{ hostKey: [key, "ssh-new AAAA"] }, 'hostKey "ssh-new AAAA" is not a public key'],
    [{ hostKey: "ssh-dss AAAA" }, "hostKey holds no public key"], // nobody takes those any more
    [{ hostKey: `${key} ${rsa}` }, "is not a public key"], // the second would be lost
    [{ hostKey: `@revoked web1 ${key}` }, "is not a public key"],
    [{ hostKey: `@cert-authority web1 ${key}` }, "is not a public key"],
    [{ hostKey: `web1 ${key}\nweb2 ${rsa}` }, "hostKey has the keys of several names: web1, web2"],
    [{ hostKey: privateKey }, "hostKey holds a private key → give the host's public keys"],
    [{ hostKey: [] }, "hostKey holds no public key"],
    [{ hostKey: " \n# nothing\n" }, "hostKey holds no public key"],
    [{ hostKey: [key, "${TfToken[TOKEN.1]}"] }, "hostKey[1] is a value that Terraform only knows after apply"],
    [
      { identityFile: privateKey },
      "identityFile holds a key or another text of several lines, not the path of a key → write the key to a file that only you may read (chmod 600)",
    ],
    [{ identityFile: privateKey.replaceAll("\n", "") }, "identityFile holds a key"],
    [{ identityFile: "one\ntwo" }, "identityFile holds a key or another text of several lines"],
    [{ identityFile: "~/.ssh/id\n" }, 'identityFile "~/.ssh/id\\n" is not a path → write it like'],
    [{ proxyJump: "a,b" }, 'proxyJump "a,b" is not one jump host → name a single one'],
    [{ proxyJump: "b:99999" }, 'proxyJump "b:99999" has a port that is none → use a whole number from 1 to 65535'],
    [{ proxyJump: "[fd00::1]:0" }, 'proxyJump "[fd00::1]:0" has a port that is none'],
    [{ proxyJump: "a b" }, 'proxyJump "a b" is not one jump host → write it like'],
    [{ proxyJump: "-oProxyCommand=x" }, "is not one jump host"],
    [{ proxyJump: "a,-b", transport: "ssh" }, "is not a jump host"],
    [{ proxyJump: "ssh://b:0/" }, "has a port that is none"],
    [
      { proxyJump: { address: "a,b" } },
      'name a single one: Terraform connects through one bastion, no more; or set transport: "ssh"',
    ],
    [{ proxyJump: { address: "a", hostKey: "AAAA" } }, 'proxyJump: hostKey "AAAA" is not a public key'],
    [
      { proxyJump: { address: "a,b", hostKey: key }, transport: "ssh" },
      'proxyJump.hostKey stands beside several jump hosts: "a,b" → name the one jump host that shows these keys',
    ],
    [{ proxyJump: { address: "none", hostKey: key } }, "proxyJump.hostKey stands beside no jump host"],
    [
      { proxyJump: { address: "${TfToken[TOKEN.1]}" } },
      "proxyJump.address is a value that Terraform only knows after apply",
    ],
    [
      { user: "deploy", become: false },
      'become is false for user "deploy", and nixos-container needs root → leave become out, or log in as root',
    ],
    [
      { user: "${TfToken[TOKEN.1]}" },
      "user is a value that Terraform only knows after apply → give a value known at synth",
    ],
  ])("must not be %j", (settings, words) => {
    expect(refused(settings)).toHaveLength(1);
    expect(refused(settings)[0]).toContain(words);
  });

  test.each(["address", "user", "identityFile", "hostKey", "proxyJump"])(
    "never show the secret key that %s was given",
    (field) => {
      expect(refused({ [field]: privateKey })).toHaveLength(1);
      expect(refused({ [field]: privateKey }).join()).not.toMatch(/BEGIN|c2VjcmV0/);
      expect(refused({ [field]: "no such\n" }).join()).toContain(field); // the control
    },
  );

  test("are one list of pinned keys, whatever stands around them and in whatever order", () => {
    expect(pinnedKeys(`${rsa} root@web1\n`)).toEqual([rsa]);
    expect(pinnedKeys([rsa, `web1 ${key}\n# web1\n\n${rsa}\n`])).toEqual([key, rsa]);
    expect(pinnedKeys([key, rsa])).toEqual(pinnedKeys([rsa, key]));
  });
});
