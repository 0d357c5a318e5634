import { parseSettings } from "../../src/model/container";
import type { Problem } from "../../src/model/error";
import { hostProblems } from "../../src/model/host";

function whatOf(settings: object): string[] {
  const problems: Problem[] = [];
  parseSettings("web", settings, {}, problems);
  return problems.map(({ what }) => what);
}

test.each([
  [{ autostart: true }, ["autostart is not a setting"]],
  [{ autoStart: "no" }, ['autoStart is "no", not a boolean']],
  [{ stateVersion: 25.05 }, ["stateVersion is 25.05, not a string"]],
  [{ network: { hostAdress: "10.0.0.1" } }, ["network.hostAdress is not a setting"]],
  [{ network: { forwardPorts: [{ containerPort: 80 }] } }, ["network.forwardPorts[0].hostPort is missing"]],
  [{ bindMounts: { "/data": { hostpath: "/srv" } } }, ["bindMounts./data.hostpath is not a setting"]],
  [
    { name: [], stateVersion: [], autoStart: {}, running: [1], protect: { a: 1 }, adopt: new Date(0) },
    [
      "name is [], not a string",
      "stateVersion is [], not a string",
      "running is an array, not a boolean",
      "autoStart is {}, not a boolean",
      "protect is an object, not a boolean",
      "adopt is an instance of Date, not a boolean",
    ],
  ],
  [
    { timeouts: { start: NaN, build: -Infinity }, name: 1n, protect: () => true, adopt: Symbol("x") },
    [
      "name is 1n, not a string",
      "timeouts.start is NaN, not a finite number",
      "timeouts.build is -Infinity, not a finite number",
      "protect is a function, not a boolean",
      "adopt is Symbol(x), not a boolean",
    ],
  ],
  [{ timeouts: { stop: 3 } }, ["timeouts.stop is not a setting"]],
  [{ autoStart: true, timeouts: { start: 3 } }, []],
  [
    { removalPolicy: "delete", autoStart: "yes", running: 1, stateVersion: 25.05 },
    [
      "stateVersion is 25.05, not a string",
      "running is 1, not a boolean",
      'autoStart is "yes", not a boolean',
      'removalPolicy "delete" is not known',
    ],
  ],
  [
    { network: { hostBridge: "br0", forwardPorts: [{ protocol: "tpc", hostPort: 0, containerPort: "80" }] } },
    [
      'network.forwardPorts[0].containerPort is "80", not a number',
      'network.forwardPorts[0].protocol "tpc" is neither "tcp" nor "udp"',
      "network.forwardPorts[0].hostPort 0 is not a port",
    ],
  ],
  [
    { network: { localMacAddress: "zz", interfaces: ["a b", 7], macvlans: "eth1" } },
    [
      "network.interfaces[1] is 7, not a string",
      'network.macvlans is "eth1", not an array',
      'network.localMacAddress "zz" is not the MAC address of an interface',
      'network.interfaces "a b" is not the name of an interface',
    ],
  ],
  [
    { network: { hostAdress: "10.0.0.1", localAddress: "10.0.0.2" }, timeouts: { start: 0 } },
    ["network.hostAdress is not a setting", "timeouts.start 0 is out of range"],
  ],
  [
    { bindMounts: { "/nix": { isReadOnly: "no" } }, name: 7 },
    [
      "name is 7, not a string",
      'bindMounts./nix.isReadOnly is "no", not a boolean',
      `bindMounts mountPoint "/nix" would hide the container's own system, which its unit mounts there`,
    ],
  ],
])("settings that no compiler checked: %p", (settings, expected) => {
  expect(whatOf(settings)).toEqual(expected);
});

test("a long text of the wrong type is shown in part", () => {
  expect(whatOf({ autoStart: "x".repeat(300) })).toEqual([`autoStart is "${"x".repeat(59)}…", not a boolean`]);
});

test.each([
  [{}, ["address is missing"]],
  [{ address: "web1", adress: "web1" }, ["adress is not a setting"]],
  [{ user: "a b", port: "22" }, ["address is missing", 'port is "22", not a number', 'user "a b" is not a user name']],
  [{ address: "web1:22" }, ['address "web1:22" has a port']],
  [{ address: "web1", identityFile: "" }, ['identityFile "" is not a path']],
  [{ address: "web1", proxyJump: "-F" }, ['proxyJump "-F" is not one jump host']],
  [{ address: "web1", proxyJump: "jump" }, []],
])("a host that no compiler checked: %j", (settings, expected) => {
  expect(hostProblems(settings as { address: string }, {}).map(({ what }) => what)).toEqual(expected);
});

