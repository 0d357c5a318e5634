import { NixosContainer, type NixosContainerProps, NixosHost, type NixosHostProps } from "../../constructs";
import { newContainer, newHost, newStack, refusal, synth } from "./app";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6yrXVNiWeOUUmMQ5DqYkzCKrcDxQQnDzr0JSdAxPXl";

describe("a host", () => {
  const address = (value: string): [string, Partial<NixosHostProps>, string, string] => [
    `address ${JSON.stringify(value)}`,
    { address: value },
    `address ${JSON.stringify(value)} is not a host name, IP address or ssh alias`,
    'write it like "web1.example.org"; user and port have props of their own',
  ];
  const keyRemedy = "give the host's public keys, a line each, as `cat /etc/ssh/ssh_host_*_key.pub` prints them there";
  const rows: [title: string, props: Partial<NixosHostProps>, what: string, remedy: string][] = [
    ...["", "web 1", "-oProxyCommand=id", "web1\n", "we'b", 'we"b', "${web}", "%{web}", "web\\1"].map(address),
    [
      "an address with a user",
      { address: "root@web1" },
      'address "root@web1" has a user',
      'write address: "web1", user: "root"',
    ],
    [
      "a URL",
      { address: "ssh://web1" },
      'address "ssh://web1" is a URL',
      'write address: "web1"; user and port have props of their own',
    ],
    ["a user that is none", { user: "ro ot" }, 'user "ro ot" is not a user name', 'write it like "deploy"'],
    ["port 0", { port: 0 }, "port 0 is not a port", "use a whole number from 1 to 65535"],
    ["port 65536", { port: 65536 }, "port 65536 is not a port", "use a whole number from 1 to 65535"],
    ["a key that is none", { hostKey: "AAAA" }, 'hostKey "AAAA" is not a public key', keyRemedy],
    ["no key at all", { hostKey: [] }, "hostKey holds no public key", keyRemedy],
    [
      "a transport that is neither",
      { transport: "remote" as "ssh" },
      'transport "remote" is none',
      'did you mean "remote-exec"?',
    ],
    [
      "two jump hosts",
      { proxyJump: "one,two" },
      'proxyJump "one,two" is not one jump host',
      'name a single one: Terraform connects through one bastion, no more; or set transport: "ssh" on the host',
    ],
    [
      "a jump host that is none",
      { proxyJump: "one two" },
      'proxyJump "one two" is not one jump host',
      'write it like "admin@bastion.example.org:22"',
    ],
    [
      "a user who shall not become root",
      { user: "deploy", become: false },
      'become is false for user "deploy", and nixos-container needs root',
      "leave become out, or log in as root",
    ],
  ];
  test.each(rows)("%s", (_title, props, what, remedy) => {
    const stack = newStack();
    new NixosHost(stack, "web1", { address: "web1.example.org", ...props });
    expect(refusal(() => synth(stack)).problems).toEqual([
      { code: "input", what, remedy, where: { construct: "prod/web1", host: "web1" } },
    ]);
  });

  test("the controls: what is sound is not refused", () => {
    const stack = newStack();
    ["web1", "web1.example.org", "10.0.0.1", "fd00::1", "::1", "my_alias"].forEach((value, index) => {
      new NixosHost(stack, `host${index}`, { address: value, user: "root", port: 22, hostKey: `${key} root@web1` });
    });
    new NixosHost(stack, "jumped", {
      address: "web1",
      proxyJump: "admin@[fd00::1]:2222",
      user: "deploy",
      become: true,
    });
    expect(() => synth(stack)).not.toThrow();
  });

  test("A14: names that ssh takes make names that Terraform takes, whatever is in them", () => {
    const stack = newStack();
    const host = new NixosHost(stack, "work/web1", {
      address: "work/web1",
      user: "CORP\\deploy",
      proxyJump: { address: "me@corp.example@bastion", hostKey: key },
    });
    new NixosContainer(stack, "data", { host, config: "{ ... }: { }" });
    const { resource: resources = {} } = synth(stack) as { resource?: Record<string, Record<string, unknown>> };
    const names = Object.values(resources).flatMap((block) => Object.keys(block));
    expect(names.sort()).toEqual(["nixos-problems", "nixos-teardown", "work-web1_data", "work-web1_nixos-removals"]);
    for (const name of names) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_-]*$/);
    expect(JSON.stringify(resources)).toContain('"user":"CORP\\\\deploy"');
  });
});

describe("two containers of one host", () => {
  type Props = Partial<NixosContainerProps>;
  const network = (localAddress: string, more: Props["network"] = {}): Props => ({
    network: { hostAddress: "10.0.0.1", localAddress, ...more },
  });
  const rows: [title: string, one: Props, two: Props, what: string, remedy: string, blamed?: string][] = [
    [
      "of one name",
      { name: "web" },
      { name: "web" },
      'the container name "web" is also that of prod/one (container web) on the same host',
      "give one of them another construct id, or set its `name:`",
    ],
    [
      "of one address",
      network("10.0.0.2"),
      network("10.0.0.2"),
      "network.localAddress 10.0.0.2 is also that of prod/one (container one) on the same host",
      "give each container an address of its own",
    ],
    [
      "one with the address of the other's gateway",
      network("10.0.0.2"),
      network("10.0.0.3", { hostAddress: "10.0.0.2" }),
      "network.localAddress 10.0.0.2 is the hostAddress of prod/two (container two) on the same host",
      "give the container an address that is nobody's side of the host",
      "one",
    ],
    [
      "with one port",
      network("10.0.0.2", { forwardPorts: [{ hostPort: 80 }] }),
      network("10.0.0.3", { forwardPorts: [{ hostPort: 80, containerPort: 8080 }] }),
      "network.forwardPorts forwards tcp port 80, which is also forwarded to prod/one (container one) on the same host",
      "forward each port of a host to one container",
    ],
    [
      "with one interface",
      { network: { interfaces: ["eth1"] } },
      { network: { interfaces: ["eth1"] } },
      "network.interfaces moves eth1, which is also moved into prod/one (container one) on the same host",
      "move it into one container, or use network.macvlans, which can be shared",
    ],
    [
      "one on an interface that the other takes away",
      { network: { interfaces: ["eth1"] } },
      { network: { macvlans: ["eth1"] } },
      "network.macvlans names eth1, which network.interfaces moves into prod/one (container one)",
      "use macvlans in both: an interface that was moved is no longer on the host",
    ],
  ];
  test.each(rows)("%s", (_title, one, two, what, remedy, blamed = "two") => {
    const stack = newStack();
    const host = newHost(stack);
    newContainer(stack, host, "one", one);
    newContainer(stack, host, "two", two);
    const problems = refusal(() => synth(stack)).problems.map(({ where, ...rest }) => [where.construct, rest]);
    expect(problems).toEqual([[`prod/${blamed}`, { code: "input", what, remedy }]]);
  });

  test.each(rows)("%s, are fine on two hosts", (_title, one, two) => {
    const stack = newStack();
    newContainer(stack, newHost(stack, "web1"), "one", one);
    newContainer(stack, newHost(stack, "web2"), "two", two);
    expect(() => synth(stack)).not.toThrow();
  });
});
