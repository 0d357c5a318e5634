import { type ContainerSettings, parseSettings } from "../../src/model/container";
import type { NetworkProps } from "../../src/model/options/network/network";
import { gathered } from "./problems";

const refused = (settings: ContainerSettings, id = "database"): string[] =>
  gathered((problems) => parseSettings(id, settings, { construct: `stack/${id}` }, problems));

describe("a container's settings", () => {
  test("have a default each", () => {
    expect(parseSettings("database", {}, {}, [])).toEqual({
      name: "database",
      followNixpkgs: false,
      network: { privateNetwork: false, forwardPorts: [], interfaces: [], macvlans: [], extraVeths: [] },
      bindMounts: [],
      tmpfs: [],
      ephemeral: false,
      privateUsers: "no",
      enableTun: false,
      allowedDevices: [],
      additionalCapabilities: [],
      systemCallFilter: [],
      credentials: [],
      extraFlags: [],
      copyResolvConf: true,
      autoStart: false,
      restartIfChanged: true,
      unit: [],
      running: true,
      removalPolicy: "archive",
      protect: false,
      adopt: false,
      buildTimeout: 3600,
    });
  });

  test("are taken as they are given", () => {
    const settings: ContainerSettings = {
      name: "db",
      stateVersion: "25.05",
      followNixpkgs: true,
      autoStart: true,
      running: false,
      removalPolicy: "destroy",
      protect: true,
      adopt: true,
      timeouts: { start: 120, build: 60 },
    };
    expect(refused(settings)).toEqual([]);
    const { timeouts, ...plain } = settings;
    expect(parseSettings("x", settings, {}, [])).toMatchObject({
      ...plain,
      startTimeout: timeouts?.start,
      buildTimeout: 60,
    });
  });

  test.each<[ContainerSettings, string]>([
    [{ name: "my_web" }, "has an underscore"],
    [{ stateVersion: "25" }, 'stateVersion "25" is not a NixOS release → write it like "25.05"'],
    [{ stateVersion: '25.05";' }, 'stateVersion "25.05\\";" is not a NixOS release'],
    [{ removalPolicy: "keep" as "retain" }, 'removalPolicy "keep" is not known → use "archive", "retain" or "destroy"'],
    [{ timeouts: { start: 0 } }, "timeouts.start 0 is out of range → give whole seconds from 1 to 86400"],
    [{ timeouts: { build: 1.5 } }, "timeouts.build 1.5 is out of range"],
    [
      { name: "${TfToken[TOKEN.1]}" },
      "name is a value that Terraform only knows after apply → give a value known at synth",
    ],
    [
      { network: { hostAddress: "${TfToken[TOKEN.2]}" } },
      "network.hostAddress is a value that Terraform only knows after apply",
    ],
    [
      { network: { interfaces: ["#{TfToken[TOKEN.3]}"] } },
      "network.interfaces[0] is a value that Terraform only knows after apply",
    ],
    [
      { timeouts: { start: -1.8881545897087626e289 } },
      "timeouts.start is a value that Terraform only knows after apply",
    ],
    [
      { name: { resolve: () => "web" } as unknown as string },
      "name is a value that Terraform only knows after apply → give a value known at synth",
    ],
    [
      { autoStart: { resolve: () => true } as unknown as boolean },
      "autoStart is a value that Terraform only knows after apply",
    ],
    [{ network: { resolve: () => ({}) } as object }, "network is a value that Terraform only knows after apply"],
    [
      { network: { forwardPorts: [-1.8881545897087505e289] as unknown as [] } },
      "network.forwardPorts[0] is a value that Terraform only knows after apply",
    ],
    [
      { bindMounts: { "${TfToken[TOKEN.4]}": { hostPath: "${TfToken[TOKEN.5]}" } } },
      "a key of bindMounts is a value that Terraform only knows after apply",
    ],
    [
      { bindMounts: { "&{TfToken[TOKEN.4]}": "String Map Token Value" as unknown as object } },
      "bindMounts is a value that Terraform only knows after apply",
    ],
  ])("must not be %j", (settings, words) => {
    expect(refused(settings)).toHaveLength(1);
    expect(refused(settings)[0]).toContain(words);
  });

  test("may hold themselves, and are judged all the same", () => {
    const network: { own?: object } = {};
    network.own = network;
    expect(refused({ network: network as NetworkProps })).toEqual([
      expect.stringContaining("network.own is not a setting → use one of its settings: privateNetwork, hostAddress,"),
    ]);
  });

  test("are all checked, whatever is wrong with one of them", () => {
    const settings = {
      stateVersion: "x",
      timeouts: { start: 0 },
      network: { hostAddress: "x" },
      bindMounts: { x: {} },
    };
    expect(refused(settings, "too_bad")).toHaveLength(5);
  });
});
