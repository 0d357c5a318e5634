import { hostProblems, type HostSettings } from "../../src/model/host";
import { told } from "./problems";

const refused = (settings: Partial<HostSettings>): string[] =>
  told(hostProblems({ address: "web1.example.org", ...settings }, { construct: "stack/web1" }));
const key = `ssh-ed25519 ${"A".repeat(68)}`;

describe("a host's settings", () => {
  test.each<Partial<HostSettings>>([
    {},
    { address: "192.0.2.1" },
    { address: "fd00::1" },
    { address: "::1" },
    { address: "my_alias" },
    { address: "${TfToken[TOKEN.1]}" },
    { user: "deploy", port: 2222, become: true, identityFile: "~/.ssh/my key" },
    { user: "root", become: false },
    { hostKey: key },
    { hostKey: `${key} root@web1` },
    { proxyJump: "admin@bastion.example.org:22" },
    { proxyJump: "[fd00::1]:22" },
  ])("may be %j", (settings) => {
    expect(refused(settings)).toEqual([]);
  });

  test.each<[Partial<HostSettings>, string]>([
    [{ address: "" }, 'address "" is not a host name, IP address or ssh alias → write it like "web1.example.org"'],
    [{ address: "root@web1" }, 'address "root@web1" is not a host name'],
    [{ address: "-oProxyCommand=x" }, 'address "-oProxyCommand=x" is not a host name'],
    [{ address: "web1;reboot" }, "is not a host name"],
    [{ address: "web1\n" }, 'address "web1\\n" is not a host name'],
    [{ user: "a b" }, 'user "a b" is not a user name → write it like "deploy"'],
    [{ user: "-l" }, 'user "-l" is not a user name'],
    [{ port: 0 }, "port 0 is not a port → use a whole number from 1 to 65535"],
    [{ port: 22.5 }, "port 22.5 is not a port"],
    [
      { hostKey: "AAAA" },
      'hostKey "AAAA" is not a public key → give one line of the host\'s /etc/ssh/ssh_host_ed25519_key.pub',
    ],
    [{ hostKey: `${key}\n${key}` }, "is not a public key"],
    [{ proxyJump: "a,b" }, 'proxyJump "a,b" is not one jump host → name a single one'],
    [{ proxyJump: "a b" }, 'proxyJump "a b" is not one jump host → write it like'],
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
});
