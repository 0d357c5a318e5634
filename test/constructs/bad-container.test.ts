import { Fn, TerraformIterator, TerraformVariable } from "./framework";
import type { NixosContainerProps } from "../../constructs";
import { newContainer, newHost, newStack, refusal, synth } from "./app";

/** What is said of one container on web1, each problem as [what, remedy]. */
function told(id: string, props: Partial<NixosContainerProps>): [string, string][] {
  const stack = newStack();
  newContainer(stack, newHost(stack), id, props);
  const { problems, message } = refusal(() => synth(stack));
  for (const { where } of problems) {
    expect(where).toEqual({ construct: `prod/${id}`, container: props.name ?? id, host: "web1" });
  }
  for (const { what, remedy } of problems) {
    expect(message).toContain(`${what} (construct prod/${id}`);
    expect(message).toContain(`  → ${remedy}`);
  }
  return problems.map(({ what, remedy }) => [what, remedy]);
}

type Row = [title: string, props: Partial<NixosContainerProps>, ...problems: [what: string, remedy: string][]];

const pair = { hostAddress: "192.168.100.10", localAddress: "192.168.100.11" };
const letters = "choose another construct id, or set `name:` to one of letters, digits and hyphens";

describe("names", () => {
  test("too long a construct id", () => {
    const id = "database-".repeat(8);
    expect(told(`${id}one`, {})).toEqual([
      [
        `the container name "${id}one" has 75 characters, and a machine name has 64 at most`,
        "choose a shorter construct id, or set `name:`",
      ],
    ]);
  });

  const strange = (name: string): Row => [
    JSON.stringify(name),
    { name },
    [`the container name ${JSON.stringify(name)} has characters other than letters, digits and hyphens`, letters],
  ];
  const rows: Row[] = [
    ...["data.base", "data base", 'd"b', "d'b", "db\n", "${x}", "%{x}", "dä", "a/b", "a\\b", ""].map(strange),
    [
      "an underscore",
      { name: "data_base" },
      [
        'the container name "data_base" has an underscore, which no machine name may have: it could be created and would never start',
        "use a hyphen, or set `name:`",
      ],
    ],
    [
      "a hyphen at an end",
      { name: "-db" },
      ['the container name "-db" begins or ends with a hyphen', "begin and end it with a letter or digit"],
    ],
    [
      "0",
      { name: "0" },
      ['the container name "0" is read as no name at all by nixos-container', "set `name:` to another one"],
    ],
  ];
  test.each(rows)("%s", (_title, props, ...problems) => {
    expect(told("database", props)).toEqual(problems);
  });
});