const remedies = (settings: object): string[] => {
  const problems: Problem[] = [];
  parseSettings("web", settings, {}, problems);
  return problems.map(({ what, remedy }) => `${what} → ${remedy}`);
};
const hostRemedies = (settings: object): string[] =>
  hostProblems({ address: "web1", ...settings }, {}).map(({ what, remedy }) => `${what} → ${remedy}`);

test.each([
  [{ autostart: true }, "autostart is not a setting → did you mean autoStart?"],
  [{ auto_start: true }, "auto_start is not a setting → did you mean autoStart?"],
  [{ stateversion: "25.05" }, "stateversion is not a setting → did you mean stateVersion?"],
  [{ bindMount: {} }, "bindMount is not a setting → did you mean bindMounts?"],
  [{ network: { hostAdress: "10.0.0.1" } }, "network.hostAdress is not a setting → did you mean hostAddress?"],
  [{ network: { forwardPort: [] } }, "network.forwardPort is not a setting → did you mean forwardPorts?"],
  [
    { network: { privateNetwork: true, forwardPorts: [{ hostport: 1, hostPort: 2 }], hostBridge: "br0" } },
    "network.forwardPorts[0].hostport is not a setting → did you mean hostPort?",
  ],
  [{ bindMounts: { "/x": { readOnly: true } } }, "bindMounts./x.readOnly is not a setting → did you mean isReadOnly?"],
  [
    { bindMounts: [{ mountpoint: "/x", mountPoint: "/y" }] },
    "bindMounts[0].mountpoint is not a setting → did you mean mountPoint?",
  ],
  [{ timeouts: { strat: 3 } }, "timeouts.strat is not a setting → did you mean start?"],
  [{ timeouts: { stop: 3 } }, "timeouts.stop is not a setting → use one of its settings: start, build"],
  [
    { image: "nginx" },
    "image is not a setting → a NixOS container is made from its config, not from an image: say there what it runs",
  ],
  [
    { ports: ["80"] },
    "ports is not a setting → write network: { forwardPorts: [{ hostPort: 8080, containerPort: 80 }] }",
  ],
  [{ volumes: [] }, 'volumes is not a setting → write bindMounts: { "/in/the/container": { hostPath:'],
  [
    { env: {} },
    "env is not a setting → set it where the service is declared, in config: systemd.services.NAME.environment",
  ],
  [{ command: "x" }, "command is not a setting → declare what runs in config"],
  [{ restart: "always" }, "restart is not a setting → services are restarted by their own options in config"],
  [{ privileged: true }, "privileged is not a setting → a container cannot be privileged"],
  [{ networks: [] }, "networks is not a setting → did you mean network?"],
  [{ hostAddress: "10.0.0.1" }, "hostAddress is not a setting → write network: { hostAddress: … }"],
  [{ unit: { wantedBy: ["multi-user.target"] } }, "unit.wantedBy is not a setting → write autoStart: true"],
  [
    { unit: { preStart: "true" } },
    "unit.preStart is not a setting → write unit: { serviceConfig: { ExecStartPre: … } }",
  ],
  [
    { unit: { conflicts: ["a.service"] } },
    "unit.conflicts is not a setting → write unit: { unitConfig: { Conflicts: … } }",
  ],
  [
    { unit: { environment: { TZ: "UTC" } } },
    "unit.environment is not a setting → set it where the service is declared",
  ],
  [{ flake: "." }, "flake is not a setting → an option of NixOS's containers.<name> that is not there yet"],
  [{ toString: 1 }, "toString is not a setting → use one of its settings: name, stateVersion,"],
])("no. 22: an unknown setting is told with what is meant: %j", (settings, told) => {
  expect(remedies(settings)).toEqual([expect.stringContaining(told)]);
});

