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
    { name: null, stateVersion: [], autoStart: {}, running: [1], protect: { a: 1 }, adopt: new Date(0) },
    [
      "name is null, not a string",
      "stateVersion is [], not a string",
      "autoStart is {}, not a boolean",
      "running is an array, not a boolean",
      "protect is an object, not a boolean",
      "adopt is an instance of Date, not a boolean",
    ],
  ],
  [
    { timeouts: { start: NaN, build: -Infinity }, name: 1n, protect: () => true, adopt: Symbol("x") },
    [
      "name is 1n, not a string",
      "protect is a function, not a boolean",
      "adopt is Symbol(x), not a boolean",
      "timeouts.start is NaN, not a finite number",
      "timeouts.build is -Infinity, not a finite number",
    ],
  ],
  [{ timeouts: { stop: 3 } }, ["timeouts.stop is not a setting"]],
  [{ autoStart: true, timeouts: { start: 3 } }, []],
  [
    { removalPolicy: "delete", autoStart: "yes", running: 1, stateVersion: 25.05 },
    [
      "stateVersion is 25.05, not a string",
      'autoStart is "yes", not a boolean',
      "running is 1, not a boolean",
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