describe("addresses", () => {
  const malformed = (field: string, value: string): [string, string] => [
    `network.${field} ${JSON.stringify(value)} is not an ${field.endsWith("6") ? "IPv6" : "IPv4"} address`,
    `write it like "${field.endsWith("6") ? "fd00::11" : "192.168.100.11"}"`,
  ];
  const prefixed = (field: string, text: string): [string, string] => [
    `network.${field} "${text}/24" has a prefix length, which only a local address on a bridge may have`,
    `write "${text}"`,
  ];
  const rows: Row[] = [
    ...[
      "192.168.100.300",
      "192.168.1",
      "192.168.100.011",
      "web1",
      "10.0.0.1\n",
      '10.0.0.1"',
      "${x}",
      "%{x}",
      "\\",
      "''",
      "",
    ].map((value): Row => [
      `malformed: ${JSON.stringify(value)}`,
      { network: { ...pair, localAddress: value } },
      malformed("localAddress", value),
    ]),
    [
      "a malformed IPv6 address, and one with a zone",
      { network: { hostAddress6: "fd00::1::2", localAddress6: "fe80::1%eth0" } },
      malformed("hostAddress6", "fd00::1::2"),
      malformed("localAddress6", "fe80::1%eth0"),
    ],
    [
      "IPv6 among IPv4",
      { network: { ...pair, localAddress: "fd00::2" } },
      ['network.localAddress "fd00::2" is an IPv6 address', "give an IPv4 address, or use network.localAddress6"],
    ],
    [
      "IPv4 among IPv6",
      { network: { hostAddress6: "fd00::1", localAddress6: "10.0.0.2" } },
      ['network.localAddress6 "10.0.0.2" is an IPv4 address', "give an IPv6 address, or use network.localAddress"],
    ],
    [
      "one address on both sides",
      { network: { hostAddress: "10.0.0.1", localAddress: "10.0.0.1" } },
      ["network.hostAddress and network.localAddress are both 10.0.0.1", "give the two sides different addresses"],
    ],
    [
      "prefixes where none may be",
      { network: { hostAddress: "10.0.0.1/24", localAddress: "10.0.0.2/24" } },
      prefixed("hostAddress", "10.0.0.1"),
      prefixed("localAddress", "10.0.0.2"),
    ],
    [
      "a gateway with a prefix",
      { network: { hostBridge: "br0", hostAddress: "10.0.0.1/24", localAddress: "10.0.0.2/24" } },
      prefixed("hostAddress", "10.0.0.1"),
    ],
    [
      "no prefix on a bridge",
      { network: { hostBridge: "br0", localAddress: "10.0.0.2", localAddress6: "fd00::2" } },
      [
        'network.localAddress "10.0.0.2" has no prefix length, which a container on a bridge needs',
        `write "10.0.0.2/24", with the bridge's own prefix length`,
      ],
      [
        'network.localAddress6 "fd00::2" has no prefix length, which a container on a bridge needs',
        `write "fd00::2/64", with the bridge's own prefix length`,
      ],
    ],
    [
      "too long a prefix",
      { network: { hostBridge: "br0", localAddress: "10.0.0.2/33" } },
      [
        'network.localAddress "10.0.0.2/33" has the prefix length 33, and IPv4 has none above 32',
        `write "10.0.0.2/24", with the bridge's own prefix length`,
      ],
    ],
    [
      "a multicast MAC address",
      { network: { ...pair, localMacAddress: "01:00:00:00:00:01" } },
      [
        'network.localMacAddress "01:00:00:00:00:01" is not the MAC address of an interface',
        'write it like "02:00:00:00:00:01"',
      ],
    ],
  ];
  test.each(rows)("%s", (_title, props, ...problems) => {
    expect(told("database", props)).toEqual(problems);
  });
});

