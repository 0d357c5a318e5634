import { confEntries } from "../../src/model/conf";
import { type ContainerSettings, parseSettings } from "../../src/model/container";
import { dropInLines } from "../../src/model/drop-in";
import { linesOf } from "../../src/model/options";
import type { NixosContainerProps } from "../../constructs";
import { newContainer, newHost, newStack, refusal, resource, synth } from "./app";
import { type Kind, kinds, respelled } from "./coverage-kinds";
import { translations } from "./coverage-translations";

/**
 * The table of reports/coverage.md, section 2: of 107 real definitions of containers so many can be said once these steps are
 * done, each row together with those above it. A definition often needs several steps, so that a row's weight is what the row
 * adds to those above it, not what a step would add alone.
 */
const definitions = 107;
const table: readonly { readonly steps: readonly number[]; readonly total: number }[] = [
  { steps: [0], total: 43 }, // today
  { steps: [1], total: 43 + 12 }, // ephemeral
  { steps: [2], total: 65 }, // enableTun, allowedDevices, additionalCapabilities
  { steps: [4, 5, 6], total: 76 }, // "steps 1, 2, 4, 5, 6 alone make 76"
  { steps: [9, 10], total: 82 }, // "with 9 and 10 82"
];

/** Whether a definition is accepted and synthesized. */
function isExpressible({ props }: Kind): boolean {
  try {
    const stack = newStack();
    newContainer(stack, newHost(stack), "web", props);
    synth(stack);
    return true;
  } catch {
    return false;
  }
}

/** How many of the definitions can be said: up to the first row that cannot. */
function expressible(among: readonly Kind[]): number {
  const missing = table.findIndex(({ steps }) =>
    steps.some((step) => among.some((kind) => kind.step === step && !isExpressible(kind))),
  );
  return table[missing < 0 ? table.length - 1 : missing - 1]?.total ?? 0;
}

/** All that a container leaves on its host, a line or flag each. */
function leftBy(props: Partial<NixosContainerProps>): string[] {
  const { host: _host, config: _config, dependsOn: _dependsOn, ...settings } = props;
  const parsed = parseSettings("web", settings satisfies ContainerSettings, {}, []);
  const conf = [...confEntries(parsed)].flatMap(([key, value]) => {
    if (key === "COPY_RESOLV_CONF") return [];
    return key === "EXTRA_NSPAWN_FLAGS" ? value.split(" ") : [`${key}=${value}`];
  });
  return [
    ...conf,
    ...(parsed.copyResolvConf ? [] : ["(no COPY_RESOLV_CONF)"]),
    ...dropInLines(parsed).filter((line) => !line.startsWith("[")),
    ...linesOf(parsed, { systemControl: "writable" })
      .filter(({ place }) => place === "module")
      .map(({ key, value }) => `${key}=${value}`),
  ];
}

const count = expressible(kinds);

test(`${count} of ${definitions} definitions of containers can be said: ${Math.round((100 * count) / definitions)} %`, () => {
  expect(kinds.filter((kind) => !isExpressible(kind)).map(({ title }) => title)).toEqual([]);
  expect(new Set(kinds.map(({ step }) => step))).toEqual(new Set(table.flatMap(({ steps }) => steps)));
  expect(count).toBeGreaterThanOrEqual(82);
});

test("a kind that is refused would lower the number", () => {
  const refused: Kind = { step: 2, title: "no such thing", props: { extraFlags: ["-U"] }, leaves: [] };
  expect(expressible([...kinds, refused])).toBe(55);
});

describe("each kind of definition is taken as it is pasted, and leaves on the host", () => {
  test.each(kinds.map((kind) => [`step ${kind.step}: ${kind.title}`, kind] as const))(
    "%s",
    (_title, { props, leaves }) => {
      const stack = newStack();
      newContainer(stack, newHost(stack), "web", props);
      expect(resource(synth(stack), "web1_web").triggers["apply"]).toContain("observation is off");
      expect(leftBy(props)).toEqual(leaves);
    },
  );
});

describe("the translations are synthesized as they stand", () => {
  test("there are twelve", () => expect(Object.keys(translations)).toHaveLength(12));

  test.each(Object.entries(translations))("%s", (_title, containers) => {
    const stack = newStack();
    const host = newHost(stack);
    const made = Object.entries(containers).map(([id, props]) => newContainer(stack, host, id, props));
    const json = synth(stack);
    for (const { name } of made) expect(resource(json, `web1_${name}`)).toBeDefined();
  });
});

/** What is told of a container with these props, and its remedy. */
function told(props: object): string[] {
  const stack = newStack();
  newContainer(stack, newHost(stack), "web", props);
  return refusal(() => synth(stack)).problems.map(({ what, remedy }) => `${what} → ${remedy}`);
}

describe("a flag in the place of an option is told to be that option", () => {
  test.each(respelled)("%s", (flag, remedy) => {
    expect(told({ extraFlags: [flag] })).toEqual([expect.stringContaining(` → ${remedy}`)]);
  });
});

describe("what changes the build is refused, or told, with a clear hint (steps 3, 7, 8, 11)", () => {
  test.each(["nixpkgs", "pkgs", "specialArgs", "path", "flake"])("%s", (field) => {
    expect(told({ [field]: "/nix/store/x" })).toEqual([
      `${field} is not a setting → an option of NixOS's containers.<name> that is not there yet: leave a container that needs it in its host's configuration`,
    ]);
  });

  test("options of the network at the top say where they belong", () => {
    const flat = {
      privateNetwork: true,
      hostBridge: "br0",
      localAddress: "10.0.0.2/24",
      extraVeths: {},
      forwardPorts: [],
    };
    expect(told(flat)).toEqual(
      Object.keys(flat).map((field) => `${field} is not a setting → write network: { ${field}: … }`),
    );
  });

  test("a module that takes the inputs of a flake is told in the plan", () => {
    const stack = newStack();
    newContainer(stack, newHost(stack), "web", {
      config: "{ inputs, pkgs, ... }: { imports = [ inputs.sops-nix.nixosModules.sops ]; }",
    });
    expect(JSON.stringify(synth(stack))).toContain("inputs");
  });
});