test.each([
  [{ adress: "x" }, "adress is not a setting → did you mean address?"],
  [{ idenityFile: "x" }, "idenityFile is not a setting → did you mean identityFile?"],
  [{ hostkey: "x" }, "hostkey is not a setting → did you mean hostKey?"],
  [{ username: "x" }, "username is not a setting → write user"],
  [{ privateKey: "x" }, 'privateKey is not a setting → write identityFile: "~/.ssh/id_ed25519", the path of the key'],
  [{ bastion: "x" }, 'bastion is not a setting → write proxyJump: "admin@bastion.example.org"'],
])("no. 22: an unknown setting of a host is told with what is meant: %j", (settings, told) => {
  expect(hostRemedies(settings)).toEqual([told]);
});

test.each([
  [{ autoStart: "true" }, 'autoStart is "true", not a boolean → write autoStart: true'],
  [{ autoStart: "No" }, 'autoStart is "No", not a boolean → write autoStart: false'],
  [{ running: 1 }, "running is 1, not a boolean → write running: true"],
  [{ running: "maybe" }, 'running is "maybe", not a boolean → give a boolean'],
  [{ timeouts: { start: "120" } }, 'timeouts.start is "120", not a number → write start: 120'],
  [{ timeouts: { start: "2m" } }, 'timeouts.start is "2m", not a number → give a number'],
  [{ stateVersion: 25.05 }, 'stateVersion is 25.05, not a string → write stateVersion: "25.05"'],
  [{ network: { macvlans: "eth1" } }, 'network.macvlans is "eth1", not an array → write macvlans: ["eth1"]'],
  [
    { bindMounts: { "/data": "/srv/data" } },
    'bindMounts./data is "/srv/data", not an object → write "/data": { hostPath: "/srv/data" }',
  ],
  [
    { bindMounts: { "/data": "/srv/data:rw" } },
    'bindMounts./data is "/srv/data:rw", not an object → write "/data": { hostPath: "/srv/data", isReadOnly: false }',
  ],
  [
    { bindMounts: { "/data": "/srv/data:ro" } },
    'bindMounts./data is "/srv/data:ro", not an object → write "/data": { hostPath: "/srv/data" }',
  ],
  [{ bindMounts: { "/data": "/srv:/data:ro" } }, 'bindMounts./data is "/srv:/data:ro", not an object → give an object'],
  [
    { bindMounts: ["/srv:/data:ro"] },
    'bindMounts[0] is "/srv:/data:ro", not an object → write { mountPoint: "/data", hostPath: "/srv" }',
  ],
  [
    { bindMounts: ["/srv:/data"] },
    'bindMounts[0] is "/srv:/data", not an object → write { mountPoint: "/data", hostPath: "/srv", isReadOnly: false }',
  ],
  [
    { network: { hostBridge: "br0", forwardPorts: ["8080:80/udp"] } },
    'network.forwardPorts[0] is "8080:80/udp", not an object → write { hostPort: 8080, containerPort: 80, protocol: "udp" }',
  ],
  [
    { network: { hostBridge: "br0", forwardPorts: 80 } },
    "network.forwardPorts is 80, not an array → write forwardPorts: [{ hostPort: 80 }]",
  ],
])("no. 23: a value of the wrong type is told as it is written rightly: %j", (settings, told) => {
  expect(remedies(settings)).toEqual([told]);
});

test("no. 23: a port of a host in quotes is told as it is written rightly", () => {
  expect(hostRemedies({ port: "22" })).toEqual(['port is "22", not a number → write port: 22']);
});

test("F5d: null stands for nothing in every setting", () => {
  const nothing = {
    name: null,
    stateVersion: null,
    network: { hostBridge: null, hostAddress: null, forwardPorts: null, interfaces: null },
    bindMounts: { "/data": { hostPath: null, isReadOnly: null }, "/none": null },
    autoStart: null,
    running: null,
    removalPolicy: null,
    timeouts: { start: null, build: null },
  };
  const problems: Problem[] = [];
  expect(parseSettings("web", nothing as object, {}, problems)).toEqual(
    parseSettings("web", { bindMounts: { "/data": {} } }, {}, problems),
  );
  expect(problems).toEqual([]);
  expect(hostRemedies({ user: null, port: null, identityFile: null, hostKey: null, proxyJump: null })).toEqual([]);
  expect(remedies({ network: { interfaces: [null] } })).toEqual([
    "network.interfaces[0] is null, not a string → give a string",
  ]);
});