describe("ports and interfaces", () => {
  const interfaceRemedy = "give a name of at most 15 letters, digits and ._@+=~,- as `ip link` shows it";
  const pairRemedy = `${interfaceRemedy}, or HOST:INSIDE with two such names`;
  const rows: Row[] = [
    [
      "ports out of range",
      {
        network: {
          ...pair,
          forwardPorts: [{ hostPort: 0 }, { hostPort: 65536 }, { hostPort: 80, containerPort: 8.5 }],
        },
      },
      ["network.forwardPorts[0].hostPort 0 is not a port", "use a whole number from 1 to 65535"],
      ["network.forwardPorts[1].hostPort 65536 is not a port", "use a whole number from 1 to 65535"],
      ["network.forwardPorts[2].containerPort 8.5 is not a port", "use a whole number from 1 to 65535"],
    ],
    [
      "a port forwarded twice; tcp and udp are two",
      {
        network: {
          ...pair,
          forwardPorts: [{ hostPort: 80 }, { hostPort: 80, protocol: "udp" }, { hostPort: 80, containerPort: 8080 }],
        },
      },
      ["network.forwardPorts[2] forwards tcp port 80 of the host a second time", "forward each port once"],
    ],
    [
      "ports without an address",
      { network: { forwardPorts: [{ hostPort: 80 }] } },
      [
        "network.forwardPorts is given for a container without an address",
        'set localAddress: "auto", hostAddress and localAddress, or hostBridge; on the host\'s own network (privateNetwork: false) its ports need no forwarding',
      ],
    ],
    [
      "a protocol that is none",
      { network: { ...pair, forwardPorts: [{ hostPort: 80, protocol: "sctp" as "tcp" }] } },
      ['network.forwardPorts[0].protocol "sctp" is neither "tcp" nor "udp"', 'use "tcp" or "udp"'],
    ],
    [
      "interfaces that cannot be",
      { network: { hostBridge: "br 0", interfaces: ["eth0;id", "eth1", "eth1"], macvlans: ["sixteen-letters-"] } },
      ['network.hostBridge "br 0" is not the name of an interface', interfaceRemedy],
      ['network.interfaces "eth0;id" is not the name of an interface', pairRemedy],
      ['network.interfaces names "eth1" twice', "name it once"],
      ['network.macvlans "sixteen-letters-" is not the name of an interface', pairRemedy],
    ],
    [
      "a namespace beside a private network, and a relative one",
      { network: { privateNetwork: true, networkNamespace: "netns/blue" } },
      ['network.networkNamespace "netns/blue" is not absolute', 'write it like "/run/netns/blue"'],
      [
        "network.networkNamespace excludes the private network, its addresses and ports, and interfaces",
        "leave those out: the namespace brings its own interfaces",
      ],
    ],
  ];
  test.each(rows)("%s", (_title, props, ...problems) => {
    expect(told("database", props)).toEqual(problems);
  });
});

describe("paths and other settings", () => {
  const remedy =
    'use an absolute path without white space, quotes, colons and wildcards, like "/srv/data"; systemd-nspawn could not tell where it ends';
  const hostPath = (value: string, fault: string): Row => [
    JSON.stringify(value),
    { bindMounts: { "/data": { hostPath: value } } },
    [
      `bindMounts hostPath ${JSON.stringify(value)} ${fault}`,
      value.startsWith("/") ? remedy : 'begin it with /, like "/srv/data"',
    ],
  ];
  const rows: Row[] = [
    hostPath("./data", "is not absolute"),
    hostPath("", "is not absolute"),
    hostPath("~/data", "is not absolute"),
    hostPath("/srv/my data", "contains white space or a control character"),
    hostPath("/srv/my\ndata", "contains white space or a control character"),
    hostPath("/srv/\u001b[2J", "contains white space or a control character"),
    hostPath('/srv/"data"', "contains a quote or a backslash"),
    hostPath("/srv/'data'", "contains a quote or a backslash"),
    hostPath("/srv/da\\ta", "contains a quote or a backslash"),
    hostPath("/srv/data:rw", "contains a colon or a wildcard"),
    hostPath("/srv/*", "contains a colon or a wildcard"),
    hostPath("/srv/../etc", "contains `.` or `..`"),
    [
      "a relative mount point",
      { bindMounts: [{ mountPoint: "data", hostPath: "/srv" }] },
      ['bindMounts mountPoint "data" is not absolute', 'begin it with /, like "/srv/data"'],
    ],
    [
      "a mount over the container's own system",
      { bindMounts: { "/nix/store": {} } },
      [
        `bindMounts mountPoint "/nix/store" would hide the container's own system, which its unit mounts there`,
        "mount it elsewhere",
      ],
    ],
    [
      "one mount point twice",
      { bindMounts: [{ mountPoint: "/data" }, { mountPoint: "/data", hostPath: "/srv" }] },
      ['bindMounts mounts "/data" twice', "keep one of the two"],
    ],
    [
      "no mount point",
      { bindMounts: [{ hostPath: "/srv" }] },
      ["bindMounts[0] has no mountPoint", "say where in the container it appears"],
    ],
    [
      "a release that is none",
      { stateVersion: "25.5" },
      ['stateVersion "25.5" is not a NixOS release', 'write it like "25.05"'],
    ],
    [
      "a release with a line break",
      { stateVersion: '25.05"\n' },
      ['stateVersion "25.05\\"\\n" is not a NixOS release', 'write it like "25.05"'],
    ],
    [
      "a policy that is none",
      { removalPolicy: "delete" as "destroy" },
      ['removalPolicy "delete" is not known', 'use "archive", "retain" or "destroy"'],
    ],
    [
      "timeouts out of range",
      { timeouts: { start: 0, build: 1.5 } },
      ["timeouts.start 0 is out of range", "give whole seconds from 1 to 86400"],
      ["timeouts.build 1.5 is out of range", "give whole seconds from 1 to 86400"],
    ],
  ];
  test.each(rows)("%s", (_title, props, ...problems) => {
    expect(told("database", props)).toEqual(problems);
  });
});

