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
  [{ timeouts: { stop: 3 } }, ["timeouts.stop is not a setting"]],
  [{ autoStart: true, timeouts: { start: 3 } }, []],
])("settings that no compiler checked: %j", (settings, expected) => {
  expect(whatOf(settings)).toEqual(expected);
});

test.each([
  [{}, ["address is missing"]],
  [{ address: "web1", adress: "web1" }, ["adress is not a setting"]],
  [{ address: "web1:22" }, ['address "web1:22" has a port']],
  [{ address: "web1", identityFile: "" }, ['identityFile "" is not a path']],
  [{ address: "web1", proxyJump: "-F" }, ['proxyJump "-F" is not one jump host']],
  [{ address: "web1", proxyJump: "jump" }, []],
])("a host that no compiler checked: %j", (settings, expected) => {
  expect(hostProblems(settings as { address: string }, {}).map(({ what }) => what)).toEqual(expected);
});