test("what Terraform fills in later, in whatever form CDKTF hands it out", () => {
  const stack = newStack();
  const later = new TerraformVariable(stack, "later", {});
  const props = {
    name: TerraformIterator.fromList(["a"]).value as string,
    autoStart: Fn.tobool("true") as unknown as boolean,
    timeouts: { start: later.numberValue },
    network: { interfaces: later.listValue, networkNamespace: later.stringValue },
    bindMounts: { [later.stringValue]: {} },
  };
  newContainer(stack, newHost(stack), "database", props);
  const fields = ["name", "autoStart", "timeouts.start", "network.interfaces[0]", "network.networkNamespace"];
  expect(refusal(() => synth(stack)).problems.map(({ what }) => what)).toEqual(
    [...fields, "a key of bindMounts"].map((field) => `${field} is a value that Terraform only knows after apply`),
  );
});

test("a container without a host is told of together with everything else", () => {
  const stack = newStack();
  const host = undefined as unknown as NixosContainerProps["host"];
  newContainer(stack, host, "lone", { removalPolicy: "delete" as "destroy" });
  newContainer(stack, newHost(stack), "two_words");
  newContainer(stack, "web1" as unknown as NixosContainerProps["host"], "text");
  newContainer(stack, stack as unknown as NixosContainerProps["host"], "stack");
  newContainer(stack, newStack() as unknown as NixosContainerProps["host"], "foreign");
  newContainer(stack, { node: undefined } as unknown as NixosContainerProps["host"], "node");
  const { problems, message } = refusal(() => synth(stack));
  expect(problems.map(({ what, where }) => [where.construct, what])).toEqual([
    ["prod/lone", 'removalPolicy "delete" is not known'],
    ["prod/lone", "host is not a NixosHost"],
    ["prod/two_words", expect.stringContaining("has an underscore")],
    ["prod/text", "host is not a NixosHost"],
    ["prod/stack", "host is not a NixosHost"],
    ["prod/foreign", "host is not a NixosHost"],
    ["prod/node", "host is not a NixosHost"],
  ]);
  expect(message).toContain("host is not a NixosHost (construct prod/stack, container stack)\n");
  expect(problems[1]?.remedy).toBe("pass the NixosHost the container runs on, which must be made before it");
});

test("the controls: what is sound is not refused", () => {
  const stack = newStack();
  const host = newHost(stack);
  newContainer(stack, host, "a", { network: { ...pair, forwardPorts: [{ hostPort: 1 }, { hostPort: 65535 }] } });
  newContainer(stack, host, "b-2", {
    network: { hostBridge: "br0", localAddress: "10.0.0.2/24", localAddress6: "fd00::2/64" },
  });
  newContainer(stack, host, "x".repeat(64), {
    bindMounts: { "/data": { hostPath: "/srv/${x}/%{y}/$HOME" } },
    stateVersion: "25.05",
  });
  newContainer(stack, host, "d", {
    network: { networkNamespace: "/run/netns/blue" },
    timeouts: { start: 1, build: 86400 },
  });
  expect(() => synth(stack)).not.toThrow();
});
